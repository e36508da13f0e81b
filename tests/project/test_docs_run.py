"""The commands of the pages are typed as they stand, in a folder that has what they speak of.

`ganbench run` is planned and not carried out: pages name presets that train for minutes. It is
planned without `--portable`, which would start each of them anew. A slow test carries it out, word
for word but for the budget, which is the smallest. What is left out is in `ELSEWHERE`, with where
it is run.
"""

from __future__ import annotations

import re
import shlex
import shutil
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import torch

from tests.conftest import Command
from tests.project.desk import ROOT, train_at, write_desk
from tests.project.test_docs_add_a_model import blocks
from tests.project.test_docs_commands import PAGES, commands_of

Capture = pytest.CaptureFixture[str]

BY_ITSELF = {"docs/add-a-model.md", "docs/anchors.md"}  # pages with tests of their own
# How a command begins, and why it is not typed here.
ELSEWHERE = {
    "ganbench bench": "takes minutes: tests/end_to_end/test_bench.py",
    "ganbench check": "takes minutes: tests/end_to_end/test_check_and_new.py",
    "ganbench data prepare": "downloads: tests/data/test_prepare.py",
    "ganbench data verify": "after a download: tests/cli/test_data.py",
    "ganbench score photos/real photos/fake --metrics fid": "weights: tests/end_to_end",
    "ganbench score REAL FAKE --metrics fid_pytorch": "weights: tests/project/test_docs_anchors.py",
    "ganbench run --models standard,doubled": "below, for it trains",
    "ganbench run benchmarks/figure6.toml --output /shared": "a cluster: tests/engines",
    "ganbench run benchmarks/figure6.toml --on ray": "a cluster: tests/engines",
    "ganbench status /shared": "a cluster: tests/engines",
}
WHOLE = {"ganbench list", "ganbench info", "ganbench data list"}
# A name with one option at most, or a word that stands for another.
A_PART = re.compile(
    r"ganbench( [a-z]+)+( --\S+( \S+)?)?|.*(\b[A-Z]\b|DIR|NAME|CELL|BENCH|…|\.\.\.).*"
)
EXIT_CODES = {"status": 1}  # of a folder with a cell that is left off
OUTPUTS = ("-o", "--to", "--output")


def is_typed(command: str) -> bool:
    is_whole = command in WHOLE or not A_PART.fullmatch(command)
    return is_whole and not command.startswith(tuple(ELSEWHERE))


def commands_by_page() -> dict[str, list[str]]:
    """Each whole command once, with the first page that has it."""
    known: set[str] = set()
    found = {}
    for page in PAGES:
        name = page.relative_to(ROOT).as_posix()
        if page.parent not in (ROOT, ROOT / "docs", ROOT / "results") or name in BY_ITSELF:
            continue
        commands = [" ".join(each.split()) for each in commands_of(page.read_text("utf-8"))]
        new = [each for each in dict.fromkeys(commands) if is_typed(each) and each not in known]
        known.update(new)
        if new:
            found[name] = new
    return found


COMMANDS = commands_by_page()


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("desk")
    write_desk(folder)
    return folder


@pytest.fixture(scope="module")
def names(ganbench: Command, desk: Path) -> dict[str, str]:
    return train_at(desk, ganbench)


def arguments_of(command: str, names: dict[str, str]) -> list[str]:
    words = [names.get(word, word) for word in shlex.split(command)[1:]]
    if words[0] != "run":
        return words
    return [*(word for word in words if word != "--portable"), "--dry-run", "--device", "cpu"]


BUDGET = ("--preset", "--seeds", "--seed-list", "--steps", "--kimg")
WEIGHTS = "fid_pytorch"  # tests/project/test_docs_anchors.py runs it with weights of its own


def smallest_run(command: str) -> list[str]:
    """Arguments of a `ganbench run` with all it asks for, one seed of the preset `smoke`."""
    words = shlex.split(command)[1:]
    dropped = {at + more for at, word in enumerate(words) if word in BUDGET for more in (0, 1)}
    kept = [word for at, word in enumerate(words) if at not in dropped]
    seeds = ("--max-seeds", "2") if "--until-decided" in kept else ("--seeds", "1")
    return [*kept, "--preset", "smoke", *seeds, "--references", "none", "--device", "cpu"]


