"""The task and the model of a cell, as they were resolved."""

from __future__ import annotations

import torch

from ganbench.contracts.model import Model
from ganbench.contracts.task import Task
from ganbench.core.errors import UserError
from ganbench.core.seeds import seed_for
from ganbench.core.spec import PLAIN
from ganbench.networks.builder import NetworkBuilder
from ganbench.registry.registry import Registry
from ganbench.results.records import Cell
from ganbench.running.context import Context
from ganbench.running.job import Job
from ganbench.running.sample_shapes import Shapes, shapes_of


def build_task(cell: Cell, context: Context) -> Task:
    """The task of a cell, which its task, data, preset and options say. Raises UserError for a task
    that is not there, and TypeError for options that it does not have.
    """
    task_type: type[Task] = context.registry.load("task", cell.task)
    options = task_type.options_type(**cell.options)
    data_dir = context.cache_dir / "data"
    return task_type(options, cell.preset, cell.data, context.paths, data_dir, context.reading)


def build_model(cell: Cell, context: Context, task: Task, start: int = 0) -> Model:
    """The model of a cell with the initial weights of its seed, or of one of its other starts."""
    return model_of_shapes(cell, context.registry, shapes_of(task), start)


def model_of_shapes(cell: Cell, registry: Registry, shapes: Shapes, start: int = 0) -> Model:
    """The same where only the shapes of the task's data are known."""
    spec = shapes.spec
    model_type: type[Model] = registry.load("model", cell.model)
    hparams_type = type(model_type.recipes(spec)[cell.recipe])
    model = model_type(hparams_type(**cell.hparams))
    seed = seed_for(cell.seed, "start", start) if start else cell.seed
    model.build_seeded(NetworkBuilder(spec, shapes.architecture, seed, cell.preset.network))
    return model


def require_network(cell: Cell, registry: Registry, task: Task) -> None:
    """Raises UserError where the cell's model cannot be built of the family of networks that is
    asked for. Nothing is computed; other faults of a plugin are for its training to show.
    """
    if cell.preset.network == PLAIN:
        return
    with torch.device("meta"):
        try:
            model_of_shapes(cell, registry, shapes_of(task))
        except UserError as error:
            where = f"{error.where}, model {cell.model}, task {cell.task}"
            raise UserError(error.what, where, error.fix) from error
        except Exception:
            return


def network_size(job: Job) -> int:
    """Parameters of a cell's networks; 0 where the plugin cannot build them."""
    cell, context = job.cell, job.context
    try:
        if cell.is_reference:
            return 0
        model = build_model(cell, context, build_task(cell, context))
        return sum(p.numel() for p in model.parameters())
    except Exception:  # the cell's own run will show the fault
        return 0
