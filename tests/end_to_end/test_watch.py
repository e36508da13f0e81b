"""`ganbench watch` sees a run from outside, by its files alone, whatever has become of it."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from ganbench.cli.main import main
from ganbench.results.folder import ROWS
from ganbench.results.run_state import RUNS, read_runs
from tests.conftest import Command, Start
from tests.end_to_end.raises import RAISES
from tests.events import AT_SECOND_LOSSES, end_of, hooked, wait_for

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals")

RUN = ("run", "--task", "toy", "--preset", "smoke", "--references", "none", "--workers", "1")

LEFT_OFF = "left off: toy standard seed 0, at step 50 of 120".split()  # noqa: SIM905


def watched(folder: Path) -> list[list[str]]:
    """The words of each line."""
    done = CliRunner().invoke(main, ["watch", str(folder), "--once"])
    assert done.exit_code == 0, (done.output, done.exception)
    return [line.split() for line in done.output.splitlines()]


def test_a_run_is_seen_at_work_killed_and_done(
    start_command: Start, ganbench: Command, tmp_path: Path
) -> None:
    out, copy = tmp_path / "out", tmp_path / "copy"
    hook = hooked(tmp_path / "hook", AT_SECOND_LOSSES)
    run = (*RUN, "--models", "standard", "--steps", "120", "--seeds", "2", "--output", out)
    started = start_command(*run, hook=hook)
    wait_for(lambda: any(c.step == 50 for r in read_runs(out) for c in r.state.cells), started)
    shutil.copytree(out, copy)
    for folder in (out, copy):
        before = sorted(folder.rglob("*"))
        lines = watched(folder)
        assert lines[1:3] == [
            ["task", "model", "under", "way", "waiting"],
            ["toy", "standard", "1", "1"],
        ]
        (bar,) = [line for line in lines if line[:2] == ["standard", "seed"]]
        assert "42%" in bar and "50/120" in bar
        assert any("adv_B" in line for line in lines)
        assert sorted(folder.rglob("*")) == before  # it only reads
    os.killpg(started.pid, signal.SIGKILL)
    end_of(started)
    lines = watched(out)
    assert lines[1:3] == [["task", "model", "left", "off"], ["toy", "standard", "2"]]
    assert [
        *["left", "off:", "toy", "standard", "seed", "0,", "at", "step", "50", "of", "120"]
    ] in lines
    assert any("killed" in line for line in lines)
    shutil.rmtree(out / RUNS)  # as in a folder of a version that had none
    assert [
        *["left", "off:", "toy", "standard", "seed", "0,", "at", "step", "50", "of", "120"]
    ] in watched(out)
    shutil.copytree(copy / RUNS, out / RUNS)
    done = ganbench(*run)
    assert done.returncode == 0, done.stderr
    assert watched(out)[1:] == [["task", "model", "done"], ["toy", "standard", "2"]]


def test_failures_are_told_with_their_reasons(ganbench: Command, tmp_path: Path) -> None:
    (tmp_path / "raises.py").write_text(RAISES)
    out = tmp_path / "out"
    run = (*RUN, "--models", "raises,standard", "--steps", "2", "--seeds", "1", "--output", out)
    assert ganbench(*run, "--plugins", tmp_path).returncode == 1
    lines = watched(out)
    assert ["toy", "raises", "1"] in lines and ["toy", "standard", "1"] in lines
    (told,) = [line for line in lines if line[:1] == ["failed:"]]
    assert told[1:5] == ["toy", "raises", "seed", "0:"] and len(told) > 6


def test_variants_of_a_model_are_told_apart(ganbench: Command, tmp_path: Path) -> None:
    """On the terminal, by a watcher, and in trackers, also where one was there before."""
    pytest.importorskip("tensorboard")
    (tmp_path / "raises.py").write_text(RAISES)
    names = [f"recon (lambda_rec={value})" for value in ("1.0", "2.0")]
    out = tmp_path / "out"
    recon = (*RUN, "--models", "recon", "--steps", "2", "--seeds", "1", "--output", out)
    assert ganbench(*recon, "--set", "recon.lambda_rec=1").returncode == 0
    both = (*recon, "--set", "recon.lambda_rec=1,2")
    dry = ganbench(*both, "--dry-run").stdout
    assert all(f"toy  {name}  seed 0" in dry for name in names)
    done = ganbench(*both, "--log", "tensorboard")
    assert done.returncode == 0 and f"toy {names[1]} seed 0 done" in done.stderr, done.stderr
    assert watched(out)[2:] == [["toy", *name.split(), "1"] for name in names]
    (folder,) = (out / "tracking" / "tensorboard").iterdir()
    assert folder.name.startswith(f"toy {names[1]} seed 0 ")
    run = (*RUN, "--models", "raises", "--steps", "2", "--seeds", "1", "--output", out)
    failed = ganbench(*run, "--plugins", tmp_path, "--set", "toy.sigma_B=0.1,0.2")
    told = [" ".join(line) for line in watched(out)]
    for name in ("raises (sigma_B=0.1)", "raises (sigma_B=0.2)"):
        assert f"toy {name} seed 0 failed" in failed.stderr
        assert any(line.startswith(f"failed: toy {name} seed 0: ") for line in told)


def test_a_dry_run_tells_how_long_it_takes(ganbench: Command, tmp_path: Path) -> None:
    """By rows of such cells, else by rows of other numbers of steps, else not at all."""
    out = tmp_path / "out"
    run = (*RUN, "--models", "standard", "--output", out)
    unknown = ganbench(*run, "--steps", "20", "--seeds", "1", "--dry-run").stdout
    assert "time:  not known" in unknown and not out.exists()
    assert ganbench(*run, "--steps", "20", "--seeds", "1").returncode == 0
    more = ganbench(*run, "--steps", "20", "--seeds", "3", "--dry-run").stdout
    assert "time:  about " in more and "cells: 2 by rows of the folder" in more
    longer = ganbench(*run, "--steps", "2000", "--seeds", "3", "--dry-run").stdout
    assert "3 estimated from rows of other numbers of steps" in longer
    other = (*RUN, "--models", "standard,recon", "--steps", "20", "--seeds", "2", "--output", out)
    both = ganbench(*other, "--dry-run").stdout
    assert "1 by rows of the folder, 2 of toy recon not known" in both
    nothing = ganbench(*run, "--steps", "20", "--seeds", "1", "--dry-run").stdout
    assert "to do: 0" in nothing and "time:" not in nothing


@pytest.mark.parametrize("what", ["none", "empty", "file"])
def test_other_folders_are_refused(tmp_path: Path, what: str) -> None:
    folder = tmp_path / what
    if what == "empty":
        folder.mkdir()
    elif what == "file":
        folder.write_text("")
    done = CliRunner().invoke(main, ["watch", str(folder)])
    assert done.exit_code == 2 and "result folder" in done.output


def test_rows_alone_are_enough(tmp_path: Path) -> None:
    """As in a folder that was shared without its cells."""
    reference = Path(__file__).parents[2] / "results" / "reference" / "figure4" / "quick"
    shutil.copyfile(reference / ROWS, tmp_path / ROWS)
    assert watched(tmp_path)[1][:3] == ["task", "model", "done"]
