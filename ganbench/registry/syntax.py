"""A plugin's classes and the package's that they derive from, read from source; nothing is run."""

from __future__ import annotations

import ast
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ganbench.core.source_hash import API, api_origins, module_file

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Class:
    """A class and the file that it stands in."""

    node: ast.ClassDef
    home: ast.Module


@cache
def parsed(file: Path) -> ast.Module:
    """A module of the package."""
    return ast.parse(file.read_bytes())


@cache
def nodes(home: ast.Module) -> tuple[ast.AST, ...]:
    """All of a file's syntax tree, for whoever looks at each part of it."""
    return tuple(ast.walk(home))


@cache
def origins(home: ast.Module) -> Mapping[str, str]:
    """Each name that a file imports and where it comes from, such as "dataclasses.field"."""
    found: dict[str, str] = {}
    for node in nodes(home):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                found[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            module = "." * node.level + (node.module or "")
            for alias in node.names:
                if alias.name == "*" and module == API:
                    found.update({name: f"{API}.{name}" for name in api_origins()})
                else:
                    found[alias.asname or alias.name] = f"{module}.{alias.name}"
    return found


def full_name(node: ast.expr, home: ast.Module) -> str:
    """Where `Model` or `api.Model` comes from, as "ganbench.contracts.model.Model"; or ""."""
    first, dot, rest = ast.unparse(node).partition(".")
    origin = origins(home).get(first)
    if origin is None:
        return ""
    module, _, name = (origin + dot + rest).rpartition(".")
    return f"{api_origins().get(name, API) if module == API else module}.{name}"


def imported(node: ast.expr, home: ast.Module) -> tuple[ast.Module, str] | None:
    """The module of the package that a name comes from, and its name there."""
    module, _, name = full_name(node, home).rpartition(".")
    file = module_file(module)
    return (parsed(file), name) if file else None


def class_named(node: ast.expr, home: ast.Module) -> Class | None:
    """The class that an expression names, of the same file or of the package; None for others.

    In the same file only a class above can be meant, so `class Model(Model)` is not its own base.
    """
    if not isinstance(node, ast.Name | ast.Attribute):
        return None
    own = class_in(home, ast.unparse(node), node.lineno)
    place = imported(node, home)
    return own if own or place is None else class_in(*place)


def class_in(home: ast.Module, name: str, above: float = math.inf) -> Class | None:
    """The class of that name, at the top level of a file and above a line."""
    for node in home.body:
        if isinstance(node, ast.ClassDef) and node.name == name and node.lineno < above:
            return Class(node, home)
    return None


@cache
def lineage(of: Class) -> tuple[Class, ...]:
    """A class and its bases as far as they can be read, in the order that Python asks them."""
    found = [of]
    for base in of.node.bases:
        known = class_named(base, of.home)
        if known is not None:
            found += lineage(known)
    return tuple(reversed(dict.fromkeys(reversed(found))))


def is_whole(family: tuple[Class, ...]) -> bool:
    """Whether all bases are known. The package's own classes have others, which add nothing."""
    home = family[0].home
    return all(
        class_named(base, home)
        for member in family
        if member.home is home
        for base in member.node.bases
    )


def in_body(node: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a class's body, without what is inside its methods."""
    for child in ast.iter_child_nodes(node):
        yield child
        if not isinstance(child, Function | ast.ClassDef | ast.Lambda):
            yield from in_body(child)


def methods(node: ast.ClassDef) -> Iterator[Function]:
    return (child for child in in_body(node) if isinstance(child, Function))


def assignments(nodes: Iterable[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """Each name that is given a value there, and the value."""
    for node in nodes:
        if isinstance(node, ast.Assign | ast.AnnAssign) and node.value:
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                names = (part.id for part in ast.walk(target) if isinstance(part, ast.Name))
                yield from ((name, node.value) for name in names)


def decorators(node: Function | ast.ClassDef) -> list[str]:
    """Names of the decorators, as written last: `functools.cached_property` is cached_property."""
    return [ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list]


def bare_signature(node: Function) -> str:
    """`fakes(self, real)`: a function's head without its annotations."""
    given = node.args
    arguments = ast.arguments(
        posonlyargs=[ast.arg(a.arg) for a in given.posonlyargs],
        args=[ast.arg(a.arg) for a in given.args],
        vararg=ast.arg(given.vararg.arg) if given.vararg else None,
        kwonlyargs=[ast.arg(a.arg) for a in given.kwonlyargs],
        kw_defaults=given.kw_defaults,
        kwarg=ast.arg(given.kwarg.arg) if given.kwarg else None,
        defaults=given.defaults,
    )
    return f"{node.name}({ast.unparse(arguments)})"
