"""Domains with fewer training samples than a batch has."""

from __future__ import annotations

from collections.abc import Sequence

from ganbench.core.spec import Preset, content_hash
from ganbench.running.build import build_task
from ganbench.running.job import Job


def small_sets(jobs: Sequence[Job]) -> list[str]:
    """A warning for each domain that has fewer training samples than a batch."""
    largest: dict[tuple[str, str, Preset], Job] = {}
    for job in sorted(jobs, key=batch_of):
        cell = job.cell
        largest[cell.task, content_hash(cell.options), cell.preset] = job
    lines: list[str] = []
    for job in largest.values():
        name, batch = job.cell.task, batch_of(job)
        try:
            train = build_task(job.cell, job.context).load("train")
            sizes = {"A": len(train.A), "B": len(train.B)}
        except Exception:  # the cell's own run will show the fault
            continue
        lines += [
            f"{name}: domain {domain} has {n} training samples, fewer than a batch of "
            f"{batch}, so each batch repeats some; give more data or --batch-size {n}"
            for domain, n in sizes.items()
            if n < batch
        ]
    return lines


def batch_of(job: Job) -> int:
    """0 for what is not trained."""
    return int(job.cell.hparams.get("batch_size", 0))
