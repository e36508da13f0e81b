"""The source files that a cell's training and its scores depend on."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ganbench.contracts.task import Task
from ganbench.core.kinds import KINDS, DataKind
from ganbench.core.source_hash import module_file, reach
from ganbench.networks.builder import FAMILIES, family_module
from ganbench.registry.registry import Kind, Registry
from ganbench.results.records import Cell

NETWORKS = "ganbench.networks.builder"
TRAINING_MODULES = ("ganbench.training.loop", NETWORKS)
EVALUATION_MODULES = (
    "ganbench.evaluation.evaluate",
    "ganbench.evaluation.probes",
    "ganbench.evaluation.fidelity.feature_cache",
)


def training_files(registry: Registry, kind: Kind, name: str, cell: Cell) -> set[Path]:
    """The source that a plugin's training reaches for the task and the preset of `cell`: both
    plugins, the trainer, the networks of the cell's family, and what they use.

    A reference, the other kind, reaches no trainer. A plugin that makes networks itself may take
    any family for such data.
    """
    plugins = [registry.find(kind, name).path, registry.find("task", cell.task).path]
    kinds = kinds_of(registry, cell)
    own = [family_module(KINDS[kind], cell.preset.network) for kind in kinds]
    by_plugin = reach(plugins)
    modules = {*TRAINING_MODULES, *own} if kind == "model" else set()
    if not by_plugin.isdisjoint(module_files([NETWORKS])):
        modules |= {module for kind in kinds for module in FAMILIES[kind].values()}
    return by_plugin | reach(module_files(sorted(modules)))


def kinds_of(registry: Registry, cell: Cell) -> tuple[DataKind, ...]:
    """Of a cell's domains: those that its task names, else what its preset tells."""
    task: type[Task] = registry.load("task", cell.task)
    return task.kinds or ("image" if cell.preset.size else "points",)


def evaluation_files(registry: Registry, metrics: Sequence[str]) -> set[Path]:
    """The source that scores a cell."""
    files = [registry.find("metric", name).path for name in metrics]
    paths = reach([*files, *module_files(EVALUATION_MODULES)])
    if paths.isdisjoint(module_files([NETWORKS])):
        return paths
    return paths | reach(module_files([m for kind in FAMILIES.values() for m in kind.values()]))


def module_files(names: Sequence[str]) -> list[Path]:
    return [path for name in names if (path := module_file(name)) is not None]
