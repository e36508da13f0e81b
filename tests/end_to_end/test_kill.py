"""Killed at any moment and started again, a run ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path

import pytest
import torch

from ganbench.registry.registry import discover
from ganbench.results.curves import CURVES
from ganbench.results.folder import cell_folder, read_rows
from ganbench.training import checkpoint
from ganbench.training.loop import CHECKPOINT, LOSS_LOG
from tests.conftest import Start
from tests.events import end_of, hooked, told, wait_for
from tests.plugins.test_models import POINTS

SHORT_KILLS, LONG_KILLS, IMAGE_KILLS = 2, 100, 3
STEPS = {"toy": "150", "car2car": "60"}


def command(models: str, task: str, output: Path) -> tuple[str, ...]:
    what = ("run", "--models", models, "--task", task, "--preset", "smoke", "--seeds", "1")
    how = ("--steps", STEPS[task], "--checkpoint-every", "7", "--references", "none")
    return (*what, *how, "--output", str(output))


FILE_EVENTS = """
ROOM = 12
EVENTS = {"open", "os.rename", "os.remove", "os.truncate", "os.mkdir"}
OUTPUT, LAST = os.environ["OUTPUT"], int(os.environ["LAST"])


def count(event, arguments):
    if event not in EVENTS or not str(arguments[0]).startswith(OUTPUT):
        return
    n = tell("files")
    if LAST and n == LAST:
        tell("reached")
    if LAST and n >= LAST + ROOM:
        signal.pause()  # until the kill, which so is never late


sys.addaudithook(count)
"""


def run(arguments: Sequence[str], start: Start, hook: Path, kill_at: int = 0) -> bool:
    """The run to its end; or, killed with all its workers at its touch number `kill_at` of a file,
    or up to a dozen later: before a write, in it or after it. Whether it was killed.
    """
    for name in ("files", "reached"):
        (hook / name).unlink(missing_ok=True)
    output = arguments[-1]
    started = start(*arguments, hook=hook, OUTPUT=output, LAST=str(kill_at))
    wait_for(lambda: told(hook, "reached") > 0 or started.poll() is not None)
    if is_alive := started.poll() is None:
        os.killpg(started.pid, signal.SIGKILL)
    _, errors = end_of(started)
    assert is_alive or started.returncode == 0, errors
    return is_alive


def require_equal(straight: Path, broken: Path) -> None:
    rows = [{row.cell: row for row in read_rows(folder).rows} for folder in (straight, broken)]
    lines = (broken / "rows.jsonl").read_text().splitlines()
    assert len(lines) == len(rows[1])  # none doubled
    assert rows[0].keys() == rows[1].keys()
    for cell, row in rows[0].items():
        assert row.metrics == rows[1][cell].metrics
        assert row.selected == rows[1][cell].selected
        first, second = (cell_folder(folder, cell) for folder in (straight, broken))
        for name in (LOSS_LOG, CURVES):
            assert (first / name).read_bytes() == (second / name).read_bytes(), name
        kept = [checkpoint.read(folder / CHECKPOINT) for folder in (first, second)]
        assert kept[0] is not None and kept[1] is not None
        for name, value in kept[0][0].items():
            assert torch.equal(value, kept[1][0][name]), name


def check(models: str, task: str, start: Start, folder: Path, kills: int) -> None:
    """Kills a run `kills` times at random; each end that it comes to is that of a straight run."""
    folder.mkdir(exist_ok=True)
    hook = hooked(folder / "hook", FILE_EVENTS)
    straight, broken = folder / "straight", folder / "broken"
    run(command(models, task, straight), start, hook)
    moments, touches = random.Random(kills), told(hook, "files")
    while kills:
        if run(command(models, task, broken), start, hook, moments.randint(1, touches // 2)):
            kills -= 1
        else:
            require_equal(straight, broken)
            shutil.rmtree(broken)
    run(command(models, task, broken), start, hook)
    require_equal(straight, broken)


def test_a_few_kills_leave_no_trace(start_command: Start, tmp_path: Path) -> None:
    check("discogan,cyclegan", "toy", start_command, tmp_path, SHORT_KILLS)


def takes_points(model: str) -> bool:
    reason: str | None = discover().load("model", model).unsupported(POINTS)
    return reason is None


@pytest.mark.slow
def test_a_hundred_kills_over_all_models_leave_no_trace(
    start_command: Start, tmp_path: Path
) -> None:
    models = [name for name in sorted(discover().of_kind("model")) if takes_points(name)]
    each = -(-LONG_KILLS // len(models))
    for model in models:
        check(model, "toy", start_command, tmp_path / model, each)


@pytest.mark.slow
def test_kills_while_images_are_trained_leave_no_trace(
    start_command: Start, tmp_path: Path
) -> None:
    for model in sorted(discover().of_kind("model")):
        check(model, "car2car", start_command, tmp_path / model, IMAGE_KILLS)
