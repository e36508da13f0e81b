"""From what the user asked to cells: every name resolved, every number fixed, before any work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from itertools import product
from pathlib import Path

import torch

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Model
from ganbench.contracts.reference import Reference
from ganbench.contracts.task import Task, choose_source
from ganbench.core.devices import is_gpu
from ganbench.core.errors import UserError, unknown
from ganbench.core.options import each_from_text
from ganbench.core.portable import identity
from ganbench.core.source_hash import file_hashes, source_hash
from ganbench.core.spec import Preset, content_hash
from ganbench.networks.builder import check_size
from ganbench.registry.registry import Registry
from ganbench.results.records import Cell
from ganbench.running.best_on_test import asked_column
from ganbench.running.budgets import changed_preset, with_steps
from ganbench.running.build import build_task, require_network
from ganbench.running.by_data import metrics_of, references_of, require_possible_data
from ganbench.running.context import Context, context_of
from ganbench.running.fingerprint import evaluation_files, training_files
from ganbench.running.job import Grid, Job, SourceFiles
from ganbench.running.memory_options import require_possible
from ganbench.running.portability import require_portable, require_portable_updates
from ganbench.running.request import Request
from ganbench.running.seed_groups import most_together
from ganbench.running.seed_ids import of_seeds
from ganbench.running.settings import NETWORK, Values, networks_of, parse_sets
from ganbench.running.where import device_kind, precision_asked


def resolve(request: Request, registry: Registry) -> Grid:
    """All cells of a request, compiled where it says so itself. Raises UserError for its first
    mistake.
    """
    device = device_kind(request)
    if request.portable:
        require_portable(request, device)
    settings = parse_sets(request.sets, (*request.models, *request.tasks))
    context = context_of(
        registry,
        request.cache_dir,
        request.data,
        request.weights_dir,
        request.reading,
        identity() if request.portable else "",
    )
    bases = list(tasks_of(request, context, device, settings))
    tasks = [task for task, _ in bases]
    require_possible_data(request, resolve_metrics(request.metrics, (), registry), tasks, registry)
    jobs: dict[str, Job] = {}
    scored = cache(lambda metrics: hashes(evaluation_files(registry, metrics)))
    for task, base in bases:
        for cell, files, metrics, unsupported in (
            *model_cells(request, registry, task, base, settings),
            *reference_cells(request, registry, task, base),
        ):
            (code_hash, training), (evaluation_hash, evaluation) = hashes(files), scored(metrics)
            first = Job(
                cell=replace(cell, code_hash=code_hash),
                context=context,
                metrics=metrics,
                selection=selection_of(task, cell, registry),
                followed=followed_by(task, cell, metrics, registry),
                evaluation_hash=evaluation_hash,
                sources=SourceFiles(training, evaluation),
                unsupported=unsupported or "",
                checkpoint_every=request.checkpoint_every,
                snapshots=request.snapshots,
                together=most_together(cell, request, unsupported),
                checkpoint_activations=request.checkpoint_activations,
                best_on_test=asked_column(request, cell, metrics, registry),
            )
            # two settings may come to one cell
            jobs |= {job.id: job for job in of_seeds(first, request.seeds)}
    return Grid(tuple(tasks), tuple(jobs.values()))


def tasks_of(
    request: Request, context: Context, device: str, settings: Mapping[str, Values]
) -> Iterator[tuple[Task, Cell]]:
    """Each setting of each task, and what all its cells have in common."""
    for name in request.tasks:
        for base in base_cells(request, context, name, device, settings.get(name, {})):
            task = checked_task(base, context)
            data_hash = content_hash(task.data_key())
            yield task, replace(base, data_hash=data_hash, options=task.options_json())


def hashes(files: set[Path]) -> tuple[str, dict[str, str]]:
    """Of the files together, and of each by its name."""
    return source_hash(files), file_hashes(files)


def base_cells(
    request: Request, context: Context, name: str, device: str, settings: Values
) -> Iterator[Cell]:
    """What all cells of a task have in common, once for each combination of its options and of the
    networks; their data are not known yet.
    """
    task_type: type[Task] = context.registry.load("task", name)
    source = choose_source(task_type, name, context.paths)
    preset_name = request.preset or ("paper" if is_gpu(device) else "quick")
    if preset_name not in task_type.presets:
        raise unknown("preset", preset_name, task_type.presets, f"--preset, task {name}")
    own = task_type.options_type(**task_type.preset_options.get(preset_name, {}))
    families = [{NETWORK: family} for family in networks_of(request.sets)] or [{}]
    presets = [
        with_steps(preset, request.budget, preset.batch_size)
        for preset in (
            changed_preset(task_type.presets[preset_name], {**(request.budget or {}), **family})
            for family in families
        )
    ]
    first = Cell(
        model="",
        task=name,
        data=source,
        data_hash="",
        preset=presets[0],
        recipe="",
        hparams={},
        options={},
        precision=precision_asked(request, device),
        device=device,
        threads=request.threads,
        split=request.split,
        seed=0,
        code_hash="",
        torch=torch.__version__,
        compiled=request.compiled is True,
        portable=identity() if request.portable else "",
    )
    for options, preset in product(each_from_text(own, settings, name), presets):
        yield replace(first, options=asdict(options), preset=preset)


def checked_task(cell: Cell, context: Context) -> Task:
    """The task of a cell. Raises UserError for a size or a network that its data cannot have, and
    for kinds of data that the task's class does not name.
    """
    task = build_task(cell, context)
    preset, named = task.preset, [kind.name for kind in task.spec.kinds.values()]
    if (special := task.spec.special_kind()) and {*named} != {*task.kinds}:
        raise UserError(
            f"the data are {special}, and the task's class does not say so",
            f"task {cell.task}",
            f"write `kinds = {tuple(named)}` there",
        )
    check_size(task.spec, preset.network, preset.size, f"task {cell.task}")
    return task


def model_cells(
    request: Request,
    registry: Registry,
    task: Task,
    base: Cell,
    settings: Mapping[str, Values],
) -> Iterator[tuple[Cell, set[Path], tuple[str, ...], str | None]]:
    """A cell of seed 0 for each setting of each model, the files that its training reaches, its
    metrics, and why it cannot be trained, or None. Its code is not known yet.
    """
    for name in request.models:
        model: type[Model] = registry.load("model", name)
        own = {**micro_batch_of(request), **settings.get(name, {})}
        recipe, settings_of_it = resolve_hparams(name, model, task, request.recipe, own)
        files = training_files(registry, "model", name, base)
        metrics = resolve_metrics(
            request.metrics, (*metrics_of(task, registry), *model.metrics), registry
        )
        for hparams in settings_of_it:
            preset = with_steps(base.preset, request.budget, hparams.batch_size)
            made = hparams.record()
            cell = replace(base, model=name, recipe=recipe, hparams=made, preset=preset)
            require_possible(request, cell)
            require_portable_updates(cell)
            reason = model.why_not(task.spec)
            if not reason:
                require_network(cell, registry, task)
            yield cell, files, metrics, reason


def reference_cells(
    request: Request, registry: Registry, task: Task, base: Cell
) -> Iterator[tuple[Cell, set[Path], tuple[str, ...], str | None]]:
    """The same for each reference."""
    metrics = resolve_metrics(request.metrics, metrics_of(task, registry), registry)
    own = references_of(task, registry)
    for name in own if request.references is None else request.references:
        reference: type[Reference] = registry.load("reference", name)
        files = training_files(registry, "reference", name, base)
        yield replace(base, model=name), files, metrics, reference.unsupported(task.spec)


def resolve_hparams(
    name: str, model: type[Model], task: Task, recipe: str, settings: Values
) -> tuple[str, list[HParams]]:
    """The recipe's name and values: recipe, then the preset's batch and lr, then `settings`, each
    combination of them.
    """
    recipes = model.recipes(task.spec)
    if recipe and recipe not in recipes:
        kinds = " and ".join(dict.fromkeys(kind.many for kind in task.spec.kinds.values()))
        raise unknown("recipe", recipe, recipes, f"--recipe, model {name} for {kinds}")
    chosen = recipe or (
        task.default_recipe if task.default_recipe in recipes else next(iter(recipes))
    )
    each = each_from_text(fitted(recipes[chosen], task.preset), settings, name)
    for hparams in each:
        hparams.require_supported(task.spec)
    return chosen, [without_one_micro_batch(hparams) for hparams in each]


def without_one_micro_batch(hparams: HParams) -> HParams:
    """Where it would be the whole batch."""
    return replace(hparams, micro_batch=0) if hparams.micro_batch >= hparams.batch_size else hparams


def micro_batch_of(request: Request) -> dict[str, list[str]]:
    """As a setting of each model."""
    return {"micro_batch": [str(request.micro_batch)]} if request.micro_batch else {}


def fitted(own: HParams, preset: Preset) -> HParams:
    """A recipe's values with the preset's batch and rates. What is there at first, a blur or
    several starts, lasts until steps times rate are as much as in the recipe.
    """
    batch_size, factor = preset.batch_size or own.batch_size, preset.lr_factor
    length = batch_size / own.batch_size / factor
    return replace(
        own,
        batch_size=batch_size,
        lr=factor * own.lr,
        lr_d=factor * own.lr_d,
        blur_kimg=own.blur_kimg * (length if own.blur else 1),
        start_kimg=own.start_kimg * (length if own.starts > 1 else 1),
    )


def resolve_metrics(
    asked: Sequence[str], own: Sequence[str], registry: Registry
) -> tuple[str, ...]:
    """Metric plugins to compute: the task's and the model's own, and those asked for by plugin or
    by column.
    """
    by_column = {
        column: plugin.name
        for plugin in registry.of_kind("metric").values()
        for column in (*plugin.columns, plugin.name)
    }
    for name in asked:
        if name not in by_column:
            if any(plugin.name == name for plugin in registry.broken):
                registry.find("metric", name)
            raise unknown("metric", name, by_column, "--metrics")
    plugins = tuple(dict.fromkeys([*own, *(by_column[name] for name in asked)]))
    for name in plugins:  # so that a fault of one is reported before anything is trained
        registry.load("metric", name)
    return plugins


def selection_of(task: Task, cell: Cell, registry: Registry) -> tuple[str, str] | None:
    """The plugin and column that choose a checkpoint. None where the cell is scored on the split
    that would choose.
    """
    if not task.selected_by or cell.is_reference or cell.split == "validation":
        return None
    return column_owner(task.selected_by, registry), task.selected_by


def followed_by(
    task: Task, cell: Cell, metrics: Sequence[str], registry: Registry
) -> tuple[str, ...]:
    """The plugins whose curves over training are measured: the one that chooses a checkpoint, also
    where none is chosen, and those of the cell's that are quick.
    """
    if cell.is_reference:
        return ()
    chooser = column_owner(task.selected_by, registry) if task.selected_by else ""
    quick = [name for name in metrics if registry.load("metric", name).over_training]
    return tuple(dict.fromkeys([*quick, *filter(None, [chooser])]))


def column_owner(column: str, registry: Registry) -> str:
    """The metric plugin that gives a column. Raises UserError where there is none."""
    metrics = registry.of_kind("metric").values()
    owner = next((plugin.name for plugin in metrics if column in plugin.columns), None)
    if owner is None:
        raise unknown("column", column, registry.columns, "selected_by of the task")
    return owner
