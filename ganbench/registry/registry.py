"""Which plugins there are. Files are read, not run, so listing needs no torch and harms nothing.

A plugin is a Python file with one class derived from Model, Task, Metric or Reference; its name is
the file's stem, or the entry point's name.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.machinery import PathFinder
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

from ganbench.core.errors import UserError, did_you_mean
from ganbench.core.source_hash import PACKAGE_DIR
from ganbench.core.spec import Column
from ganbench.registry.loading import loaded_class
from ganbench.registry.source import KINDS, Kind, Plugin, inspect_file

__all__ = ["KINDS", "Kind", "Plugin", "Registry", "discover", "inspect_file"]
ENTRY_POINT_GROUP = "ganbench.plugins"
BUILT_IN = "built-in"  # where a plugin is from


@dataclass(frozen=True)
class Registry:
    """All plugins, whole and broken."""

    plugins: tuple[Plugin, ...]

    def of_kind(self, kind: Kind) -> dict[str, Plugin]:
        """The usable plugins of one kind by name."""
        return {p.name: p for p in self.plugins if p.kind == kind and not p.error}

    @property
    def columns(self) -> dict[str, Column]:
        """What every metric's columns mean, by name."""
        metrics = self.of_kind("metric").values()
        return {name: column for metric in metrics for name, column in metric.columns.items()}

    @property
    def minor_columns(self) -> dict[str, Column]:
        """What a short table leaves out: all but each metric's main column."""
        return {
            name: column
            for metric in self.of_kind("metric").values()
            for name, column in metric.columns.items()
            if name != main_column(metric.columns)
        }

    @property
    def broken(self) -> tuple[Plugin, ...]:
        return tuple(p for p in self.plugins if p.error)

    def find(self, kind: Kind, name: str) -> Plugin:
        """Raises UserError for a broken plugin, and for an unknown name with the closest one."""
        for plugin in self.broken:  # first, so that no other plugin of that name runs instead
            if plugin.name == name and plugin.kind in (kind, None):
                raise UserError(
                    f"{kind} '{name}' cannot be loaded: {plugin.error}",
                    str(plugin.path),
                    "correct the plugin; `ganbench list` checks it again",
                )
        usable = self.of_kind(kind)
        if name in usable:
            return usable[name]
        hint = f"{did_you_mean(name, usable)} (a plugin of your own needs --plugins DIR)"
        raise UserError(f"unknown {kind} '{name}'", f"the {kind}s that `ganbench list` shows", hint)

    def load(self, kind: Kind, name: str) -> Any:
        """The plugin's class. Raises UserError, with file and line, where its code fails or the
        class does not keep to its contract.
        """
        return loaded_class(self.find(kind, name))


def main_column(columns: Mapping[str, Column]) -> str:
    """The first column of a metric that has a better end, or else its first; nothing where it has
    families of columns only.
    """
    single = [name for name in columns if "*" not in name]
    better = [name for name in single if columns[name].higher_is_better is not None]
    return next(iter([*better, *single]), "")


def discover(folders: Sequence[Path] = ()) -> Registry:
    """The built-in plugins, those of installed packages, then those in `folders`.

    The second of two equal names of a kind is listed as broken, and the name cannot be used until
    one of them is renamed. Raises UserError for a folder that is not there.
    """
    built_in = [inspect_file(file, BUILT_IN) for file in plugin_files(built_in_folder())]
    plugins = [*built_in, *entry_point_plugins()]
    for folder in folders:
        if not folder.is_dir():
            what, fix = "the plugin folder does not exist", "give a folder's path"
            if folder.is_file():
                what = "this is a file, and plugins are found in a folder"
                fix = f"give its folder: --plugins {folder.parent}"
            raise UserError(what, f"--plugins {folder}", fix)
        plugins += [inspect_file(file, str(folder)) for file in plugin_files(folder)]
    return Registry(tuple(_unique(plugins)))


def _unique(plugins: Iterable[Plugin]) -> Iterator[Plugin]:
    taken: dict[tuple[Kind | None, str], Plugin] = {}
    for plugin in plugins:
        first = taken.setdefault((plugin.kind, plugin.name), plugin)
        if first is plugin:
            yield plugin
        elif first.path.resolve() != plugin.path.resolve():
            yield replace(plugin, error=plugin.error or taken_name(plugin, first))


def taken_name(plugin: Plugin, first: Plugin) -> str:
    what = f"the entry point in {plugin.origin}" if plugin.module else str(plugin.path)
    return f"the {plugin.kind} name '{plugin.name}' is taken by {first.path}; rename {what}"


def built_in_folder() -> Path:
    """`ganbench/plugins` in an installed package, `plugins` next to it in the repository."""
    shipped = PACKAGE_DIR / "plugins"
    return shipped if shipped.is_dir() else PACKAGE_DIR.parent / "plugins"


def plugin_files(folder: Path) -> list[Path]:
    """Python files in `folder` and in its sub-folders models, tasks, metrics and references."""
    places = [*(folder / f"{kind}s" for kind in KINDS.values()), folder]
    return [
        file
        for place in places
        for file in sorted(place.glob("*.py"))
        if not file.name.startswith(("_", "test_", "conftest"))
    ]


def entry_point_plugins() -> list[Plugin]:
    points = sorted(entry_points(group=ENTRY_POINT_GROUP), key=lambda point: point.name)
    return [_inspect_entry_point(point) for point in points]


def _inspect_entry_point(point: EntryPoint) -> Plugin:
    origin = point.dist.name if point.dist else "an installed package"
    path = module_path(point.module)
    if path is None:
        error = f"the module {point.module} is not installed; install {origin} again"
        return Plugin(point.name, None, Path(point.module), origin, error=error)
    return replace(inspect_file(path, origin), name=point.name, module=point.module)


def module_path(name: str) -> Path | None:
    """The file of module `name`, without running it or its parents."""
    top, *rest = name.split(".")
    spec = importlib.util.find_spec(top)
    for part in rest:
        places = spec.submodule_search_locations if spec else None
        spec = PathFinder.find_spec(part, places) if places else None
    return Path(spec.origin) if spec and spec.origin else None
