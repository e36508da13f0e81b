"""The main job: resolve a request, run the cells that are left, draw the figures, give the rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol

from ganbench.contracts.task import Task
from ganbench.core.cache import default_cache_dir
from ganbench.core.devices import cores
from ganbench.core.files import refuse_around, refuse_inside
from ganbench.core.spec import MAX_MEGAPIXELS, Reading, ScoredSplit
from ganbench.registry.registry import discover
from ganbench.reporting.figures import draw_figures
from ganbench.results.folder import (
    cell_folder,
    open_output,
    read_rows,
    read_rows_alone,
    refuse_odd_name,
    refuse_strangers,
    set_torn_aside,
)
from ganbench.results.records import Row
from ganbench.running.build import network_size
from ganbench.running.executor import Progress, execute, settled
from ganbench.running.job import Grid, Job, Request
from ganbench.running.resolve import resolve
from ganbench.training.loop import CHECKPOINT

if TYPE_CHECKING:
    import pandas as pd


class Listener(Protocol):
    """Who is told how a run goes."""

    def say(self, line: str) -> None: ...

    def start(self, jobs: Sequence[Job], total: int) -> None: ...

    def progress(self, progress: Progress) -> None: ...

    def ended(self, row: Row) -> None: ...


class Silent:
    """A listener that tells nobody."""

    def say(self, line: str) -> None:
        return None

    def start(self, jobs: Sequence[Job], total: int) -> None:
        return None

    def progress(self, progress: Progress) -> None:
        return None

    def ended(self, row: Row) -> None:
        return None


@dataclass(frozen=True)
class Result:
    """The rows of the request's cells, in its order, and the figures that were drawn."""

    rows: tuple[Row, ...]
    figures: tuple[Path, ...]

    @property
    def complete(self) -> bool:
        """Every cell is done; one that a model does not support does not count."""
        return all(row.status in {"done", "skipped"} for row in self.rows)


def left_to_do(grid: Grid, rows: Sequence[Row], afresh: bool) -> list[Job]:
    """Cells without a settled row, or whose row was scored by other code or lacks a metric."""
    known = {row.cell: row for row in rows}
    return [job for job in grid.jobs if afresh or not settled(job, known.get(job.cell.id))]


def check_output(grid: Grid, output: Path) -> None:
    """Raises UserError where rows would be written among the data or among other things."""
    paths = [path for task in grid.tasks.values() for path in task.paths.values()]
    refuse_inside(output, paths, "--output")
    refuse_around(output, paths, "--output")
    refuse_strangers(output)
    refuse_odd_name(output, "--output")


def run_grid(
    grid: Grid,
    output: Path,
    workers: int,
    afresh: bool,
    listener: Listener,
) -> Result:
    """Run what is left of a resolved request and append its rows to `output`.

    workers: cells at a time; 0 takes one for each core over the threads of a cell, or one on a
    GPU. afresh: forget the cells' folders and rows. Raises UserError for the user's mistakes.
    """
    check_output(grid, output)
    open_output(output)
    stored = read_rows_alone(output)
    if stored.torn:
        aside = set_torn_aside(output, stored.torn)
        listener.say(
            f"the last line of {output / 'rows.jsonl'} was cut off; it is kept in {aside} "
            "and its cell is run again"
        )
    todo = left_to_do(grid, stored.rows, afresh)
    if todo:
        for task in grid.tasks.values():
            task.prepare(listener.say)
        for line in small_sets(todo, grid.tasks):
            listener.say(line)
    if afresh:
        forget(todo, output)
    listener.start(todo, len(grid.jobs))
    for row in execute(
        heaviest_first(todo), output, workers or default_workers(grid), afresh, listener.progress
    ):
        listener.ended(row)
    rows = rows_of(grid, output)
    if todo:
        draw_figures(rows, output, grid.jobs[0].registry, listener.say)
    return Result(rows, tuple(sorted((output / "figures").glob("*.png"))))


def heaviest_first(jobs: Sequence[Job]) -> list[Job]:
    """Jobs by falling size of their networks, so that no long cell is left alone at the end."""
    sizes: dict[tuple[str, str], int] = {}
    for job in jobs:
        kind = job.cell.task, job.cell.model
        if kind not in sizes:
            sizes[kind] = network_size(job)
    return sorted(jobs, key=lambda job: -sizes[job.cell.task, job.cell.model])


