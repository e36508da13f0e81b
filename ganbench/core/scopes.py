"""Which names a scope of a Python file binds, and which of them by an import alone."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

FUTURE = "__future__"

Origin = tuple[str, ...]  # ("numpy", "sum"), ("ganbench", "losses", "mean"), (".", "helpers", "x")
Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
# Nodes below which nothing binds a name of the scope that they are in.
CLOSED = (ast.Name, ast.Constant, ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
# Nodes that bind a name, and the field that has it.
BINDING = {
    **dict.fromkeys((ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef), "name"),
    **dict.fromkeys((ast.ExceptHandler, ast.MatchAs, ast.MatchStar), "name"),
    ast.MatchMapping: "rest",
}


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

    def bind_all(self, statements: Iterable[ast.stmt]) -> None:
        """What statements bind, without what is inside definitions."""
        for node in inside(statements):
            if isinstance(node, ast.Import | ast.ImportFrom):
                for name, origin in bindings(node):
                    self.bind(name, origin)
            elif isinstance(node, ast.Global):
                self.of_module.update(node.names)
            elif isinstance(node, ast.Nonlocal):
                self.of_outer.update(node.names)
            elif bound := bound_name(node):
                self.bind(bound)


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


def bound_name(node: ast.AST) -> str | None:
    """The name that a node other than an import assigns, deletes, defines or captures itself."""
    if isinstance(node, ast.Name):
        return None if isinstance(node.ctx, ast.Load) else node.id
    field_of_name = BINDING.get(type(node))
    return getattr(node, field_of_name) if field_of_name else None


def inside(statements: Iterable[ast.stmt]) -> Iterator[ast.AST]:
    """Statements and the nodes below them in the same scope, in any order: definitions and lambdas
    have their own, and so have the loops' names of a comprehension.
    """
    todo: list[ast.AST] = [*statements]
    while todo:
        node = todo.pop()
        yield node
        if isinstance(node, ast.comprehension):
            todo += [node.iter, *node.ifs]
        elif not isinstance(node, CLOSED):
            todo += ast.iter_child_nodes(node)
