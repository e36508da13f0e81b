"""From what the user asked to cells: every name resolved, every number fixed, before any work."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, replace
from functools import cache
from typing import Any

import torch

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Model
from ganbench.contracts.reference import Reference
from ganbench.contracts.task import Task, choose_source
from ganbench.core.devices import resolve_device, resolve_precision
from ganbench.core.errors import UserError, unknown
from ganbench.core.options import replace_from_text
from ganbench.core.source_hash import source_hash
from ganbench.core.spec import Preset, content_hash
from ganbench.evaluation.fidelity.weights import places
from ganbench.networks.builder import find_family
from ganbench.registry.registry import Registry
from ganbench.results.records import Cell
from ganbench.running.fingerprint import evaluation_files, training_files
from ganbench.running.job import Grid, Job, Request

NETWORK = "network"
MAX_TOGETHER = 64


def resolve(request: Request, registry: Registry) -> Grid:
    """All cells of a request. Raises UserError for the first thing that is wrong in it."""
    device = resolve_device(request.device)
    precision = resolve_precision(request.precision, device)
    settings = parse_sets(request.sets, (*request.models, *request.tasks))
    weights = places(request.cache_dir, request.weights_dir)
    tasks: dict[str, Task] = {}
    jobs: list[Job] = []
    evaluation_hash = cache(lambda metrics: source_hash(evaluation_files(registry, metrics)))
    for name in request.tasks:
        task = resolve_task(request, registry, name, device, settings.get(name, {}))
        base = Cell(
            model="",
            task=name,
            data=task.source,
            data_hash=content_hash(task.data_key()),
            preset=task.preset,
            recipe="",
            hparams={},
            options=task.options_json(),
            precision=precision,
            device=device,
            threads=request.threads,
            split=request.split,
            seed=0,
            code_hash="",
            torch=torch.__version__,
            compiled=request.compiled,
        )
        tasks[name] = task
        jobs += [
            Job(
                cell=replace(cell, seed=seed),
                metrics=metrics,
                selection=selection_of(task, cell, registry),
                weights=weights,
                registry=registry,
                paths=task.paths,
                cache_dir=request.cache_dir,
                evaluation_hash=evaluation_hash(metrics),
                unsupported=unsupported or "",
                checkpoint_every=request.checkpoint_every,
                together=1
                if cell.is_reference or unsupported
                else request.together or seeds_that_pay(cell),
                reading=request.reading,
            )
            for cell, metrics, unsupported in (
                *model_cells(request, registry, task, base, settings),
                *reference_cells(request, registry, task, base),
            )
            for seed in request.seeds
        ]
    return Grid(tasks, tuple(jobs))


def model_cells(
    request: Request,
    registry: Registry,
    task: Task,
    base: Cell,
    settings: Mapping[str, Mapping[str, str]],
) -> Iterator[tuple[Cell, tuple[str, ...], str | None]]:
    """A cell of seed 0 for each model, its metrics, and why it cannot be trained, or None."""
    for name in request.models:
        model: type[Model] = registry.load("model", name)
        recipe, hparams = resolve_hparams(name, model, task, request.recipe, settings.get(name, {}))
        code = source_hash(training_files(registry, "model", name, base))
        cell = replace(base, model=name, recipe=recipe, hparams=asdict(hparams), code_hash=code)
        metrics = resolve_metrics(request.metrics, (*task.metrics, *model.metrics), registry)
        yield cell, metrics, model.unsupported(task.spec)


def reference_cells(
    request: Request, registry: Registry, task: Task, base: Cell
) -> Iterator[tuple[Cell, tuple[str, ...], str | None]]:
    """The same for each reference."""
    metrics = resolve_metrics(request.metrics, task.metrics, registry)
    for name in task.references if request.references is None else request.references:
        reference: type[Reference] = registry.load("reference", name)
        code = source_hash(training_files(registry, "reference", name, base))
        yield replace(base, model=name, code_hash=code), metrics, reference.unsupported(task.spec)


def seeds_that_pay(cell: Cell) -> int:
    """How many seeds are trained as one program where nobody says: small networks wait for calls
    rather than for arithmetic on a GPU, and in bf16 on a CPU; elsewhere seeds side by side on the
    cores are as fast (docs/speed.md).
    """
    is_small = not cell.preset.size  # points
    waits = cell.device == "cuda" or cell.precision == "bf16"
    return MAX_TOGETHER if is_small and waits else 1


def parse_sets(texts: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, str]]:
    """{"recon": {"distance": "l1"}} of ["recon.distance=l1"]; the network's family is left out."""
    settings: dict[str, dict[str, str]] = {}
    for text in texts:
        left, equals, value = text.partition("=")
        name, dot, key = left.partition(".")
        if left == NETWORK and value:
            continue
        if not (equals and dot and name and key):
            raise UserError(
                f"'{text}' is not NAME.key=value",
                f"--set {text}",
                "e.g. recon.distance=l1, or network=stylegan2",
            )
        if name not in names:
            raise unknown("model or task of this run", name, names, f"--set {text}")
        settings.setdefault(name, {})[key] = value
    return settings