def forget(jobs: Sequence[Job], output: Path) -> None:
    """Drop the checkpoints of cells that are to be trained from the start."""
    for job in jobs:
        (cell_folder(output, job.cell.id) / CHECKPOINT).unlink(missing_ok=True)


def default_workers(grid: Grid) -> int:
    cell = grid.jobs[0].cell
    return 1 if cell.device == "cuda" else max(1, cores() // cell.threads)


def small_sets(jobs: Sequence[Job], tasks: Mapping[str, Task]) -> list[str]:
    """A warning for each domain that has fewer training samples than a batch."""
    batches: dict[str, int] = {}
    for job in jobs:
        batch = job.cell.hparams.get("batch_size", 0)
        batches[job.cell.task] = max(batch, batches.get(job.cell.task, 0))
    lines = []
    for name, batch in batches.items():
        try:
            train = tasks[name].load("train")
        except Exception:  # the cell's own run tells what is wrong
            continue
        for domain in ("A", "B"):
            n = len(train.domain(domain))
            if n < batch:
                lines.append(
                    f"{name}: domain {domain} has {n} training samples, fewer than a batch of "
                    f"{batch}, so each batch repeats some; give more data or --batch-size {n}"
                )
    return lines


def rows_of(grid: Grid, output: Path) -> tuple[Row, ...]:
    known = {row.cell: row for row in read_rows(output).rows}
    return tuple(known[job.cell.id] for job in grid.jobs if job.cell.id in known)


def default_output(name: str, preset: str, split: ScoredSplit) -> Path:
    """name: of the tasks or of the benchmark file."""
    return Path("results") / "-".join([name, preset, *([] if split == "test" else [split])])


def run(
    models: Sequence[str],
    tasks: Sequence[str],
    seeds: int | Sequence[int] = 3,
    *,
    output: Path | str | None = None,
    preset: str = "",
    recipe: str = "",
    sets: Sequence[str] = (),
    budget: Mapping[str, int] | None = None,
    data: Mapping[str, Path | str] | None = None,
    metrics: Sequence[str] = (),
    references: Sequence[str] | None = None,
    split: ScoredSplit = "test",
    plugins: Sequence[Path | str] = (),
    cache_dir: Path | str | None = None,
    device: Literal["auto", "cpu", "cuda"] = "auto",
    precision: Literal["auto", "fp32", "bf16"] = "auto",
    workers: int = 0,
    together: int = 0,
    compiled: bool = False,
    skip_unreadable: bool = False,
    max_megapixels: float = MAX_MEGAPIXELS,
) -> pd.DataFrame:
    """Train and score models x tasks x seeds; one line of the frame is one cell.

    seeds: a number n for seeds 0 to n-1, or the seeds themselves. sets: "NAME.key=value" texts.
    budget: preset fields to replace, such as {"budget_steps": 100}.
    references: names, none where empty, the tasks' own where None.
    workers: cells at a time; together: seeds that train as one program; 0 for what pays.
    compiled: by torch.compile. skip_unreadable: leave out files of `data` that cannot be read
    instead of refusing them; max_megapixels: refuse larger pictures.
    Metrics and costs are columns beside the row's own fields. Raises UserError for bad arguments.
    """
    request = Request(
        models=tuple(models),
        tasks=tuple(tasks),
        seeds=tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds),
        cache_dir=Path(cache_dir) if cache_dir else default_cache_dir(),
        preset=preset,
        recipe=recipe,
        sets=tuple(sets),
        budget=budget,
        data={name: Path(path) for name, path in (data or {}).items()},
        metrics=tuple(metrics),
        references=None if references is None else tuple(references),
        split=split,
        device=device,
        precision=precision,
        together=together,
        compiled=compiled,
        reading=Reading(skip_unreadable, max_megapixels),
    )
    registry = discover([Path(folder) for folder in plugins])
    grid = resolve(request, registry)
    name = "+".join(request.tasks)
    folder = Path(output) if output else default_output(name, grid.preset.name, request.split)
    result = run_grid(grid, folder, workers, False, Silent())
    return frame(result.rows)


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as a data frame: one line a cell, a column for each metric and cost."""
    import pandas as pd

    fields = (
        *("cell", "model", "task", "data", "split", "preset", "recipe", "seed", "status"),
        "reason",
    )
    return pd.DataFrame(
        [{**{f: getattr(row, f) for f in fields}, **row.metrics, **row.cost} for row in rows]
    )
