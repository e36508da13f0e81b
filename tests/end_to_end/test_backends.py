"""Cells run in this process as they do in others: same rows, and they go on from each other."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

import ganbench as package
from ganbench.core.errors import UserError
from ganbench.results.folder import ROWS, cell_folder, claimed, read_rows
from ganbench.results.records import Row
from ganbench.running.backends.choose import BACKENDS, backend_of
from ganbench.training.loop import CHECKPOINT, LOSS_LOG
from tests.broad import broad
from tests.conftest import Command, Start
from tests.end_to_end.raises import RAISES
from tests.events import (
    AT_SECOND_CELL,
    AT_SECOND_LOSSES,
    INTERRUPTED,
    LOOKS,
    end_of,
    hooked,
    told,
    wait_for,
)
from tests.forked import Forked

SIZE = ("--task", "toy", "--preset", "smoke", "--references", "none")
HERE = ("--backend", "here")


def rows(folder: Path) -> dict[tuple[str, int], Row]:
    return {(row.model, row.seed): row for row in read_rows(folder).rows}


@pytest.mark.parametrize("together", ["1", broad("2")])
def test_rows_are_the_same_in_each_backend(
    ganbench: Command, tmp_path: Path, together: str
) -> None:
    """Bit for bit, for seeds alone and for such as train together."""
    for backend in BACKENDS:
        done = ganbench(
            *("run", "--models", "standard,recon", *SIZE, "--steps", "20", "--seeds", "2"),
            *("--together", together, "--backend", backend, "--output", tmp_path / backend),
            *(("--workers", "1") if backend == "processes" else ()),
        )
        assert done.returncode == 0, done.stderr
        assert "cells: 4, to do: 4" in done.stderr and "(0 left)" in done.stderr
    first, second = (rows(tmp_path / backend) for backend in BACKENDS)
    assert first.keys() == second.keys() and len(first) == 4
    for key, row in first.items():
        other = second[key]
        assert (row.cell, row.metrics) == (other.cell, other.metrics)
        joined = {r.provenance.get("together") for r in (row, other)}
        assert joined == ({2} if together == "2" else {None})
        logs = [cell_folder(tmp_path / b, row.cell) / LOSS_LOG for b in BACKENDS]
        assert logs[0].read_bytes() == logs[1].read_bytes()


def test_a_cell_that_fails_leaves_the_others(ganbench: Command, tmp_path: Path) -> None:
    (tmp_path / "raises.py").write_text(RAISES)
    out = tmp_path / "out"
    done = ganbench(
        *("run", "--models", "raises,standard", *SIZE, "--steps", "2", "--seeds", "1", *HERE),
        *("--plugins", tmp_path, "--output", out),
    )
    assert done.returncode == 1 and "Traceback" not in done.stderr
    found = {model: row.status for (model, _), row in rows(out).items()}
    assert found == {"raises": "failed", "standard": "done"}


SCORING = """
def interrupt(event, arguments):
    if event == "scoring" and tell("interrupted") == 1:
        os.killpg(0, signal.SIGINT)


