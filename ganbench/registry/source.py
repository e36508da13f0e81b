"""What a plugin is, read from its source; nothing is run."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Literal, get_args

from ganbench.core.spec import Column
from ganbench.registry.missing_names import import_faults

Kind = Literal["model", "task", "metric", "reference"]
KINDS: dict[str, Kind] = {kind.title(): kind for kind in get_args(Kind)}


@dataclass(frozen=True)
class Plugin:
    """One plugin, by its source. error: why it cannot be used, or empty.

    kind is None where the file is too broken to say. module: for a plugin of an installed
    package, the name to import it by. every_task: as its class says it.
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
    every_task: bool = False


def inspect_file(file: Path, origin: str) -> Plugin:
    """What the source of a plugin says of it, with its first fault."""
    try:
        plugin = inspect_source(file.read_text(encoding="utf-8"))
    except (OSError, SyntaxError, ValueError) as error:
        plugin = Plugin("", None, file, "", error=reading_fault(error))
    return replace(plugin, name=file.stem, path=file, origin=origin)


@cache
def inspect_source(text: str) -> Plugin:
    """The same of a text, as a plugin without a place. Raises SyntaxError and ValueError."""
    tree = ast.parse(text)
    classes = plugin_classes(tree)
    plugin = Plugin("", None, Path(), "", summary=(ast.get_docstring(tree) or "").split("\n")[0])
    if len(classes) != 1:
        return replace(plugin, error=number_fault(classes))
    (node, kind) = classes[0]
    return replace(
        plugin,
        kind=kind,
        class_name=node.name,
        columns=literal_columns(node) if kind == "metric" else {},
        every_task=says(node, "every_task"),
        error=next(import_faults(tree), ""),
    )


def reading_fault(error: OSError | SyntaxError | ValueError) -> str:
    """Why a file is no Python source, and the fix."""
    if isinstance(error, SyntaxError):
        return f"line {error.lineno or 1}: syntax error: {error.msg}; correct that line"
    if isinstance(error, UnicodeDecodeError):
        line = error.object[: error.start].count(b"\n") + 1
        return f"line {line}: the file cannot be read as UTF-8; save it as UTF-8"
    return f"the file cannot be read: {error}; correct or remove it"


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
    return [
        (node, KINDS[name])
        for node in tree.body
        if isinstance(node, ast.ClassDef)
        for base in node.bases
        if (name := ast.unparse(base).rpartition(".")[2]) in KINDS
    ]


def values_of(node: ast.ClassDef, name: str) -> Iterator[ast.expr]:
    """What the class's own body gives the attribute."""
    for part in node.body:
        if isinstance(part, ast.Assign | ast.AnnAssign) and part.value is not None:
            targets = part.targets if isinstance(part, ast.Assign) else [part.target]
            if name in map(ast.unparse, targets):
                yield part.value


def says(node: ast.ClassDef, name: str) -> bool:
    """Whether the class says True of itself."""
    values = list(values_of(node, name))
    return bool(values) and isinstance(values[-1], ast.Constant) and values[-1].value is True


def literal_columns(node: ast.ClassDef) -> dict[str, Column]:
    """A metric's `columns`, as far as they are written as literals."""
    for value in values_of(node, "columns"):
        if isinstance(value, ast.Dict):
            pairs = zip(value.keys, value.values, strict=True)
            named = ((key, call) for key, call in pairs if isinstance(key, ast.Constant))
            return {str(key.value): literal_column(call) for key, call in named}
    return {}


def literal_column(call: ast.expr) -> Column:
    try:
        arguments = [ast.literal_eval(argument) for argument in getattr(call, "args", ())]
        named = {k.arg: ast.literal_eval(k.value) for k in getattr(call, "keywords", ()) if k.arg}
        return Column(*arguments, **named)
    except (ValueError, TypeError):
        return Column("", None, "")
