"""Killed at any moment and started again, a run ends as if nothing had happened."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch

from ganbench import checkpoint
from ganbench.registry import discover
from ganbench.store import cell_folder, read_rows
from ganbench.trainer import CHECKPOINT, LOSS_LOG

SHORT_KILLS, LONG_KILLS, IMAGE_KILLS = 2, 100, 3
STEPS = {"toy": "150", "car2car": "60"}


def command(models: str, task: str, output: Path) -> list[str]:
    run = ("run", "--models", models, "--task", task, "--preset", "smoke", "--seeds", "1")
    how = ("--steps", STEPS[task], "--checkpoint-every", "7", "--references", "none")
    return [sys.executable, "-m", "ganbench", *run, *how, "--output", str(output)]


def killed(arguments: list[str], env: dict[str, str], kills: int, seed: int, run_sec: float) -> int:
    """Starts the run and kills it with all its workers, `kills` times at random moments of the
    `run_sec` that it takes.

    Gives how often it was killed before its end; then the run is left to end.
    """
    moments, found = random.Random(seed), 0
    for i in range(kills):  # one in each part of the run, the early ones first
        share = 0.1 + 0.8 * (i + moments.random()) / kills
        started = subprocess.Popen(
            arguments,
            env=env,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            started.wait(share * run_sec)
        except subprocess.TimeoutExpired:
            found += 1
            os.killpg(started.pid, signal.SIGKILL)
        started.wait()
        time.sleep(0.2)
    done = subprocess.run(arguments, env=env, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return found


def require_equal(straight: Path, broken: Path) -> None:
    rows = [{row.cell: row for row in read_rows(folder).rows} for folder in (straight, broken)]
    lines = (broken / "rows.jsonl").read_text().splitlines()
    assert len(lines) == len(rows[1])  # none doubled
    assert rows[0].keys() == rows[1].keys()
    for cell, row in rows[0].items():
        assert row.metrics == rows[1][cell].metrics
        assert row.selected == rows[1][cell].selected
        first, second = (cell_folder(folder, cell) for folder in (straight, broken))
        assert (first / LOSS_LOG).read_bytes() == (second / LOSS_LOG).read_bytes()
        kept = [checkpoint.read(folder / CHECKPOINT) for folder in (first, second)]
        assert kept[0] is not None and kept[1] is not None
        for name, value in kept[0][0].items():
            assert torch.equal(value, kept[1][0][name]), name


def check(models: str, task: str, cache_dir: Path, tmp_path: Path, kills: int) -> int:
    env = {**os.environ, "GANBENCH_CACHE": str(cache_dir)}
    straight, broken = tmp_path / "straight", tmp_path / "broken"
    for output in (straight, tmp_path / "timed"):  # the second one finds the data made
        start = time.monotonic()
        subprocess.run(command(models, task, output), env=env, capture_output=True, check=True)
        run_sec = time.monotonic() - start
    found = killed(command(models, task, broken), env, kills, seed=kills, run_sec=run_sec)
    require_equal(straight, broken)
    return found


def test_a_few_kills_leave_no_trace(cache_dir: Path, tmp_path: Path) -> None:
    assert check("discogan,cyclegan", "toy", cache_dir, tmp_path, SHORT_KILLS) > 0


@pytest.mark.slow
def test_a_hundred_kills_over_all_models_leave_no_trace(cache_dir: Path, tmp_path: Path) -> None:
    models = sorted(discover().of_kind("model"))
    each = -(-LONG_KILLS // len(models))
    found = {m: check(m, "toy", cache_dir, tmp_path / m, each) for m in models}
    print(found)
    assert all(found.values())


@pytest.mark.slow
def test_kills_while_images_are_trained_leave_no_trace(cache_dir: Path, tmp_path: Path) -> None:
    models = sorted(discover().of_kind("model"))
    found = {m: check(m, "car2car", cache_dir, tmp_path / m, IMAGE_KILLS) for m in models}
    print(found)
    assert all(found.values())