sys.addaudithook(interrupt)
"""
SLEEPY = '''
"""A metric that never ends."""

import sys
import threading

from ganbench.api import Column, Metric


class Sleepy(Metric):
    columns = {"sleepy": Column("", None, "nothing")}
    over_training = False  # of the trained model alone

    def unsupported(self, view):
        return None

    def compute(self, view):
        sys.audit("scoring")
        while True:
            threading.Event().wait(0.01)
'''


def check_interrupted(process: subprocess.Popen[str] | Forked) -> None:
    printed, errors = end_of(process)
    assert process.returncode == 130, errors
    assert errors.splitlines()[-1] == INTERRUPTED and "Traceback" not in errors + printed


@pytest.mark.broad
@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupted_run_goes_on_in_either_backend(
    start_command: Start, tmp_path: Path, ganbench: Command
) -> None:
    """Ctrl-C as the second of two cells writes its first losses: its checkpoint is written, and
    worker processes go on from there to the end of a run that was left alone.
    """
    run = ("run", "--models", "standard,discogan", *SIZE, "--steps", "300", "--seeds", "1")
    out, hook = tmp_path / "out", hooked(tmp_path / "hook", AT_SECOND_CELL)
    check_interrupted(start_command(*run, *HERE, "--output", out, hook=hook))
    assert told(hook, "interrupted") == 1
    kept = (out / ROWS).read_text()
    assert len(kept.splitlines()) == 1 and len(list(out.glob(f"cells/*/{CHECKPOINT}"))) == 2
    done = ganbench(*run, "--output", out)
    assert done.returncode == 0, done.stderr
    assert "cells: 2, to do: 1" in done.stderr and (out / ROWS).read_text().startswith(kept)
    straight = ganbench(*run, *HERE, "--output", tmp_path / "straight")
    assert straight.returncode == 0, straight.stderr
    expected = {key: row.metrics for key, row in rows(tmp_path / "straight").items()}
    assert {key: row.metrics for key, row in rows(out).items()} == expected


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_scoring_is_given_up_and_the_training_kept(start_command: Start, tmp_path: Path) -> None:
    metrics, out = tmp_path / "mine" / "metrics", tmp_path / "out"
    metrics.mkdir(parents=True)
    (metrics / "sleepy.py").write_text(SLEEPY.lstrip())
    hook = hooked(tmp_path / "hook", SCORING)
    process = start_command(
        *("run", "--models", "standard", *SIZE, "--steps", "2", "--seeds", "1", *HERE),
        *("--metrics", "sleepy", "--plugins", tmp_path / "mine", "--output", out),
        hook=hook,
    )
    check_interrupted(process)
    assert told(hook, "interrupted") == 1
    assert not (out / ROWS).exists() and list(out.glob(f"cells/*/{CHECKPOINT}"))


@pytest.mark.broad
def test_the_cells_of_a_killed_process_are_taken_over(start_command: Start, tmp_path: Path) -> None:
    """By one that runs them itself, and has looked for them while the first was at them."""
    out, hook = tmp_path / "out", hooked(tmp_path / "hook", LOOKS)
    stays = hooked(tmp_path / "stays", AT_SECOND_LOSSES)
    run = ("run", "--models", "standard", *SIZE, "--steps", "120", "--seeds", "1")
    first = start_command(*run, "--output", out, hook=stays)
    wait_for(lambda: any(log.stat().st_size for log in out.glob("cells/*/losses.csv")), first)
    second = start_command(*run, *HERE, "--output", out, hook=hook)
    wait_for(lambda: told(hook, "looked") > 0, second)
    assert not (out / ROWS).exists()
    os.killpg(first.pid, signal.SIGKILL)
    end_of(first)
    printed, errors = end_of(second)
    assert second.returncode == 0, errors
    assert len((out / ROWS).read_text().splitlines()) == 1 and "Traceback" not in errors + printed


def test_a_cell_of_another_process_is_left_for_later(
    ganbench: Command, start_command: Start, tmp_path: Path
) -> None:
    """The free one is run meanwhile; the row of the other is then taken as it is."""
    size = ("--steps", "2", "--seeds", "2", "--output", str(tmp_path))
    planned = ganbench("run", "--models", "standard", *SIZE, *size, "--dry-run")
    ids = [line.split()[0] for line in planned.stdout.splitlines()[:2]]
    (tmp_path / "cells").mkdir(exist_ok=True)
    with claimed(tmp_path, ids[0]) as mine:
        assert mine
        process = start_command("run", "--models", "standard", *SIZE, *size, *HERE)
        wait_for(lambda: len(read_rows(tmp_path).rows) == 1, process)
        assert {row.cell for row in read_rows(tmp_path).rows} == {ids[1]}
        assert process.poll() is None
    _, errors = end_of(process)
    assert process.returncode == 0, errors
    assert {row.cell for row in read_rows(tmp_path).rows} == set(ids)


def test_overwrite_trains_again_here(ganbench: Command, tmp_path: Path) -> None:
    run = ("run", "--models", "standard", *SIZE, "--steps", "2", "--seeds", "1", *HERE)
    counts = []
    for more in ((), (), ("--overwrite",)):
        done = ganbench(*run, *more, "--output", tmp_path)
        assert done.returncode == 0, done.stderr
        counts.append(len((tmp_path / ROWS).read_text().splitlines()))
    assert counts == [1, 1, 2]


def test_here_is_this_process_and_leaves_it_as_it_was(cache_dir: Path, tmp_path: Path) -> None:
    """A notebook's threads and random numbers; and its breakpoints are in reach."""
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "told.py").write_text(
        '"""Tells which process it is in."""\n'
        "import os\n\n"
        "from ganbench.api import Model, adversarial_recipes\n\n\n"
        "class Told(Model):\n"
        "    recipes = staticmethod(adversarial_recipes)\n\n"
        "    def build(self, nets):\n"
        f"        open({str(tmp_path / 'pid')!r}, 'w').write(str(os.getpid()))\n"
        '        self.generators["G_AB"] = nets.translator("A", "B")\n'
        '        self.discriminators["D_B"] = nets.discriminator("B")\n\n'
        "    def fakes(self, real):\n"
        '        return {"B": self.generators["G_AB"](real["A"])}\n\n'
        "    def generator_loss(self, real, fake, step):\n"
        '        return self.adversarial_terms("B", real, fake)\n'
    )
    threads = torch.get_num_threads()
    torch.manual_seed(5)
    expected = torch.Generator().manual_seed(5)
    np.random.seed(5)
    state = np.random.get_state()[1].copy()
    frame = package.run(
        *(["told"], ["toy"], 1),
        preset="smoke",
        budget={"budget_steps": 2},
        references=[],
        threads=threads + 1,
        plugins=[tmp_path / "mine"],
        output=tmp_path / "out",
        cache_dir=cache_dir,
        backend="here",
    )
    assert list(frame["status"]) == ["done"]
    assert (tmp_path / "pid").read_text() == str(os.getpid())
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.rand(3), torch.rand(3, generator=expected))
    assert (np.random.get_state()[1] == state).all()


def test_mistakes_are_told(ganbench: Command, tmp_path: Path) -> None:
    run = ("run", "--models", "standard", *SIZE, "--output", tmp_path / "out")
    for more, parts in (
        (("--backend", "proceses"), ("unknown backend 'proceses'", "did you mean 'processes'?")),
        ((*HERE, "--workers", "2"), ("one at a time", "--workers 2", "--backend processes")),
    ):
        done = ganbench(*run, *more)
        assert done.returncode == 2 and "Traceback" not in done.stderr
        assert all(part in done.stderr for part in parts), done.stderr
    assert not (tmp_path / "out").exists()
    with pytest.raises(UserError, match="unknown backend 'slurm'"):
        backend_of("slurm", 0)
