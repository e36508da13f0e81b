"""One cell from its description to its row: build, train or resume, score, keep."""

from __future__ import annotations

import json
import traceback
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import torch
from msgspec import structs

from ganbench.contracts.model import Model
from ganbench.contracts.task import Split, Task
from ganbench.core.devices import memory
from ganbench.core.disk import NoRoom, is_disk_full
from ganbench.core.errors import UserError, printable
from ganbench.core.files import write_atomically
from ganbench.core.memory import is_out_of_memory, memory_errors
from ganbench.core.spec import JSON
from ganbench.evaluation.evaluate import Scored, translations_of_model, translations_of_reference
from ganbench.networks.averages import averaged
from ganbench.networks.inputs import as_input
from ganbench.networks.spectral import why_unmapped
from ganbench.results.folder import CONFIG, SOURCES, cell_folder, no_room
from ganbench.results.records import Row, number_or_reason
from ganbench.running.best_on_test import BestOnTest, best_on_test_of
from ganbench.running.build import build_model, build_task
from ganbench.running.job import Job
from ganbench.running.progress import Tell
from ganbench.running.provenance import empty_row, provenance
from ganbench.running.sample_shapes import keep_shapes, shapes_of
from ganbench.running.scoring import FEWER, score_all, scored_row
from ganbench.running.snapshots import Snapshots, snapshots_of
from ganbench.training.checkpoint import Position
from ganbench.training.loop import Interrupted, Outcome, Plan, Run, train_together
from ganbench.training.multi_seed import how_to_join
from ganbench.training.restarts import Restarts, restarts_of

TRACEBACK = "traceback.txt"
SMALLER = f"give --batch-size {{}}, or {FEWER.removeprefix('give ')}"


@dataclass(frozen=True)
class Trainee:
    """A cell's model before its training, and what scores it on the way.

    score: the metric plugins of these names, of the model as it is, on a split.
    fresh: the model with the initial weights of another start, by its index.
    snapshots: None where the data have no validation split.
    best_on_test: None where it is not asked for.
    """

    job: Job
    folder: Path
    task: Task
    model: Model
    score: Callable[[Split, Sequence[str]], Scored]
    snapshots: Snapshots | None
    best_on_test: BestOnTest | None
    fresh: Callable[[int], Model]
    tell: Tell

    def run(self) -> Run:
        cell, steps = self.job.cell, self.job.cell.preset.budget_steps
        plan = Plan(
            budget_steps=steps,
            batch_size=self.model.hparams.batch_size,
            seed=cell.seed,
            device=cell.device,
            precision=cell.precision,
            compiled=cell.compiled,
            snapshots=frozenset().union(*(watcher.steps for watcher in self.watchers)),
            checkpoint_every=self.job.checkpoint_every,
            restarts=restarts_of(self.model.hparams, steps),
            checkpoint_activations=self.job.checkpoint_activations,
        )
        return Run(self.model, plan, self.folder, self.tell.losses, self.look, self.fresh)

    @property
    def watchers(self) -> list[Snapshots | BestOnTest]:
        """Who looks at the model on the way; none of them knows of another."""
        return [watcher for watcher in (self.snapshots, self.best_on_test) if watcher]

    def look(self, step: int) -> None:
        for watcher in self.watchers:
            if step in watcher.steps:
                with self.tell.doing("measuring on the way"):
                    watcher.look(step)


def trainee_of(job: Job, task: Task, train: Split, folder: Path, tell: Tell) -> Trainee:
    device = job.cell.device
    keep_shapes(shapes_of(task), folder)
    model = build_model(job.cell, job.context, task)
    untrained = build_model(job.cell, job.context, task).to(device)

    def score(split: Split, names: Sequence[str]) -> Scored:
        with averaged(model):
            made = translations_of_model(model, untrained, split, device)
            return score_all(job.cell, job.context, task, split, made, names, tell)

    fresh = partial(build_model, job.cell, job.context, task)
    snapshots = snapshots_of(job, task, train, model, folder, score)
    best = best_on_test_of(job, task, model, folder, score)
    return Trainee(job, folder, task, model, score, snapshots, best, fresh, tell)


def run_cell(job: Job, output: Path, tell: Tell, should_stop: Callable[[], bool]) -> Row:
    """Train what is left of a cell, score it, write its folder, and give its row.

    tell: of the cell. Errors are in the row's status and reason; only Interrupted, once
    `should_stop()` is true, and NoRoom are raised.
    """
    started = datetime.now(UTC).isoformat(timespec="seconds")
    folder = cell_folder(output, job.cell.id)
    row = structs.replace(empty_row(job), provenance=provenance(job, started))
    if job.unsupported:
        return structs.replace(row, status="skipped", reason=job.unsupported)
    torch.set_num_threads(job.cell.threads)
    try:
        describe(job, folder)
        return _train_and_score(job, row, folder, tell, should_stop)
    except (Interrupted, NoRoom):
        raise
    except UserError as error:
        return structs.replace(row, status="failed", reason=" ".join(str(error).split()))
    except Exception as error:
        if is_disk_full(error):
            raise no_room(output) from error
        _keep_traceback(folder)
        reason = f"{message_of(error)}; see {folder / TRACEBACK}"
        return structs.replace(row, status="failed", reason=reason)


def message_of(error: Exception) -> str:
    """Its type, text and place, in one line."""
    place = traceback.extract_tb(error.__traceback__)[-1]
    where = f"{Path(place.filename).name}, line {place.lineno}"
    return " ".join(f"{type(error).__name__}: {error} ({where})".split())


def describe(job: Job, folder: Path) -> None:
    """Make the cell's folder, with the cell's description."""
    folder.mkdir(parents=True, exist_ok=True)
    write_atomically(folder / CONFIG, to_json(asdict(job.cell)))
    write_atomically(folder / SOURCES, to_json(sources_of(job)))


