"""The command names every fault of a plugin, and runs the rest."""

from __future__ import annotations

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from tests.conftest import Command
from tests.end_to_end.raises import RAISES
from tests.registry.test_faults import MISSING, model

FAULTY = {
    "lacking": MISSING[0],
    "misfit": (model(method="def translate(self): ..."), "line 13: translate(self) does not take"),
    "mistyped": (model("lr: float = 'fast'"), "line 7: lr: float = 'fast' has a default of"),
}
UNREADABLE = {
    "unread": ("class Broken(Model:\n", "line 1: syntax error: invalid syntax; correct that line"),
    "absent": ("import no_such_package\n", "line 1: no class derived from Model"),
    "discogan": (model(), "the model name 'discogan' is taken by"),
}
FOLDER = FAULTY | UNREADABLE


def test_the_commands_name_every_fault_and_run_the_rest(ganbench: Command, tmp_path: Path) -> None:
    for name, (text, _) in FOLDER.items():
        (tmp_path / f"{name}.py").write_text(text)
    listed = ganbench("list", "--plugins", tmp_path)
    assert listed.returncode == 0, listed.stderr
    told = " ".join(listed.stdout.split())  # long lines are wrapped
    for name, (_, message) in UNREADABLE.items():
        assert f"{name} ({tmp_path / f'{name}.py'}): {message}" in told
    checked = ganbench("check", *(tmp_path / f"{name}.py" for name in FAULTY))
    assert checked.returncode == 1 and "Traceback" not in checked.stdout + checked.stderr
    told = " ".join(checked.stdout.split())
    for name, (_, message) in FAULTY.items():
        assert told.count(f"broken: model '{name}' cannot be loaded: {message}") == 1
    common = ("--task", "toy", "--preset", "smoke", "--dry-run", "--plugins", tmp_path)
    assert ganbench("run", "--models", "standard", *common).returncode == 0


@pytest.mark.parametrize("name", ["lacking", "misfit", "mistyped", "discogan"])
def test_a_run_that_names_a_faulty_plugin_is_refused(
    ganbench: Command, tmp_path: Path, name: str
) -> None:
    text, message = FOLDER[name]
    (tmp_path / f"{name}.py").write_text(text)
    options = ("--task", "toy", "--plugins", tmp_path, "--output", tmp_path / "out")
    refused(ganbench("run", "--models", name, *options), f"model '{name}'", message)
    assert not (tmp_path / "out").exists()


def test_a_faulty_metric_is_told_before_anything_is_trained(
    ganbench: Command, tmp_path: Path
) -> None:
    head = "from ganbench.api import Metric\nclass M(Metric):\n    columns = {}\n"
    (tmp_path / "mine.py").write_text(f"{head}    def compute(self): ...\n")
    options = ("--task", "toy", "--plugins", tmp_path, "--output", tmp_path / "out")
    done = ganbench("run", "--models", "standard", "--metrics", "mine", *options)
    refused(done, "metric 'mine'", "line 4: compute(self) does not take all its arguments")
    assert not (tmp_path / "out").exists()


def test_a_preset_that_is_named_as_a_changed_one_is_refused(
    ganbench: Command, tmp_path: Path
) -> None:
    assert ganbench("new", "task", "mine", "--folder", tmp_path).returncode == 0
    file, preset = tmp_path / "mine.py", "own+kimg=word"
    file.write_text(file.read_text().replace('"smoke"', f'"{preset}"'))
    options = ("--preset", preset, "--plugins", tmp_path, "--output", tmp_path / "out")
    done = ganbench("run", "--models", "standard", "--task", "mine", *options)
    refused(done, "task 'mine'", f"line 33: the preset '{preset}' has a + in its name")
    assert not (tmp_path / "out").exists()


def refused(done: CompletedProcess[str], plugin: str, message: str) -> None:
    assert done.returncode == 2
    assert f"{plugin} cannot be loaded: {message}" in done.stderr
    assert ".py" in done.stderr and "fix:" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_run_says_what_looks_for_the_fault_of_a_plugin_that_failed(
    ganbench: Command, tmp_path: Path
) -> None:
    """Only of those of one's own that had a part in it."""
    for name in ("raises", "idle"):
        (tmp_path / f"{name}.py").write_text(RAISES)
    options = ("--task", "toy", "--preset", "smoke", "--seeds", "1", "--references", "none")
    common = (*options, "--plugins", tmp_path, "--output", tmp_path / "out")
    done = ganbench("run", "--models", "standard,raises", *common)
    assert done.returncode == 1
    told = [line for line in done.stdout.splitlines() if line.startswith("check: ")]
    assert told == [f"check:  `ganbench check {tmp_path / 'raises.py'}` looks for faults of it"]
    done = ganbench("run", "--models", "standard", *common)
    assert done.returncode == 0 and "check: " not in done.stdout
