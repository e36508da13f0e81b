"""Which names a scope of a Python file binds, and which of them by an import alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Set
from dataclasses import dataclass, field
from typing import Literal

FUTURE = "__future__"

Origin = tuple[str, ...]  # ("numpy", "sum"), ("ganbench", "losses", "mean"), (".", "helpers", "x")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
IMPORTS = (ast.Import, ast.ImportFrom)


@dataclass(eq=False)
class Scope:
    """bound: what binds each name there, an import's origin or None for anything else.

    of_module, of_outer: names that are declared `global` and `nonlocal`.
    """

    kind: Literal["module", "class", "function"]
    outer: Scope | None = None
    bound: dict[str, list[Origin | None]] = field(default_factory=dict)
    of_module: set[str] = field(default_factory=set)
    of_outer: set[str] = field(default_factory=set)

    @property
    def module(self) -> Scope:
        return self if self.outer is None else self.outer.module

    def bind(self, name: str, origin: Origin | None = None) -> None:
        self.bound.setdefault(name, []).append(origin)

    def home(self, name: str) -> Scope:
        """The scope whose name an assignment here binds."""
        if name in self.of_module:
            return self.module
        if name in self.of_outer and self.outer is not None:
            return self.outer.home(name)
        return self

    def imported(self, name: str) -> Origin | None:
        """Where an import alone binds it, and always the same."""
        origins = set(self.bound.get(name, ()))
        return origins.pop() if len(origins) == 1 else None

    def origin(self, name: str) -> Origin | None:
        """What an import binds where a name is read here, or None.

        A class's own names are not asked: until it binds them, those around it are read.
        """
        scope: Scope | None = self
        while scope is not None:
            if name in scope.of_module:
                return scope.module.imported(name)
            if scope.kind != "class" and name in scope.bound and name not in scope.of_outer:
                return scope.imported(name)
            scope = scope.outer
        return None

    def bind_all(self, statements: Iterable[ast.stmt], named: Set[int]) -> None:
        """What statements bind, without what is inside definitions. named: the lines with `:=`."""
        for node in statements:
            if isinstance(node, DEFINITIONS):
                self.bind(node.name)
                continue
            if isinstance(node, IMPORTS):
                for name, origin in bindings(node):
                    self.bind(name, origin)
                continue
            if isinstance(node, ast.Global):
                self.of_module.update(node.names)
            elif isinstance(node, ast.Nonlocal):
                self.of_outer.update(node.names)
            for name in targets(node):
                self.bind(name)
            if named and not named.isdisjoint(range(node.lineno, (node.end_lineno or 0) + 1)):
                for part in inside(node):
                    if isinstance(part, ast.NamedExpr):
                        self.bind(part.target.id)
            for block in blocks(node):
                self.bind_all(block, named)


def bindings(node: ast.Import | ast.ImportFrom) -> list[tuple[str, Origin]]:
    """Each name that an import binds, and its origin."""
    if isinstance(node, ast.Import):
        return [
            (a.asname, tuple(a.name.split("."))) if a.asname else (top, (top,))
            for a in node.names
            for top in [a.name.partition(".")[0]]
        ]
    module = (*(["." * node.level] if node.level else []), *(node.module or "").split("."))
    base = tuple(part for part in module if part)
    return [(a.asname or a.name, (*base, a.name)) for a in node.names if base != (FUTURE,)]


def targets(node: ast.stmt) -> list[str]:
    """Names that a statement assigns, deletes or captures itself, without the blocks below it."""
    names: list[str] = []
    for place in places(node):
        if isinstance(place, ast.Name):
            names.append(place.id)
            continue
        for part in ast.walk(place):
            if isinstance(part, ast.Name) and not isinstance(part.ctx, ast.Load):
                names.append(part.id)
            elif isinstance(part, ast.MatchAs | ast.MatchStar) and part.name:
                names.append(part.name)
            elif isinstance(part, ast.MatchMapping) and part.rest:
                names.append(part.rest)
    if isinstance(node, ast.Try | ast.TryStar):
        names += [handler.name for handler in node.handlers if handler.name]
    return names


def places(node: ast.stmt) -> list[ast.AST]:
    """The parts of a statement that can bind names."""
    match node:
        case ast.Assign() | ast.Delete():
            return list(node.targets)
        case ast.AnnAssign() | ast.AugAssign() | ast.For() | ast.AsyncFor():
            return [node.target]
        case ast.With() | ast.AsyncWith():
            return [item.optional_vars for item in node.items if item.optional_vars]
        case ast.Match():
            return [case.pattern for case in node.cases]
    alias = getattr(node, "name", None)  # of a `type` statement, which Python 3.11 has not
    return [alias] if isinstance(alias, ast.AST) else []


def blocks(node: ast.stmt) -> list[list[ast.stmt]]:
    """The statements inside a statement that is no definition."""
    match node:
        case ast.If() | ast.For() | ast.AsyncFor() | ast.While():
            return [node.body, node.orelse]
        case ast.With() | ast.AsyncWith():
            return [node.body]
        case ast.Try() | ast.TryStar():
            handled = [handler.body for handler in node.handlers]
            return [node.body, *handled, node.orelse, node.finalbody]
        case ast.Match():
            return [case.body for case in node.cases]
    return []


def inside(node: ast.AST) -> Iterable[ast.AST]:
    """A node and those below it, without other functions, classes and statements."""
    yield node
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.stmt | ast.Lambda | ast.ExceptHandler | ast.match_case):
            yield from inside(child)