def train_cells(
    jobs: Sequence[Job],
    output: Path,
    tells: Mapping[str, Tell],
    should_stop: Callable[[], bool],
) -> str:
    """Train cells that differ in their seed alone as one program, up to their last checkpoints.
    Gives the reason why they were not, or nothing. tells: by cell.

    `run_cell` continues from these and has only to score. A model that cannot be joined is left to
    it, and so is a program that fails, for each cell's own run shows the fault. Where memory is
    full, halves of the seeds are tried. Raises Interrupted and NoRoom.
    """
    torch.set_num_threads(jobs[0].cell.threads)
    try:
        task = build_task(jobs[0].cell, jobs[0].context)
        split = task.load("train")
        trainees = []
        for job in jobs:
            folder = cell_folder(output, job.cell.id)
            describe(job, folder)
            trainees.append(trainee_of(job, task, split, folder, tells[job.cell.id]))
        few = {k: as_input(d.samples[:2], "cpu") for k, d in (("A", split.A), ("B", split.B))}
        cell = jobs[0].cell
        join = how_to_join(trainees[0].model, few, task.spec, cell.device, cell.precision)
        if join is None:
            reason = why_unmapped(trainees[0].model)
            return f"torch.func cannot map its losses in {cell.precision}{reason}"
        for trainee in trainees:
            trainee.tell.trains()
        train_together([one.run() for one in trainees], split, should_stop, join)
    except (Interrupted, NoRoom):
        raise
    except Exception as error:
        if is_disk_full(error):
            raise no_room(output) from error
        if not is_out_of_memory(error) or len(jobs) < 4:
            return message_of(error)
        smaller = len(jobs) // 2
    else:
        return ""
    halves = (jobs[:smaller], jobs[smaller:])  # outside the handler, which holds the tensors
    reasons = [train_cells(half, output, tells, should_stop) for half in halves]
    return next(filter(None, reasons), "")


def _train_and_score(
    job: Job, row: Row, folder: Path, tell: Tell, should_stop: Callable[[], bool]
) -> Row:
    cell = job.cell
    task = build_task(cell, job.context)
    if cell.is_reference:
        reference = job.context.registry.load("reference", cell.model)()
        split = task.load(cell.split)
        made = translations_of_reference(reference, task, split, cell.seed)
        names = job.metrics
        with tell.doing("scoring"):
            score_it = partial(score_all, cell, job.context, task, split, made, names, tell)
            return scored_row(row, folder, task, score_it)
    train = task.load("train")
    trainee = trainee_of(job, task, train, folder, tell)
    model, score = trainee.model, trainee.score
    selection = trainee.snapshots.selection if trainee.snapshots else None
    run = trainee.run()
    tell.trains()
    with memory_errors("training", SMALLER.format(max(1, model.hparams.batch_size // 2))):
        (outcome,) = train_together([run], train, should_stop)
    known = how_trained(outcome.position) | row.provenance
    trained = structs.replace(
        row, cost=training_cost(model, run.plan.restarts, outcome), provenance=known
    )
    if outcome.diverged:
        return structs.replace(trained, status="diverged", reason=outcome.diverged)
    split = task.load(cell.split)
    told = told_by_training(trainee.snapshots, outcome.position)
    trained = structs.replace(trained, training=told)
    with tell.doing("scoring"):
        row = scored_row(trained, folder, task, lambda: score(split, job.metrics))
    last = cell.preset.budget_steps, lambda: score(split, job.metrics).metrics
    if selection is not None:
        row = structs.replace(row, selected=selection.result(row.metrics, *last))
    if trainee.best_on_test is not None:
        told = trainee.best_on_test.told(row.metrics, *last)
        row = structs.replace(row, training={**row.training, **told})
    return row


def how_trained(position: Position) -> JSON:
    """A row's entries on the program where it is not the plain one."""
    together, reason = position.together, position.not_captured
    return ({"together": together} if together > 1 else {}) | (
        {"not_captured": reason} if reason else {}
    )


def told_by_training(snapshots: Snapshots | None, position: Position) -> dict[str, float | str]:
    """The discriminators' numbers, where there is a validation split, and the starts' scores."""
    judged = snapshots.judged() if snapshots else {}
    scores = enumerate(position.start_scores, start=1)
    return {**judged, **{f"start_{i}": number_or_reason(score) for i, score in scores}}


def sources_of(job: Job) -> JSON:
    """The files that training and scoring reach, so that `ganbench why` can tell which changed."""
    return {
        **asdict(job.sources),
        "evaluation_hash": job.evaluation_hash,
        "metrics": list(job.metrics),
    }


def training_cost(model: Model, restarts: Restarts, outcome: Outcome) -> dict[str, float]:
    """Seconds, steps and updates; `samples_seen` counts both domains."""
    steps, phases = outcome.position.step, model.hparams.phases
    steps_at = Counter(restarts.at(step) % len(phases) for step in range(steps))

    def updates(letter: str) -> int:
        return sum(number for at, number in steps_at.items() if letter in phases[at])

    return {
        "train_sec": outcome.position.train_sec,
        "steps": steps,
        "samples_seen": 2 * steps * model.hparams.batch_size,
        "d_updates": updates("D"),
        "g_updates": updates("G"),
        "parameters": sum(p.numel() for p in model.parameters()),
        "peak_memory_bytes": memory(),
    }


def to_json(value: Any) -> bytes:
    return json.dumps(value, indent=2, sort_keys=True).encode()


def _keep_traceback(folder: Path) -> None:
    try:
        write_atomically(folder / TRACEBACK, printable(traceback.format_exc()).encode())
    except OSError:
        return  # the reason in the row has to do
