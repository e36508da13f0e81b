"""The task and the model of a cell, as they were resolved."""

from __future__ import annotations

from dataclasses import replace

from ganbench.contracts.model import Model
from ganbench.contracts.task import Task
from ganbench.networks.builder import NetworkBuilder
from ganbench.running.job import Job
from ganbench.running.sample_shapes import Shapes, shapes_of


def build_task(job: Job) -> Task:
    """The task of a cell, as the grid resolved it."""
    cell = job.cell
    task_type = job.registry.load("task", cell.task)
    options = task_type.options_type(**cell.options)
    task: Task = task_type(
        options, cell.preset, cell.data, job.paths, job.cache_dir / "data", job.reading
    )
    return task


def build_model(job: Job, task: Task) -> Model:
    """The model of a cell with the initial weights of its seed."""
    return model_of_shapes(job, shapes_of(task))


def model_of_shapes(job: Job, shapes: Shapes) -> Model:
    """The same where only the shapes of the task's data are known."""
    cell, spec = job.cell, shapes.spec
    model_type = job.registry.load("model", cell.model)
    hparams = replace(model_type.recipes(spec)[cell.recipe], **cell.hparams)
    model: Model = model_type(hparams)
    model.build_seeded(NetworkBuilder(spec, shapes.architecture, cell.seed, cell.preset.network))
    return model


def network_size(job: Job) -> int:
    """Parameters of a cell's networks; 0 where the plugin cannot build them."""
    try:
        if job.cell.is_reference:
            return 0
        return sum(p.numel() for p in build_model(job, build_task(job)).parameters())
    except Exception:  # the cell's own run tells what is wrong
        return 0
