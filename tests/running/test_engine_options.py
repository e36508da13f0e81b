"""What is asked of Slurm, and told of it, where there is none."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ganbench.core.errors import UserError
from ganbench.running.backends import slurm_commands
from ganbench.running.backends.choose import backend_for
from ganbench.running.backends.engine import OnEngine
from ganbench.running.backends.gpus import NO_GPUS
from ganbench.running.backends.slurm import Slurm, as_submitit, require_time
from tests.running.test_request import asked

SQUEUE = """7_0|RUNNING|None
7_1|PENDING|Resources
7_2|COMPLETING|None
"""


@pytest.fixture
def no_slurm(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("SLURM_CONF", raising=False)


@pytest.fixture
def commands(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A folder for commands in the place of Slurm's."""
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    monkeypatch.delenv("SLURM_CONF", raising=False)
    return tmp_path


def stand_in(folder: Path, name: str, printed: str = "", errors: str = "", code: int = 0) -> None:
    """A command that prints so and ends so."""
    file = folder / name
    file.write_text(f"#!/bin/sh\ncat <<'E'\n{printed}E\ncat >&2 <<'E'\n{errors}E\nexit {code}\n")
    file.chmod(0o755)


def test_no_engine_is_imported_unless_it_is_asked_for() -> None:
    code = (
        "import sys, ganbench.running.runner\n"
        "assert not {'submitit', 'ray'} & {name.split('.')[0] for name in sys.modules}"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_submitit_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "submitit", None)
    with pytest.raises(UserError, match="submitit is not installed") as caught:
        backend_for(asked(on="slurm"), NO_GPUS)
    assert "ganbench[slurm]" in caught.value.fix


def test_ray_that_is_not_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(UserError, match="ray is not installed") as caught:
        backend_for(asked(on="ray"), NO_GPUS)
    assert "ganbench[ray]" in caught.value.fix


@pytest.mark.usefixtures("no_slurm")
def test_a_machine_without_slurm() -> None:
    with pytest.raises(UserError, match="there is no scontrol here") as caught:
        slurm_commands.require_reachable()
    assert "login node" in caught.value.fix


def test_a_controller_that_does_not_answer(commands: Path) -> None:
    stand_in(
        commands, "scontrol", errors="scontrol: error: once more\nUnable to contact it\n", code=1
    )
    with pytest.raises(UserError, match="Slurm cannot be reached: Unable to contact it"):
        slurm_commands.require_reachable()


def test_a_configuration_that_is_not_there(commands: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slurm's own commands would look for it again and again, for a minute."""
    stand_in(commands, "scontrol")
    monkeypatch.setenv("SLURM_CONF", str(commands / "none"))
    with pytest.raises(UserError, match="SLURM_CONF names no file"):
        slurm_commands.require_reachable()


def test_partitions(commands: Path) -> None:
    stand_in(commands, "sinfo", "work|up\nclosed|down\n")
    slurm_commands.require_partition("")
    slurm_commands.require_partition("work")
    with pytest.raises(UserError, match="no partition 'wrok'") as caught:
        slurm_commands.require_partition("work,wrok")
    assert caught.value.fix == "did you mean 'work'?"
    with pytest.raises(UserError, match="'closed' runs no jobs now") as caught:
        slurm_commands.require_partition("closed")
    assert caught.value.fix == "take another: work"


def test_the_states_of_jobs(commands: Path) -> None:
    stand_in(commands, "squeue", SQUEUE)
    expected = {"7_0": "running", "7_1": "pending (Resources)", "7_2": "completing"}
    assert slurm_commands.states_of("one") == expected
    stand_in(commands, "squeue")
    assert slurm_commands.states_of("one") == {}


@pytest.mark.parametrize(
    ("errors", "code", "told"),
    [
        ("sbatch: Job 15 to start at 2026-11-28\n", 0, ""),
        ("sbatch: error: Invalid generic resource (gres)\n", 1, "Invalid generic resource (gres)"),
        ("allocation failure: Requested node\n", 1, "Requested node"),
    ],
)
def test_what_slurm_would_not_take(commands: Path, errors: str, code: int, told: str) -> None:
    stand_in(commands, "sbatch", errors=errors, code=code)
    assert slurm_commands.why_refused("#!/bin/sh\ntrue") == told


def test_options_have_the_names_of_submitit() -> None:
    options = {"timeout_min": 90, "partition": "a", "setup": "module load cuda", "mem_gb": 4}
    assert as_submitit(options) == {
        "timeout_min": 90,
        "slurm_partition": "a",
        "slurm_setup": ["module load cuda"],
        "mem_gb": 4,
    }


@pytest.mark.parametrize(("limit", "delay", "ok"), [(3, 60, True), (2, 60, False), (5, 180, True)])
def test_a_job_has_time_to_work(limit: int, delay: int, ok: bool) -> None:
    options = {"timeout_min": limit, "signal_delay_s": delay}
    if ok:
        require_time(options)
        return
    with pytest.raises(UserError, match="has hardly begun"):
        require_time(options)


@pytest.mark.parametrize(
    ("given", "options", "of_a_job", "local"),
    [
        ({}, {"cpus_per_task": 1}, 1, ("cpu", 1)),
        ({"threads": 2}, {"cpus_per_task": 2}, 1, ("cpu", 1)),
        ({"on_sets": ["cpus_per_task=8"], "threads": 2}, {"cpus_per_task": 8}, 4, ("cpu", 4)),
        ({"device": "cuda"}, {"cpus_per_task": 1, "gpus_per_node": 1}, 1, ("cuda", 0)),
        (
            {"on_sets": ["gpus_per_node=4"], "per_device": 2},
            {"cpus_per_task": 1, "gpus_per_node": 4},
            8,
            ("cuda", 0),
        ),
        ({"on_sets": ["gres=gpu:2"]}, {"cpus_per_task": 1, "gres": "gpu:2"}, 2, ("cuda", 0)),
    ],
)
def test_what_a_job_gets_and_runs(
    monkeypatch: pytest.MonkeyPatch,
    given: dict[str, Any],
    options: dict[str, Any],
    of_a_job: int,
    local: tuple[str, int],
) -> None:
    monkeypatch.setattr(Slurm, "check", lambda self: None)
    backend = backend_for(asked(on="slurm", **given), NO_GPUS)
    assert isinstance(backend, OnEngine) and isinstance(backend.engine, Slurm)
    assert backend.engine.options == options
    assert (backend.of_a_job, (backend.local.device, backend.local.cells)) == (of_a_job, local)


def test_places_that_there_are_none_of() -> None:
    with pytest.raises(UserError, match="unknown place 'slrum'"):
        backend_for(asked(on="slrum"), NO_GPUS)
    with pytest.raises(UserError, match="tasks of Ray have not the settings"):
        backend_for(asked(on="ray", portable=True), NO_GPUS)
    with pytest.raises(UserError, match="in this process, or on slurm"):
        backend_for(asked(on="slurm", backend="here"), NO_GPUS)
