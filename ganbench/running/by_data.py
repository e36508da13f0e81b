"""Which plugins tasks have because of their data, and which cannot be had, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ganbench.contracts.metric import Metric
from ganbench.contracts.task import Task
from ganbench.core.errors import UserError
from ganbench.core.large_pictures import LARGE_PX
from ganbench.core.spec import DataSpec, DomainName
from ganbench.registry.registry import Kind, Registry
from ganbench.running.request import Request

# Why a plugin's class cannot have such data, or None, as far as it can be told before training. Of
# pictures and points, a model's own column tells it: whole registries are compared on them.
RULES: Mapping[Kind, Callable[[Any, DataSpec], str | None]] = {
    "model": lambda model, spec: model.why_not(spec) if spec.special_kind() else None,
    "metric": lambda metric, spec: metric().why_never(spec),
    "reference": lambda reference, spec: reference.unsupported(spec),
}
OPTIONS: Mapping[Kind, str] = {
    "model": "--models",
    "metric": "--metrics",
    "reference": "--references",
}


def why_never(registry: Registry, kind: Kind, name: str, spec: DataSpec) -> str | None:
    return RULES[kind](registry.load(kind, name), spec)


def metrics_of(task: Task, registry: Registry) -> tuple[str, ...]:
    """The task's own, and those that score all tasks whose data they support."""

    def place(name: str) -> tuple[str, bool, str]:
        metric: type[Metric] = registry.load("metric", name)
        return metric.after or name, bool(metric.after), name

    joining = sorted(joining_all(task.spec, "metric", registry), key=place)
    return tuple(dict.fromkeys([*task.metrics, *joining]))


def references_of(task: Task, registry: Registry) -> tuple[str, ...]:
    """The same of references."""
    joining = joining_all(task.spec, "reference", registry)
    return tuple(dict.fromkeys([*task.references, *joining]))


def joining_all(spec: DataSpec, kind: Kind, registry: Registry) -> list[str]:
    every = [plugin.name for plugin in registry.of_kind(kind).values() if plugin.every_task]
    return [name for name in every if not why_never(registry, kind, name, spec)]


def require_possible_data(
    request: Request, metrics: Sequence[str], tasks: Sequence[Task], registry: Registry
) -> None:
    """Raises UserError for the first plugin that is asked for by name and that no task can have:
    training would end in nothing but `skipped`. metrics: the plugins of those that are asked for.
    """
    asked: dict[Kind, Sequence[str]] = {
        "model": request.models,
        "metric": metrics,
        "reference": request.references or (),
    }
    specs = list(dict.fromkeys(task.spec for task in tasks))
    for kind, names in asked.items():
        for name in names:
            reasons = [why_never(registry, kind, name, spec) for spec in specs]
            if all(reasons):
                where = f"{OPTIONS[kind]} {name}, task {', '.join(request.tasks)}"
                file = f"; benchmark {request.benchmark}" if request.benchmark else ""
                what = f"{name}: {reasons[0]}"
                raise UserError(what, where + file, ways_out(kind, name, specs, registry))


def ways_out(kind: Kind, name: str, specs: Sequence[DataSpec], registry: Registry) -> str:
    """What can be had in its place, and larger pictures where these would do."""

    def can(other: str, some: Sequence[DataSpec]) -> bool:
        try:
            return not all(why_never(registry, kind, other, spec) for spec in some)
        except UserError:  # another one's fault
            return False

    able = [other for other in sorted(registry.of_kind(kind)) if can(other, specs)]
    larger = [of_large_pictures(spec) for spec in specs]
    fix = f"leave it out, or choose from {', '.join(able)}" if able else "leave it out"
    return f"{fix}; or give --size {LARGE_PX}" if can(name, larger) else fix


def of_large_pictures(spec: DataSpec) -> DataSpec:
    """The same data where each picture is large."""

    def shape(domain: DomainName) -> tuple[int, ...]:
        channels = spec.shape(domain)[0]
        sides = (LARGE_PX, LARGE_PX)
        return (channels, *sides) if spec.kinds[domain].has_pixels else spec.shape(domain)

    return replace(spec, A=shape("A"), B=shape("B"))
