"""What is measured of a model at snapshots of its training, on the validation split."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ganbench.contracts.model import Model
from ganbench.contracts.task import Split, Task
from ganbench.core.errors import UserError
from ganbench.evaluation.discriminators import overfitting
from ganbench.evaluation.evaluate import Scored
from ganbench.results.curves import add_point
from ganbench.results.samples import keep_samples
from ganbench.running.job import Job
from ganbench.training.checkpoint_selection import MAX_SAMPLES, Selection, snapshots

Score = Callable[[Split, Sequence[str]], Scored]


@dataclass(frozen=True)
class Snapshots:
    """A run's snapshots: each is a point of the curves in the cell's folder, and those at
    `choices` are what `selection` chooses from, however many there are in between.

    steps: after which there is one. judged: what its discriminators say as they are. score: the
    model as it is, whose first translations are kept as pictures beside the curves.
    """

    steps: frozenset[int]
    folder: Path
    judged: Callable[[], Mapping[str, float | str]]
    score: Callable[[], Scored]
    selection: Selection | None
    choices: frozenset[int]

    def look(self, step: int) -> None:
        """Measures the model after `step`. Doing so twice, after a crash, changes nothing."""
        scored = self.score()
        point = {**self.judged(), **scored.metrics}
        add_point(self.folder, step, point)
        keep_samples(self.folder, step, scored.arrays)
        if self.selection and step in self.choices:
            self.selection.look(step, point)


def snapshots_of(
    job: Job, task: Task, train: Split, model: Model, folder: Path, score: Score
) -> Snapshots | None:
    """None where the data have no validation split. score: the metric plugins of these names."""
    try:
        validation = first_samples_of(task.load("validation"), MAX_SAMPLES)
    except UserError:
        return None
    selection = selection_for(job, model, folder)
    steps = job.cell.preset.budget_steps
    choices = snapshots(steps) if selection else frozenset[int]()

    return Snapshots(
        steps=choices | snapshots(steps, job.snapshots),
        folder=folder,
        judged=lambda: overfitting(model, train, validation, job.cell.device),
        score=lambda: score(validation, job.followed),
        selection=selection,
        choices=choices,
    )


def selection_for(job: Job, model: Model, folder: Path) -> Selection | None:
    """None where nothing chooses: no such column for the task."""
    if job.selection is None:
        return None
    plugin, column = job.selection
    higher = job.context.registry.load("metric", plugin).columns[column].higher_is_better
    return Selection(column, bool(higher), model, folder)


def first_samples_of(split: Split, most: int) -> Split:
    """The first `most` samples of each domain, or all."""
    return Split(*(d.take(np.arange(min(len(d), most))) for d in (split.A, split.B)))
