"""CI leaves out no test but the slow ones and those of engines."""

from __future__ import annotations

import itertools
import re
import shlex
import tomllib
from collections.abc import Collection
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTEST = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["pytest"]["ini_options"]
MARKERS = {line.partition(":")[0] for line in PYTEST["markers"]}
ELSEWHERE = {"engines", "slow"}
COMMAND = re.compile(r"^\.venv/bin/python -m pytest\b(.*)$", re.M)


def selections(addopts: str, *scripts: str) -> list[str]:
    """The markers that each of the scripts' commands asks for."""
    found = []
    for more in COMMAND.findall("\n".join(scripts)):
        words = shlex.split(f"{addopts} {more}")
        found.append([after for word, after in itertools.pairwise(words) if word == "-m"][-1])
    return found


def is_run(selected: Collection[str], marks: Collection[str]) -> bool:
    values = {name: name in marks for name in MARKERS}
    return any(eval(expression, {"__builtins__": {}}, values) for expression in selected)


CI = ((ROOT / ".ci/run").read_text(), (ROOT / "README.md").read_text())


def test_each_test_is_run_that_is_neither_slow_nor_of_engines() -> None:
    selected = selections(PYTEST["addopts"], *CI)
    for number in range(len(MARKERS) + 1):
        for marks in itertools.combinations(sorted(MARKERS), number):
            assert is_run(selected, marks) or ELSEWHERE & {*marks}, marks


def test_the_default_run_leaves_out_what_ci_runs_beside_it() -> None:
    assert not is_run(selections(PYTEST["addopts"], CI[1]), {"broad"})
    assert is_run(selections(PYTEST["addopts"], CI[1]), {"numeric"})
