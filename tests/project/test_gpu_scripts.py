"""The scripts that wait for a GPU do all their steps, with arguments that exist, in their time."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).parents[2]
SPEED = ROOT / "benchmarks" / "gpu" / "speed.sh"
# In place of Python: says what it was asked for, and has the real command read its arguments.
READS_ARGUMENTS = """
import sys
given = sys.argv[1:]
print(given)
if given[:3] == ["-m", "ganbench", "bench"]:
    from ganbench.cli.bench import bench
    bench.make_context("bench", given[3:])
"""


def profile_step() -> ModuleType:
    spec = spec_from_file_location("profile_step", SPEED.parent / "profile_step.py")
    assert spec is not None and spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_line_is_run_with_arguments_that_are_taken(tmp_path: Path) -> None:
    stub = tmp_path / "stub.py"
    stub.write_text(READS_ARGUMENTS)
    done = subprocess.run(
        ["bash", SPEED, tmp_path / "out", "cpu"],
        env={**os.environ, "PYTHON": f"{sys.executable} {stub}", "ROUNDS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    told = (tmp_path / "out" / "done.txt").read_text().splitlines()
    assert done.returncode == 0 and len(told) == 13, done.stderr
    assert all("exit 0" in line for line in told), told
    asked = [file.read_text() for file in (tmp_path / "out").glob("*.json")]
    assert len(asked) == 7 and all("'--device', 'cpu', '--rounds', '1'" in text for text in asked)


def test_the_limits_come_to_less_than_eight_minutes() -> None:
    text = SPEED.read_text()
    limits = [int(n) for n in re.findall(r"^\s*(?:bench|limited) (\d+) ", text, re.MULTILINE)]
    models = len(re.search(r"^for model in (.*); do$", text, re.MULTILINE)[1].split())  # type: ignore[index]
    in_loop = int(re.search(r'limited (\d+) "profile', text)[1])  # type: ignore[index]
    assert len(limits) == 11
    assert sum(limits) + (models - 1) * in_loop < 8 * 60


spans = st.tuples(st.integers(0, 60), st.integers(1, 9)).map(lambda t: (t[0], t[0] + t[1]))


@given(st.lists(spans, min_size=1))
def test_time_is_busy_where_a_kernel_is_under_way(kernels: list[tuple[int, int]]) -> None:
    busy, span = profile_step().busy_and_span_us(kernels)
    under_way = {at for start, end in kernels for at in range(start, end)}
    assert busy == len(under_way)
    assert span == max(end for _, end in kernels) - min(start for start, _ in kernels)


@pytest.mark.parametrize("name", ["figures.sh", "speed.sh"])
def test_a_script_is_sound_and_can_be_run(name: str) -> None:
    script = SPEED.parent / name
    assert os.access(script, os.X_OK)
    subprocess.run(["bash", "-n", script], check=True)