def chosen_network(texts: Sequence[str]) -> dict[str, str]:
    """{"network": "stylegan2"} where the texts choose one, the last one; else nothing."""
    sets = (text.partition("=") for text in texts)
    values = [value for left, _, value in sets if left == NETWORK]
    return {NETWORK: values[-1]} if values else {}


def resolve_task(
    request: Request, registry: Registry, name: str, device: str, settings: Mapping[str, str]
) -> Task:
    task_type: type[Task] = registry.load("task", name)
    paths = {key: path.expanduser() for key, path in (request.data or {}).items()}
    source = choose_source(task_type, name, paths)
    preset_name = request.preset or ("paper" if device == "cuda" else "quick")
    if preset_name not in task_type.presets:
        raise unknown("preset", preset_name, task_type.presets, f"--preset, task {name}")
    base = task_type.options_type(**task_type.preset_options.get(preset_name, {}))
    options = replace_from_text(base, settings, name)
    changes = {**(request.budget or {}), **chosen_network(request.sets)}
    preset = changed_preset(task_type.presets[preset_name], changes)
    task = task_type(options, preset, source, paths, request.cache_dir / "data", request.reading)
    find_family(task.spec, preset.network).check_size(preset.size, f"task {name}")
    return task


def changed_preset(preset: Preset, budget: Mapping[str, Any]) -> Preset:
    """The preset with the user's changes in its fields and in its name, so that tables tell."""
    changes: dict[str, Any] = {
        key: value for key, value in budget.items() if value != getattr(preset, key)
    }
    name = "+".join([preset.name, *(f"{key}={value}" for key, value in sorted(changes.items()))])
    return replace(preset, name=name, **changes)


def resolve_hparams(
    name: str, model: type[Model], task: Task, recipe: str, settings: Mapping[str, str]
) -> tuple[str, HParams]:
    """The recipe's name and values: recipe, then the preset's batch and lr, then `--set`."""
    recipes = model.recipes(task.spec)
    if recipe and recipe not in recipes:
        raise unknown("recipe", recipe, recipes, f"--recipe, model {name}")
    chosen = recipe or (
        task.default_recipe if task.default_recipe in recipes else next(iter(recipes))
    )
    preset = {"batch_size": task.preset.batch_size, "lr": task.preset.lr}
    given: dict[str, Any] = {key: value for key, value in preset.items() if value}
    hparams = replace(recipes[chosen], **given)
    return chosen, replace_from_text(hparams, settings, name)


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
    return tuple(dict.fromkeys([*own, *(by_column[name] for name in asked)]))


def selection_of(task: Task, cell: Cell, registry: Registry) -> tuple[str, str] | None:
    """The plugin and column that choose a checkpoint. None where the cell is scored on the split
    that would choose.
    """
    if not task.selected_by or cell.is_reference or cell.split == "validation":
        return None
    return column_owner(task.selected_by, registry), task.selected_by


def column_owner(column: str, registry: Registry) -> str:
    """The metric plugin that gives a column."""
    metrics = registry.of_kind("metric").values()
    return next(plugin.name for plugin in metrics if column in plugin.columns)
