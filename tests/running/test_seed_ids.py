"""Ids of many seeds at once are those of each cell."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.running.job import Job
from ganbench.running.runner import planned
from ganbench.running.seed_ids import of_seeds, seed_ids, setting_ids
from tests.running.test_request import asked

SEEDS = st.lists(st.integers(0, 2**40), max_size=5)
VALUES = st.recursive(
    st.text() | st.integers() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)


@pytest.fixture(scope="module")
def job(cache_dir: Path) -> Job:
    request = asked(models=["standard"], seeds=1, preset="smoke", references=[])
    return planned(replace(request, cache_dir=cache_dir)).grid.jobs[0]


@given(SEEDS, st.dictionaries(st.text(), VALUES, max_size=3), st.sampled_from(["", "v1", "seed"]))
def test_they_are_those_of_each_cell(
    job: Job, seeds: list[int], hparams: dict[str, Any], portable: str
) -> None:
    cell = replace(job.cell, hparams=hparams, portable=portable)
    expected = [replace(cell, seed=seed).id for seed in seeds]
    assert list(seed_ids(cell, seeds)) == expected
    jobs = list(of_seeds(replace(job, cell=cell), seeds))
    assert [(one.id, one.cell.id, one.cell.seed) for one in jobs] == list(
        zip(expected, expected, seeds, strict=True)
    )


def test_another_cell_of_a_job_has_its_own_id(job: Job) -> None:
    (first,) = of_seeds(job, [7])
    other = replace(first, cell=replace(first.cell, model="recon"))
    assert other.id == other.cell.id != first.id


def test_a_setting_is_what_seeds_have_in_common(job: Job) -> None:
    seeds = list(of_seeds(job, [0, 1, 2]))
    equal = replace(job, cell=replace(job.cell, hparams={**job.cell.hparams}))
    other = replace(job, cell=replace(job.cell, threads=2))
    found = list(setting_ids([*seeds, equal, other]))
    assert found[:4] == [replace(job.cell, seed=0).id] * 4
    assert found[4] == replace(other.cell, seed=0).id != found[0]
