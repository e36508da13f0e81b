"""Scores of a cell's translations, and the arrays for figures."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from msgspec import structs

from ganbench.contracts.metric import Probe
from ganbench.contracts.task import Split, Task
from ganbench.core.devices import memory
from ganbench.core.files import write_atomically
from ganbench.core.image_grid import image_rows, png_bytes
from ganbench.core.memory import memory_errors
from ganbench.core.spec import Direction
from ganbench.evaluation.evaluate import DIRECTIONS, MAX_VARIANTS, Scored, Translation, evaluate
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.probes import probes_of
from ganbench.results.records import Cell, Row
from ganbench.running.context import Context
from ganbench.running.progress import Tell

FEWER = "give fewer --workers, a smaller --size or --width, or more memory"


def scored_row(row: Row, folder: Path, task: Task, score: Callable[[], Scored]) -> Row:
    """The row with its metrics; pictures and arrays go to the folder."""
    clock = time.perf_counter()
    with memory_errors("scoring, one sample at a time", FEWER):
        scored = score()
    keep_pictures(folder, task, scored)
    cost = {**row.cost, "eval_sec": time.perf_counter() - clock, "peak_memory_bytes": memory()}
    return structs.replace(row, metrics=scored.metrics, protocol=scored.protocol, cost=cost)


def score_all(
    cell: Cell,
    context: Context,
    task: Task,
    split: Split,
    translations: Mapping[Direction, Translation],
    names: Sequence[str],
    tell: Tell,
) -> Scored:
    """The metric plugins `names` of the translations. tell: of the cell, for what takes long."""
    metrics = {name: context.registry.load("metric", name)() for name in names}
    reader = FeatureReader(context.weights, context.cache_dir, cell.device)
    probe = told(probes(cell, context, task), tell)
    return evaluate(translations, split, task.spec, metrics, probe, reader)


def told(probe: Callable[[str], Probe], tell: Tell) -> Callable[[str], Probe]:
    """The same probes. The first cell that asks for one trains it, which may take minutes."""

    def tell_and_get(attribute: str) -> Probe:
        with tell.doing(f"getting the probe of {attribute}"):
            return probe(attribute)

    return tell_and_get


def probes(cell: Cell, context: Context, task: Task) -> Callable[[str], Probe]:
    """The task's probes, trained once for all cells."""
    key = {"data": cell.data_hash, "task": cell.task, "torch": cell.torch}
    return probes_of(task, context.cache_dir / "probes", key, cell.device)


def keep_pictures(folder: Path, task: Task, scored: Scored) -> None:
    """`arrays.npz` for figures and, for images, `samples.png`: the same inputs for every model."""
    buffer = BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **scored.arrays)
    write_atomically(folder / "arrays.npz", buffer.getvalue())
    if all(kind.in_a_plane for kind in task.spec.kinds.values()):
        return
    rows = []
    for direction in DIRECTIONS:
        source, target = direction
        for label, name in (
            (f"input {source}", "input"),
            (f"in {target}", "fake"),
            *((f"seed {seed}", f"fake_{seed}") for seed in range(1, 1 + MAX_VARIANTS)),
            (f"back in {source}", "rec"),
            (f"real, of {target}", "real"),
        ):
            images = scored.arrays.get(f"{direction}/samples/{name}")
            if images is not None:
                rows.append((label, images))
    write_atomically(folder / "samples.png", png_bytes(image_rows(rows)))
