"""Trained models applied to pictures, one after the other: chains of conversions."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.model import Model
from ganbench.contracts.task import Domain, Task
from ganbench.core.errors import UserError, unknown
from ganbench.core.spec import ANGLE_ENDING, DataSpec, Direction, sides
from ganbench.evaluation.evaluate import in_batches
from ganbench.reporting.groups import cell_labels
from ganbench.reporting.sheets import Sheet, number
from ganbench.results.folder import cell_folder, read_cell, read_rows, refuse_odd_name
from ganbench.results.records import Cell, Row
from ganbench.running.build import build_task
from ganbench.running.context import Context
from ganbench.running.sample_shapes import read_shapes, shapes_of
from ganbench.running.scoring import probes
from ganbench.running.tiles import WAYS, require_any_size
from ganbench.running.trained import require_direction, trained_model


@dataclass(frozen=True)
class Step:
    """One conversion of a chain: a trained model and its direction.

    output_seed: which of its outputs, of a model that has several. one_of_several: whether others
        are asked for too, so that its label tells which one it is.
    """

    cell: Cell
    context: Context
    spec: DataSpec
    model: Model
    direction: Direction
    output_seed: int = 0
    one_of_several: bool = False

    @property
    def label(self) -> str:
        which = f", output {self.output_seed}" if self.one_of_several else ""
        return f"{self.cell.task} {self.direction}{which}"

    def translate(self, samples: Tensor) -> Tensor:
        """Float samples (n, ...), on the CPU, after this step."""
        target = sides(self.direction)[1]

        def apply(some: Tensor) -> Tensor:
            if self.model.several_outputs:
                return self.model.translate(some, target, self.output_seed)
            return self.model.translate(some, target)

        made = in_batches(self.model, samples, "cpu", apply)
        assert made is not None
        return made


def load_step(
    folder: Path,
    model: str,
    seed: int,
    direction: Direction,
    context: Context,
    output_seed: int = 0,
) -> Step:
    """The trained model `model` of a result folder, as its last checkpoint has it, on the CPU.

    Its data need not be there: the shapes that it was trained on are in its folder. Raises
    UserError where the folder has no such model, for a direction or an output that the model does
    not have, and for points.

    output_seed: chooses among the outputs of a model that has several.
    """
    row = stored_row(folder, model, seed)
    refuse_odd_name(folder, "--step")
    cell = read_cell(cell_folder(folder, row.cell))
    shapes = read_shapes(cell_folder(folder, cell.id)) or shapes_of(task_with_data(cell, context))
    if other := next((k for k in shapes.spec.kinds.values() if k.in_a_plane), None):
        raise UserError(
            f"{other.many} are not translated from the command line",
            "--step",
            "call `ganbench.load_generator` of Python on them, or give the results of images",
        )
    built = trained_model(cell_folder(folder, cell.id), cell, shapes, context.registry)
    require_direction(built, direction, output_seed)
    return Step(cell, context, shapes.spec, built, direction, output_seed)


def with_outputs(steps: Sequence[Step], number: int) -> list[list[Step]]:
    """The chain once for each output that is asked for, from its own output seed on. Raises
    UserError where none of its models has several.
    """
    if number == 1:
        return [[*steps]]
    if not any(step.model.has_several(sides(step.direction)[1]) for step in steps):
        has_one = f"{steps[0].cell.model} has one output for an input, {steps[0].direction}"
        raise UserError(has_one, f"--outputs {number}", "leave it out")
    return [
        [replace(step, output_seed=step.output_seed + i, one_of_several=True) for step in steps]
        for i in range(number)
    ]


def task_with_data(cell: Cell, context: Context) -> Task:
    """The task of a cell. Raises UserError where a `--data` that it needs is missing."""
    needs = context.registry.load("task", cell.task).sources.get(cell.data, ())
    lacking = [name for name in needs if name not in context.paths]
    if lacking:
        raise UserError(
            f"task {cell.task} was run on data of your own, which are missing",
            "--data",
            f"give {' '.join(f'--data {name}=DIR' for name in lacking)}, or --images DIR",
        )
    return build_task(cell, context)


def stored_row(folder: Path, model: str, seed: int) -> Row:
    """The latest done row of a model and seed. model: also as it is called where the folder has
    several of its settings. Raises UserError where it is not clear which of them is meant.
    """
    rows = [row for row in read_rows(folder).rows if row.status == "done" and not row.is_reference]
    if not rows:
        raise UserError("no trained model here", str(folder), "give the --output of a finished run")
    labels = cell_labels(rows)
    of_model = [row for row in rows if model in (row.model, labels[row.cell])]
    if not of_model:
        raise unknown("model", model, set(labels.values()), str(folder))
    of_seed = [row for row in of_model if row.seed == seed]
    if not of_seed:
        there = ", ".join(map(str, sorted({row.seed for row in of_model})))
        raise UserError(f"{model} has no seed {seed} here", str(folder), f"seeds: {there}")
    if len({row.task for row in of_seed}) > 1:
        raise UserError("more than one task in this result", str(folder), "give one of one task")
    settings = sorted({labels[row.cell] for row in of_seed})
    if len(settings) > 1:
        raise UserError(
            f"{model} has several settings here: {', '.join(settings)}",
            str(folder),
            f"say which, such as --model '{settings[0]}'",
        )
    return of_seed[-1]


def chain(steps: Sequence[Step], samples: Tensor) -> list[Tensor]:
    """Float samples (n, ...) before, and after each step; uint8 images are taken too.

    Raises UserError where the steps do not have samples of one shape.
    """
    needed = [step.spec.shape(sides(step.direction)[0]) for step in steps]
    given = [
        tuple(samples.shape[1:]),
        *(step.spec.shape(sides(step.direction)[1]) for step in steps),
    ]
    if needed != given[:-1]:
        text = ", ".join(" x ".join(map(str, shape)) for shape in sorted({*needed, *given}))
        raise UserError(f"the chain's samples differ in shape: {text}", "--step", "use one size")
    done = [samples.float() / 255 if samples.dtype == torch.uint8 else samples.float()]
    for step in steps:
        done.append(step.translate(done[-1]))
    return done


def require_own_size(steps: Sequence[Step]) -> None:
    """Raises UserError for the first step whose network takes pictures of one size alone."""
    for step in steps:
        network = f"{step.cell.model} with network '{step.cell.preset.network}'"
        channels, side = step.spec.shape(sides(step.direction)[0])[:2]
        require_any_size(step.translate, channels, side, network)


def chain_at_own_size(steps: Sequence[Step], picture: Tensor, way: str) -> list[Tensor]:
    """A float picture (3, H, W) of any size before, and after each step. way: a name in WAYS."""
    done = [picture]
    for step in steps:
        done.append(WAYS[way](step.translate, done[-1], step.spec.A[-1]))
    return done


def read_attributes(spec: DataSpec, inputs: Domain) -> list[str]:
    """The attributes whose shares can be told: angles have none, and no probe reads words."""
    if spec.lacks_pixels("probes"):
        return []
    known = [name for name in (spec.changed, *spec.kept) if name in inputs.truth]
    return [name for name in known if not name.endswith(ANGLE_ENDING)]


def attribute_sheet(
    steps: Sequence[Step], done: Sequence[Tensor], inputs: Domain, task: Task
) -> Sheet:
    """What the probes of the first step's task read after each step.

    Of an attribute that a step changes, the share of images that have it; of every other, the
    share that still has the input's value.
    """
    first = steps[0]
    read = probes(first.cell, first.context, task)
    names = read_attributes(first.spec, inputs)
    changed = {step.spec.changed for step in steps}
    head = ("attribute", "input", *(step.label for step in steps))
    records = [
        {"attribute": name, "measure": "has it" if name in changed else "as the input", **shares}
        for name in names
        for shares in [dict(enumerate(shares_of(name, name in changed, read, done, inputs)))]
    ]
    lines = tuple(
        (f"{r['attribute']}: {r['measure']}", *(number(r[i]) for i in range(len(done))))
        for r in records
    )
    notes = ("shares of the test images, as the probes of the first task read them",)
    texts = [{str(key): value for key, value in record.items()} for record in records]
    return Sheet("chain: " + ", then ".join(head[2:]), head, lines, notes, tuple(texts))


def shares_of(
    name: str,
    is_changed: bool,
    read: Callable[[str], Any],
    done: Sequence[Tensor],
    inputs: Domain,
) -> list[float]:
    """The share before, and after each step."""
    expected = np.ones(len(inputs), dtype=bool) if is_changed else inputs.truth[name]
    return [float((read(name).predict(samples) == expected).mean()) for samples in done]
