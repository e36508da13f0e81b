"""Cells on GPUs that are made up: each worker has one, and as many share it as memory holds."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.device_choice import Devices
from ganbench.core.errors import UserError
from ganbench.registry.registry import discover
from ganbench.results.folder import read_rows
from ganbench.results.records import Row
from ganbench.running import provenance
from ganbench.running.backends.choose import backend_of
from ganbench.running.backends.gpus import AS_MEMORY_HOLDS, Gpus, cells_that_fit, gpus_asked
from ganbench.running.backends.processes import Processes
from ganbench.running.job import Job
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from tests.events import wait_for

GIB = 2**30


def enter(index: int) -> None:
    """In a worker: its rows tell the number of its GPU, and its own."""
    provenance.device_name = lambda device: f"{index} {os.getpid()}"  # type: ignore[assignment]


def enter_together(entered: Path, number: int, index: int) -> None:
    """The same; no worker begins before so many GPUs have one, however long its start takes."""
    enter(index)
    (entered / str(index)).touch()
    wait_for(lambda: len([*entered.iterdir()]) >= number)


def memory(of: int, index: int) -> int:
    return of


def gpus(number: int, per_gpu: int, of: int = 80 * GIB) -> Gpus:
    return Gpus(tuple(range(number)), per_gpu, enter, partial(memory, of))


def jobs(cache: Path, seeds: int) -> tuple[Job, ...]:
    request = Request(("standard",), ("toy",), tuple(range(seeds)), cache, preset="smoke")
    return resolve(request, discover()).jobs[:seeds]  # without references


def run(backend: Processes, jobs: tuple[Job, ...], output: Path) -> list[Row]:
    output.mkdir()
    return list(backend.run(jobs, output, 0, lambda progress: None, print))


def workers(rows: list[Row]) -> dict[str, set[str]]:
    """By GPU, the processes that trained there."""
    by_gpu = defaultdict(set)
    for row in rows:
        gpu, process = row.provenance["device"].split()
        by_gpu[gpu].add(process)
    return by_gpu


def row_of(peak_bytes: float) -> Row:
    cost = {"peak_memory_bytes": peak_bytes} if peak_bytes else {}
    return Row(*("c0", "standard", "toy", "mixture", "quick", "paper", 0, "done"), cost=cost)


@pytest.mark.broad
def test_each_gpu_has_a_worker_and_each_cell_a_gpu(tmp_path: Path) -> None:
    rows = run(Processes(0, gpus(2, 1)), jobs(tmp_path, 6), tmp_path / "out")
    assert [row.status for row in rows] == ["done"] * 6
    assert {row.seed for row in rows} == set(range(6))
    by_gpu = workers(rows)
    assert by_gpu.keys() == {"0", "1"} and {len(own) for own in by_gpu.values()} == {1}


@pytest.mark.broad
def test_a_number_of_workers_is_dealt_to_the_gpus(tmp_path: Path) -> None:
    """Four on three GPUs; the rows are those of a run without any, bit for bit."""
    backend = Processes(4, gpus(3, 1))
    assert backend.places(jobs(tmp_path, 1), []) == [0, 1, 2, 0]
    rows = run(backend, jobs(tmp_path, 4), tmp_path / "out")
    plain = run(Processes(2), jobs(tmp_path, 4), tmp_path / "plain")
    assert {row.cell: row.metrics for row in rows} == {row.cell: row.metrics for row in plain}


def test_cells_share_a_gpu_as_its_memory_holds(tmp_path: Path) -> None:
    """The first ones are measured one on each; then there are more."""
    entered = tmp_path / "entered"
    entered.mkdir()
    two = replace(gpus(2, AS_MEMORY_HOLDS, 100 * GIB), enter=partial(enter_together, entered, 2))
    backend = Processes(0, two)
    rows = run(backend, jobs(tmp_path, 5), tmp_path / "out")
    assert len(rows) == 5 and workers(rows[:2]).keys() == {"0", "1"}
    assert len(backend.places(jobs(tmp_path, 1), rows)) > 4


def test_more_than_fits_is_refused_with_what_fits_and_nothing_is_lost(tmp_path: Path) -> None:
    backend = Processes(0, gpus(1, 50, 6 * GIB))
    with pytest.raises(UserError, match=r"give --per-device \d or less") as raised:
        run(backend, jobs(tmp_path, 3), tmp_path / "out")
    assert "--per-device 50" in str(raised.value)
    assert len(read_rows(tmp_path / "out").rows) == 1


@given(st.integers(1, 200 * GIB), st.integers(4 * GIB, 200 * GIB))
def test_what_fits_does_fit(peak: int, of: int) -> None:
    number = cells_that_fit(peak, of)
    assert number == 1 or number * (peak + GIB) < of


@pytest.mark.parametrize(
    ("per_gpu", "peaks", "places"),
    [
        (1, [], [0, 1]),
        (1, [GIB], [0, 1]),
        (AS_MEMORY_HOLDS, [], [0, 1]),
        (AS_MEMORY_HOLDS, [0], [0, 1]),  # no cell has come so far as to be measured
        (AS_MEMORY_HOLDS, [GIB, 7 * GIB], [0, 1, 0, 1]),
        (2, [GIB, 7 * GIB], [0, 1, 0, 1]),
        (3, [GIB], [0, 1] * 3),
    ],
)
def test_places_follow_what_was_measured(
    per_gpu: int, peaks: list[float], places: list[int]
) -> None:
    """A GPU of 21 GiB holds two cells of 7."""
    assert gpus(2, per_gpu, 21 * GIB).places([row_of(peak) for peak in peaks]) == places


def test_cells_on_a_cpu_are_counted_by_workers() -> None:
    assert gpus_asked(Devices("cpu"), 1).indices == ()
    with pytest.raises(UserError, match="--workers") as raised:
        gpus_asked(Devices("cpu"), AS_MEMORY_HOLDS)
    assert "--per-device auto" in str(raised.value)


def test_one_process_has_one_gpu_and_one_cell() -> None:
    assert backend_of("here", 0, gpus(2, 1))
    with pytest.raises(UserError, match="one at a time") as raised:
        backend_of("here", 0, gpus(2, AS_MEMORY_HOLDS))
    assert "--per-device auto" in str(raised.value)


def test_workers_and_cells_on_a_device_are_not_both_told() -> None:
    assert backend_of("processes", 4, gpus(2, 1)) and backend_of("processes", 0, gpus(2, 3))
    with pytest.raises(UserError, match="both say how many") as raised:
        backend_of("processes", 4, gpus(2, 3))
    assert "--workers 4 --per-device 3" in str(raised.value)
