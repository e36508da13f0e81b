"""A step that does not fit is told before it is trained, with what makes it fit."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from ganbench.core.errors import UserError
from ganbench.core.memory import free_bytes
from ganbench.registry.registry import discover
from ganbench.results.folder import read_rows
from ganbench.running import memory_check
from ganbench.running.backends.gpus import NO_GPUS, Gpus, bytes_for_tensors, cells_that_fit
from ganbench.running.job import Job
from ganbench.running.memory_check import Room, require_memory, require_room, room_for
from ganbench.running.request import Request
from ganbench.running.resolve import resolve

MIB, GIB = 2**20, 2**30


def request(cache: Path, **changes: object) -> Request:
    budget = {"batch_size": 32}
    base = Request(("discogan",), ("car2car",), (0, 1), cache, "smoke", "paper", budget=budget)
    return replace(base, device="cpu", references=(), **changes)  # type: ignore[arg-type]


def jobs(cache: Path, **changes: object) -> tuple[Job, ...]:
    return resolve(request(cache, **changes), discover()).jobs


def memory(of: int, index: int) -> int:
    return of


def needed(job: Job, **ways: int) -> int:
    shapes = memory_check.shapes_of(memory_check.build_task(job.cell, job.context))
    own = {"checkpointed": False, "micro_batch": 0, **ways}
    return memory_check.counted(job, shapes, **own)  # type: ignore[arg-type]


def test_what_is_advised_fits_and_more_does_not(tmp_path: Path) -> None:
    job = jobs(tmp_path)[0]
    room = (needed(job, micro_batch=8) + needed(job)) // 2
    with pytest.raises(UserError, match="a step of discogan with batch 32") as caught:
        require_room(job, Room(room, 1, "a GPU"))
    (size,) = map(int, re.findall(r"--micro-batch (\d+)", caught.value.fix))
    assert needed(job, micro_batch=size) <= 1.02 * room
    assert needed(job, micro_batch=size + 2) > 0.98 * room
    assert ("give --checkpoint-activations" in caught.value.fix) == (
        needed(job, checkpointed=True) <= room
    )
    saving = jobs(tmp_path, micro_batch=size - 1)[0]
    require_room(saving, Room(room, 1, "a GPU"))


def test_nothing_is_counted_where_a_rough_bound_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(memory_check, "counted", None)  # so that a call of it would raise
    require_room(jobs(tmp_path)[0], Room(16 * GIB, 1, "a GPU"))


@pytest.mark.broad
def test_cells_that_share_memory_have_a_share_each(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gpus = Gpus((0, 1), 4, lambda index: None, partial(memory, 80 * GIB))
    room = room_for(request(tmp_path), gpus, 9)
    assert room == Room(bytes_for_tensors(80 * GIB, 4), 4, "a GPU")
    assert cells_that_fit(room.bytes, 80 * GIB) == 4
    monkeypatch.setattr(memory_check, "free_bytes", lambda: 20 * GIB)
    assert room_for(request(tmp_path, workers=2), NO_GPUS, 9) == Room(
        int((10 * GIB - memory_check.PROCESS_BYTES) / memory_check.TAKEN_OVER_HELD),
        2,
        "this machine",
    )
    tight = Gpus((0,), 8, lambda index: None, partial(memory, 12 * GIB))
    wide = jobs(tmp_path, budget={"batch_size": 64, "size": 64, "width": 32})
    with pytest.raises(UserError, match="for each of 8 cells at a time") as caught:
        require_memory(wide, request(tmp_path), tight)
    assert "--per-device 1" in caught.value.fix


def test_free_memory_is_that_of_the_container(tmp_path: Path) -> None:
    table = tmp_path / "meminfo"
    assert free_bytes(table, tmp_path) is None
    table.write_text("MemTotal:  9000 kB\nMemAvailable:    6000 kB\n")
    assert free_bytes(table, tmp_path) == 6000 * 1024
    (tmp_path / "memory.max").write_text("max\n")
    (tmp_path / "memory.current").write_text("1000\n")
    assert free_bytes(table, tmp_path) == 6000 * 1024
    (tmp_path / "memory.max").write_text("5000\n")
    assert free_bytes(table, tmp_path) == 4000


@pytest.mark.parametrize("what", [{"checkpoint_activations": True}, {"micro_batch": 3}])
@pytest.mark.parametrize("other", [{"together": 2}, {"compiled": True}])
def test_what_does_not_go_together_is_refused(
    tmp_path: Path, what: dict[str, object], other: dict[str, object]
) -> None:
    with pytest.raises(UserError, match="--checkpoint-activations and --micro-batch"):
        jobs(tmp_path, **what, **other)


def test_micro_batches_make_another_cell_and_checkpointing_does_not(tmp_path: Path) -> None:
    plain, parted = jobs(tmp_path)[0].cell, jobs(tmp_path, micro_batch=8)[0].cell
    assert parted.hparams["micro_batch"] == 8 and "micro_batch" not in plain.hparams
    assert parted.id != plain.id
    assert jobs(tmp_path, micro_batch=32)[0].cell.id == plain.id  # the whole batch
    once = jobs(tmp_path, checkpoint_activations=True)[0]
    assert once.cell.id == plain.id and once.checkpoint_activations


def test_a_run_that_saves_memory_says_so(
    ganbench: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    what = ("--models", "standard", "--task", "toy", "--preset", "smoke", "--steps", "12")
    how = ("--seeds", "1", "--references", "none", "--workers", "1", "--output", tmp_path / "out")
    done = ganbench("run", *what, *how, "--micro-batch", "7", "--checkpoint-activations")
    assert done.returncode == 0, done.stderr
    assert "means over micro-batches of 7" in " ".join(done.stdout.split())
    (row,) = read_rows(tmp_path / "out").rows
    assert row.status == "done" and row.hparams["micro_batch"] == 7
    assert row.provenance["checkpointed_activations"] == 1
