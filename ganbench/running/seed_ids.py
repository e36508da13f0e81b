"""Ids of the cells of many seeds, made in one go, and of what seeds have in common."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, replace

from ganbench.core.spec import canonical_json
from ganbench.results.records import Cell
from ganbench.running.job import Job

MARK = "\0the seed"
PLAIN = (str, int, bool)


def of_seeds(first: Job, seeds: Sequence[int]) -> Iterator[Job]:
    """The job with each of the seeds. An id takes 1 µs so and 80 µs alone, which counts where there
    are 100,000.
    """
    for seed, cell_id in zip(seeds, seed_ids(first.cell, seeds), strict=True):
        job = replace(first, cell=replace(first.cell, seed=seed))
        vars(job)["id"] = cell_id  # where its cached property looks
        yield job


def seed_ids(cell: Cell, seeds: Sequence[int]) -> Iterator[str]:
    """`Cell.id` of the cell with each of the seeds: its text differs in one place."""
    told = {**asdict(cell), "seed": MARK}
    if not cell.portable:
        del told["portable"]
    before, after = canonical_json(told).split(json.dumps(MARK))
    for seed in seeds:
        yield hashlib.sha256(f"{before}{seed}{after}".encode()).hexdigest()[:16]


def setting_ids(jobs: Iterable[Job]) -> Iterator[str]:
    """Of each job in turn: equal for cells that differ in their seed alone. Seeds of one setting
    share the parts of their cells, and it is made once for them.
    """
    known: dict[tuple[object, ...], str] = {}
    for job in jobs:
        values = {**vars(job.cell), "seed": 0}
        key = tuple(each if isinstance(each, PLAIN) else id(each) for each in values.values())
        if key not in known:
            known[key] = replace(job.cell, seed=0).id
        yield known[key]
