"""The command names every fault of a plugin, and runs the rest."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.registry.test_faults import MISSING, model

FOLDER = {
    "lacking": MISSING[0],
    "misfit": (model(method="def translate(self): ..."), "line 13: translate(self) does not take"),
    "mistyped": (model("lr: float = 'fast'"), "line 7: lr: float = 'fast' has a default of"),
    "unread": ("class Broken(Model:\n", "line 1: syntax error: invalid syntax; correct that line"),
    "absent": ("import no_such_package\n", "line 1: no class derived from Model"),
    "discogan": (model(), "the model name 'discogan' is taken by"),
}


def test_the_command_names_every_fault_and_runs_the_rest(ganbench: Command, tmp_path: Path) -> None:
    for name, (text, _) in FOLDER.items():
        (tmp_path / f"{name}.py").write_text(text)
    listed = ganbench("list", "--plugins", tmp_path)
    assert listed.returncode == 0, listed.stderr
    told = " ".join(listed.stdout.split())  # long lines are wrapped
    for name, (_, message) in FOLDER.items():
        assert f"{name} ({tmp_path / f'{name}.py'}): {message}" in told
    common = ("--task", "toy", "--preset", "smoke", "--dry-run", "--plugins", tmp_path)
    assert ganbench("run", "--models", "standard", *common).returncode == 0


@pytest.mark.parametrize("name", ["misfit", "discogan"])
def test_a_run_that_names_a_faulty_plugin_is_refused(
    ganbench: Command, tmp_path: Path, name: str
) -> None:
    text, message = FOLDER[name]
    (tmp_path / f"{name}.py").write_text(text)
    done = ganbench("run", "--models", name, "--task", "toy", "--plugins", tmp_path)
    assert done.returncode == 2
    assert f"model '{name}' cannot be loaded: {message}" in done.stderr
    assert f"{name}.py" in done.stderr and "fix:" in done.stderr
    assert "Traceback" not in done.stderr
