"""What jobs elsewhere are to get, by rows of such cells."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs

from ganbench.results.engine_state import Identity, Order
from ganbench.results.records import Row
from ganbench.running.backends.slurm import DEFAULTS, JOB_BYTES, Slurm, require_time, sizes
from ganbench.running.job import Job
from ganbench.running.needs import UNKNOWN, needs_of
from ganbench.running.provenance import empty_row
from ganbench.running.runner import planned
from tests.running.test_engine_options import commands, stand_in
from tests.running.test_request import asked

__all__ = ["commands"]
GIB = 2**30
ELSEWHERE = "cpu aarch64 of another machine"


@pytest.fixture(scope="module")
def jobs(cache_dir: Path) -> tuple[Job, ...]:
    """Two models, three seeds each, of 20 steps."""
    request = asked(
        models=["standard", "recon"],
        seeds=3,
        preset="smoke",
        references=[],
        budget={"budget_steps": 20},
        device="cpu",
        cache_dir=cache_dir,
    )
    return planned(request).grid.jobs


def row_of(job: Job, train_sec: float, peak: int, device: str = ELSEWHERE) -> Row:
    """Of a cell of 10 steps, which was scored in 2 s."""
    row = empty_row(job)
    cost = {"steps": 10, "train_sec": train_sec, "eval_sec": 2.0, "peak_memory_bytes": peak}
    how = {"precision": job.cell.precision, "threads": job.cell.threads, "device": device}
    return structs.replace(row, status="done", cost=cost, provenance=how)


def first_of(jobs: tuple[Job, ...], model: str) -> Job:
    return next(job for job in jobs if job.cell.model == model)


def test_a_job_needs_its_share_of_the_time_and_the_memory_of_its_cells(
    jobs: tuple[Job, ...],
) -> None:
    rows = [row_of(first_of(jobs, "standard"), 4, GIB), row_of(first_of(jobs, "recon"), 9, 2 * GIB)]
    alone = needs_of(jobs, rows, at_a_time=1, of_a_job=1)
    assert alone.sec == 3 * (2 * 4 + 2) + 3 * (2 * 9 + 2) and alone.bytes == 2 * GIB
    assert needs_of(jobs, rows, at_a_time=6, of_a_job=3).bytes == 6 * GIB
    assert needs_of(jobs, rows, at_a_time=6, of_a_job=3).sec == 2 * 9 + 2


def test_a_kind_without_a_row_is_not_guessed(jobs: tuple[Job, ...]) -> None:
    rows = [row_of(first_of(jobs, "standard"), 4, GIB)]
    assert needs_of(jobs, rows, 1, 1) == needs_of(jobs, [], 1, 1) == UNKNOWN
    assert needs_of([], rows, 1, 1) == UNKNOWN


def test_rows_of_another_device_tell_nothing(jobs: tuple[Job, ...]) -> None:
    rows = [row_of(first_of(jobs, model), 4, GIB, "NVIDIA") for model in ("standard", "recon")]
    assert needs_of(jobs, rows, 1, 1) == UNKNOWN


def order_of(sec: float, most_bytes: int) -> Order:
    return Order("a", "slurm", 0, "", "", 1, 0, 1, (), Identity("", "", {}), sec, most_bytes)


@given(
    sec=st.floats(1.0, 1e6),
    most=st.integers(0, 2**40),
    limit=st.integers(3, 10_000),
    delay=st.integers(1, 600),
)
def test_a_job_of_slurm_has_room_to_spare(sec: float, most: int, limit: int, delay: int) -> None:
    options = {**DEFAULTS, "timeout_min": limit, "signal_delay_s": delay}
    found = sizes(order_of(sec, most), options)
    limit_min = found.get("timeout_min", limit)
    assert limit_min <= limit
    assert limit_min == limit or 60 * limit_min - delay > 2 * sec
    if "timeout_min" in found:
        require_time({**options, **found})
    assert ("mem_gb" in found) == bool(most)
    assert not most or JOB_BYTES + most < found["mem_gb"] * GIB <= 2 * most + 3 * JOB_BYTES


@pytest.mark.parametrize("own", ["mem_gb", "mem_per_cpu", "mem_per_gpu"])
def test_the_users_memory_is_the_users(own: str) -> None:
    assert "mem_gb" not in sizes(order_of(0.0, GIB), {**DEFAULTS, own: 2})
    assert sizes(order_of(0.0, 0), DEFAULTS) == {}


def test_the_users_limit_stays(commands: Path) -> None:
    pytest.importorskip("submitit")
    stand_in(commands, "sbatch")
    order = order_of(600.0, GIB)
    assert Slurm().sized(order) == {"timeout_min": 27, "mem_gb": 3}
    assert Slurm({"timeout_min": 240, "mem_gb": 9}).sized(order) == {}


def test_what_slurm_refuses_is_not_asked_for(commands: Path) -> None:
    """Where a cluster's nodes are said to have no memory, as they are by Slurm's own defaults."""
    pytest.importorskip("submitit")
    stand_in(commands, "sbatch", errors="sbatch: error: Memory specification\n", code=1)
    assert Slurm().sized(order_of(600.0, GIB)) == {}