def clear_outputs(arguments: list[str], desk: Path) -> None:
    """Pages show several ways to one file."""
    for option, value in pairwise(arguments):
        if option in OUTPUTS and arguments[0] != "run":
            shutil.rmtree(desk / value, ignore_errors=True)


def type_all(page: str, ganbench: Command, desk: Path, names: dict[str, str]) -> None:
    failed = []
    for command in COMMANDS[page]:
        arguments = arguments_of(command, names)
        clear_outputs(arguments, desk)
        done = ganbench(*arguments, cwd=desk)
        if done.returncode != EXIT_CODES.get(arguments[0], 0):
            failed.append(f"{command}\n{done.stdout[-300:]}{done.stderr[-600:]}")
    assert failed == [], "\n".join(failed)


def test_the_commands_of_the_readme_do_what_it_says(ganbench: Command, desk: Path) -> None:
    """They need nothing that is trained."""
    type_all("README.md", ganbench, desk, {})


@pytest.mark.broad
@pytest.mark.parametrize("page", [page for page in COMMANDS if page != "README.md"])
def test_the_commands_of_a_page_do_what_it_says(
    ganbench: Command, desk: Path, names: dict[str, str], page: str
) -> None:
    type_all(page, ganbench, desk, names)


RUNS = [
    command
    for commands in COMMANDS.values()
    for command in commands
    if command.startswith("ganbench run ") and WEIGHTS not in command
]


@pytest.mark.slow
@pytest.mark.parametrize("command", RUNS)
def test_the_runs_of_the_pages_give_a_table(
    ganbench: Command, desk: Path, names: dict[str, str], command: str
) -> None:
    done = ganbench(*smallest_run(command), cwd=desk)
    assert done.returncode == 0, done.stderr
    asked = [after for word, after in pairwise(command.split()) if word == "--models"]
    assert all(model in done.stdout for models in asked for model in models.split(","))
    assert "done" in done.stdout and "failed" not in done.stdout


def test_the_pages_have_many_commands_and_those_that_are_left_out() -> None:
    assert sum(map(len, COMMANDS.values())) > 40
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    commands = [" ".join(command.split()) for command in commands_of(text)]
    unused = [start for start in ELSEWHERE if not any(c.startswith(start) for c in commands)]
    assert unused == []


def test_the_model_of_the_readme_is_in_its_table(ganbench: Command, tmp_path: Path) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (model,) = (block.text for block in blocks(text) if block.language == "python")
    (command,) = (c for c in commands_of(text) if "doubled" in c)
    folder = tmp_path / "my_plugins"
    folder.mkdir()
    (folder / "doubled.py").write_text(model, encoding="utf-8")
    more = ("--preset", "smoke", "--seeds", "1", "--references", "none", "--device", "cpu")
    done = ganbench(*shlex.split(command)[1:], *more, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert "doubled" in done.stdout.split("standard", 1)[1]


def python_of(page: str) -> str:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    (code,) = (block.text for block in blocks(text) if block.language == "python")
    return code


def replaced(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def test_the_python_calls_give_frames(
    tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    """Two seeds in this process, in a smaller preset."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GANBENCH_CACHE", str(cache_dir))
    small = 'seeds=2, preset="smoke", backend="here", device="cpu", references=()'
    code = replaced(python_of("calls.md"), "seeds=5", small)
    exec(replaced(code, "results/toy-quick", "results/toy-smoke"), {"__name__": "__main__"})
    said = capsys.readouterr().out
    assert "modes_covered" in said and "discogan" in said and "p_holm" in said


@pytest.mark.broad
def test_a_generator_is_loaded_and_called(desk: Path, names: dict[str, str]) -> None:
    cell = desk / "results/gender-quick/cells" / names["0123"]
    placed = "results/car2car-quick/cells/0123456789abcdef"
    code = replaced(python_of("use.md"), placed, str(cell))
    known: dict[str, Any] = {"pictures": torch.rand(4, 3, 16, 16)}
    exec(code, known)
    assert known["translated"].shape == (4, 3, 16, 16)
