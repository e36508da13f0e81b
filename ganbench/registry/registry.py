"""Which plugins there are. Files are read, not run, so listing needs no torch and harms nothing.

A plugin is a Python file with one class derived from Model, Task, Metric or Reference; its name is
the file's stem, or the entry point's name.
"""

from __future__ import annotations

import ast
import hashlib
import importlib
import importlib.util
import os
import sys
import traceback
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any, Literal

from ganbench.core.errors import UserError, did_you_mean
from ganbench.core.source_hash import PACKAGE_DIR
from ganbench.core.spec import Column
from ganbench.registry.faults import first_fault

Kind = Literal["model", "task", "metric", "reference"]
KINDS: dict[str, Kind] = {
    "Model": "model",
    "Task": "task",
    "Metric": "metric",
    "Reference": "reference",
}
ENTRY_POINT_GROUP = "ganbench.plugins"


@dataclass(frozen=True)
class Plugin:
    """One plugin as its source tells it. error: why it cannot be used, or empty.

    kind is None where the file is too broken to say. module: for a plugin of an installed
    package, the name to import it by.
    """

    name: str
    kind: Kind | None
    path: Path
    origin: str
    class_name: str = ""
    summary: str = ""
    columns: Mapping[str, Column] = field(default_factory=dict)
    error: str = ""
    module: str = ""


@dataclass(frozen=True)
class Registry:
    """All plugins found, whole and broken."""

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
    def broken(self) -> tuple[Plugin, ...]:
        return tuple(p for p in self.plugins if p.error)

    def find(self, kind: Kind, name: str) -> Plugin:
        """Raises UserError for a broken plugin, and for an unknown name with the closest one."""
        for plugin in self.broken:  # first, so that nobody runs another plugin of that name instead
            if plugin.name == name and plugin.kind in (kind, None):
                raise UserError(
                    f"{kind} '{name}' cannot be loaded: {plugin.error}",
                    str(plugin.path),
                    "mend the plugin; `ganbench list` checks it again",
                )
        usable = self.of_kind(kind)
        if name in usable:
            return usable[name]
        raise UserError(
            f"unknown {kind} '{name}'",
            f"the {kind}s that `ganbench list` shows",
            did_you_mean(name, usable),
        )

    def load(self, kind: Kind, name: str) -> Any:
        """The plugin's class. Raises UserError with file and line where its code fails."""
        plugin = self.find(kind, name)
        try:
            loaded = getattr(_import(plugin), plugin.class_name)
        except (Exception, SystemExit) as error:
            raise UserError(
                f"{kind} '{name}' cannot be loaded: {type(error).__name__}: {error}",
                where_raised(error, plugin.path),
                "mend the plugin and run the same command again",
            ) from error
        missing = sorted(getattr(loaded, "__abstractmethods__", ()))
        if missing:
            raise UserError(
                f"{kind} '{name}' lacks {', '.join(missing)}",
                f"{plugin.path}, class {plugin.class_name}",
                "write the missing methods; see ganbench/contracts/"
                + f"{kind}.py for what each must do",
            )
        return loaded


def discover(folders: Sequence[Path] = ()) -> Registry:
    """The built-in plugins, those of installed packages, then those in `folders`.

    The second of two equal names of a kind is listed as broken, and the name cannot be used until
    one of them is renamed. Raises UserError for a folder that is not there.
    """
    found = [*built_in_plugins(), *entry_point_plugins()]
    for folder in folders:
        if not folder.is_dir():
            raise UserError(
                "the plugin folder does not exist", f"--plugins {folder}", "give a folder's path"
            )
        found += [inspect_file(file, str(folder)) for file in plugin_files(folder)]
    return Registry(tuple(_unique(found)))


def _unique(plugins: Iterable[Plugin]) -> Iterator[Plugin]:
    taken: dict[tuple[Kind | None, str], Plugin] = {}
    for plugin in plugins:
        first = taken.setdefault((plugin.kind, plugin.name), plugin)
        if first is plugin or first.path.resolve() == plugin.path.resolve():
            if first is plugin:
                yield plugin
        else:
            yield replace(plugin, error=plugin.error or taken_name(plugin, first))


def taken_name(plugin: Plugin, first: Plugin) -> str:
    what = f"the entry point in {plugin.origin}" if plugin.module else str(plugin.path)
    return f"the {plugin.kind} name '{plugin.name}' is taken by {first.path}; rename {what}"


def built_in_folder() -> Path:
    """`ganbench/plugins` in an installed package, `plugins` beside it in the repository."""
    shipped = PACKAGE_DIR / "plugins"
    return shipped if shipped.is_dir() else PACKAGE_DIR.parent / "plugins"


def built_in_plugins() -> list[Plugin]:
    return [inspect_file(file, "built-in") for file in plugin_files(built_in_folder())]


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
    """The file of module `name`, found without running it or its parents."""
    top, *rest = name.split(".")
    spec = importlib.util.find_spec(top)
    if spec is None:
        return None
    if not rest:
        return Path(spec.origin) if spec.origin else None
    for place in spec.submodule_search_locations or ():
        base = Path(place).joinpath(*rest)
        for path in (base.with_suffix(".py"), base / "__init__.py"):
            if path.is_file():
                return path
    return None


def inspect_file(file: Path, origin: str) -> Plugin:
    """What the source of a plugin says of it, with the first fault found."""
    try:
        found = inspect_source(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        found = Plugin("", None, file, "", error=reading_fault(error))
    return replace(found, name=file.stem, path=file, origin=origin)


@cache
def inspect_source(text: str) -> Plugin:
    """The same of a text, as a plugin without a place. Raises SyntaxError and ValueError.

    A run looks at each plugin many times, and reading one for faults takes 5 ms.
    """
    tree = ast.parse(text)
    classes = plugin_classes(tree)
    found = Plugin("", None, Path(), "", summary=(ast.get_docstring(tree) or "").split("\n")[0])
    if len(classes) != 1:
        return replace(found, error=number_fault(classes))
    (node, kind) = classes[0]
    return replace(
        found,
        kind=kind,
        class_name=node.name,
        columns=literal_columns(node) if kind == "metric" else {},
        error=first_fault(tree, node, kind),
    )


def reading_fault(error: OSError | SyntaxError | ValueError) -> str:
    """Why a file is no Python source, and the fix."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno or 1}: syntax error: {error.msg}; correct that line"
    if isinstance(error, UnicodeDecodeError):
        line = error.object[: error.start].count(b"\n") + 1
        return f"line {line}: the file cannot be read as UTF-8; save it as UTF-8"
    return f"the file cannot be read: {error}; mend or remove it"


def number_fault(classes: Sequence[tuple[ast.ClassDef, Kind]]) -> str:
    """What to do about a file that has not exactly one plugin."""
    names = ", ".join(KINDS)
    if not classes:
        fix = "write one, or begin the file's name with _ if it is no plugin"
        return f"line 1: no class derived from {names}; {fix}"
    (second, _) = classes[1]
    fix = f"move {second.name} to a file of its own"
    return f"line {second.lineno}: {len(classes)} classes derived from {names}; {fix}"


def plugin_classes(tree: ast.Module) -> list[tuple[ast.ClassDef, Kind]]:
    found = []
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            for base in node.bases:
                name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", "")
                if name in KINDS:
                    found.append((node, KINDS[name]))
    return found


def literal_columns(node: ast.ClassDef) -> dict[str, Column]:
    """A metric's `columns`, as far as they are written as literals."""
    for statement in node.body:
        targets = getattr(statement, "targets", None) or [getattr(statement, "target", None)]
        value = getattr(statement, "value", None)
        named = any(isinstance(t, ast.Name) and t.id == "columns" for t in targets)
        if named and isinstance(value, ast.Dict):
            pairs = zip(value.keys, value.values, strict=True)
            return {
                key.value: _literal_column(call)
                for key, call in pairs
                if isinstance(key, ast.Constant) and isinstance(key.value, str)
            }
    return {}


def _literal_column(call: ast.expr) -> Column:
    try:
        given = [ast.literal_eval(argument) for argument in getattr(call, "args", ())]
        named = {k.arg: ast.literal_eval(k.value) for k in getattr(call, "keywords", ()) if k.arg}
        return Column(*given, **named)
    except (ValueError, TypeError):
        return Column("", None, "")


def _import(plugin: Plugin) -> Any:
    if plugin.module:
        return importlib.import_module(plugin.module)
    tag = hashlib.sha256(os.fsencode(plugin.path.resolve())).hexdigest()[:8]
    name = f"ganbench_plugin_{plugin.kind}_{plugin.name}_{tag}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, plugin.path)
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look their module up while it is being run
    try:
        spec.loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def where_raised(error: BaseException, file: Path) -> str:
    """The plugin's file, with the last line in it that the error passed through."""
    lines = [
        frame.lineno
        for frame in traceback.extract_tb(error.__traceback__)
        if Path(frame.filename) == file
    ]
    return f"{file}, line {lines[-1]}" if lines else str(file)
