"""What a source file means: a form of its syntax tree that only a change of what is run changes.

Comments, docstrings, formatting and import lines are not in it, nor is the version of Python. A
name that an import binds stands for where it comes from, so that an alias changes nothing and
another thing under the same name does. Names from the project's own files
are listed apart from the form (`Use`), for files may move.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import Literal

from ganbench.core.scopes import FUTURE, Definition, Origin, Scope, bindings

PACKAGE = __name__.partition(".")[0]
TYPE_CHECKING, STAR = "TYPE_CHECKING", "*"
MODULE_TEXT = re.compile(rf"{PACKAGE}(\.[A-Za-z_]\w*)+")
BLOCKS = frozenset({"body", "orelse", "finalbody"})
SKIPPED_FIELDS = frozenset({"ctx", "kind", "type_comment", "type_ignores", "str"})

How = Literal["run", "text", "annotation"]
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


@dataclass(frozen=True)
class Use:
    """Something of the project's own files that a file uses, in the order of the form.

    origin: module, name and attributes, not distinguished; relative ones begin with their dots, and
        all names of a module end on "*".
    how: in code that is run; as a text that names a module; or in annotations alone, which are
        not evaluated.
    """

    origin: Origin
    how: How


@dataclass(frozen=True)
class Form:
    """digest: of the form, in which uses are numbers. bound: what imports bind at the top level,
    for other files may take it from here.
    """

    digest: str
    uses: tuple[Use, ...]
    bound: Mapping[str, Origin]


@cache
def form_of(text: bytes) -> Form:
    """What is no Python has no form; there every byte counts."""
    try:
        return Writer(text).form()
    except (SyntaxError, ValueError, RecursionError):
        return Form(hashlib.sha256(text).hexdigest(), (), {})


def is_own(origin: Origin) -> bool:
    """Whether it is the project's, or of a plugin's own package."""
    return origin[0].startswith(".") or (origin[0] == PACKAGE and len(origin) > 1)


class Writer(ast.NodeVisitor):
    """Writes one file's form. `parts` are the pieces of its text so far."""

    def __init__(self, text: bytes) -> None:
        self.tree = ast.parse(text)
        self.parts: list[str] = []
        self.numbers: dict[tuple[Origin, bool], int] = {}
        self.uses: list[Use] = []
        self.how: How = "run"
        self.module = self.scope = Scope("module")
        self.module.bind_all(self.tree.body)
        for node in ast.walk(self.tree) if b"global" in text else ():
            for name in node.names if isinstance(node, ast.Global) else ():
                self.module.bind(name)
        self.lazy_annotations = any(
            isinstance(node, ast.ImportFrom) and node.module == FUTURE
            and any(alias.name == "annotations" for alias in node.names)
            for node in self.tree.body
        )  # fmt: skip
        self.is_guarded = False

    def form(self) -> Form:
        statements = self.effective(self.tree.body)
        if self.order_is_free(statements):
            whole = (node for node in statements if isinstance(node, Definition))
            statements = [
                *(node for node in statements if not isinstance(node, Definition)),
                *sorted(whole, key=lambda node: node.name),
            ]
        for node in statements:
            self.visit(node)
        digest = hashlib.sha256("".join(self.parts).encode()).hexdigest()
        names = {name: self.module.imported(name) for name in self.module.bound}
        bound = {name: origin for name, origin in names.items() if origin and is_own(origin)}
        return Form(digest, tuple(self.uses), bound)

    def order_is_free(self, statements: Sequence[ast.stmt]) -> bool:
        """Definitions may change places where nothing else happens and no name is bound twice."""

        def is_plain(node: ast.stmt) -> bool:
            if isinstance(node, ast.Assign | ast.AnnAssign):
                places = node.targets if isinstance(node, ast.Assign) else [node.target]
                return all(isinstance(place, ast.Name) for place in places)
            return isinstance(node, Definition)

        once = (len(origins) == 1 for origins in self.module.bound.values() if None in origins)
        return all(is_plain(node) for node in statements) and all(once)

    def effective(self, statements: Sequence[ast.stmt]) -> list[ast.stmt]:
        """Without docstrings and other statements that do nothing, and without imports."""
        return [node for node in statements if not self.does_nothing(node)]

    def does_nothing(self, node: ast.stmt) -> bool:
        if isinstance(node, ast.Import | ast.ImportFrom):
            return not self.stays(node)
        if isinstance(node, ast.If) and not node.orelse:
            return self.is_for_types(node.test) and not self.effective(node.body)
        is_constant = isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        return is_constant or isinstance(node, ast.Pass)

    def is_for_types(self, test: ast.expr) -> bool:
        """Whether it is `TYPE_CHECKING`, by whatever name it was imported."""
        if isinstance(test, ast.Name):
            return (self.scope.home(test.id).imported(test.id) or (test.id,))[-1] == TYPE_CHECKING
        return isinstance(test, ast.Attribute) and test.attr == TYPE_CHECKING

    def stays(self, node: ast.Import | ast.ImportFrom) -> bool:
        """An import stays where it is not the only one to bind its name, where it may fail and be
        caught, in a class, and where what it binds is unknown.
        """
        bound = bindings(node)
        return bool(bound) and (
            self.is_guarded
            or self.scope.kind == "class"
            or any(n == STAR or self.scope.home(n).imported(n) is None for n, _ in bound)
        )

    def generic_visit(self, node: ast.AST) -> None:
        self.plain(node, [name for name in node._fields if name not in SKIPPED_FIELDS])

    def plain(self, node: ast.AST, names: Iterable[str]) -> None:
        """A node with the fields `names`, those that are empty left out."""
        self.parts.append(f"({type(node).__name__}")
        for name in names:
            value = getattr(node, name, None)
            if isinstance(value, list) and name in BLOCKS:
                value = self.effective(value)
            if value is not None and value != []:
                self.parts.append(f" {name}=")
                self.value(value)
        self.parts.append(")")

    def value(self, value: object) -> None:
        if isinstance(value, ast.AST):
            self.visit(value)
        elif isinstance(value, list):
            self.parts.append("[")
            for each in value:
                self.value(each)
            self.parts.append("]")
        else:  # a name, a flag, or a key that is none
            self.parts.append(f"{type(value).__name__}:{value!a} ")

    def visit_Constant(self, node: ast.Constant) -> None:
        """By type and value, in ASCII: what `repr` escapes goes with the version of Unicode."""
        value = node.value
        if isinstance(value, str) and MODULE_TEXT.fullmatch(value):
            self.use(tuple(value.split(".")), "text")
            return
        text = f"{value:x}" if type(value) is int else ascii(value)
        self.parts.append(f"({type(value).__name__} {text})")

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        """An f-string; its plain pieces are joined, for Pythons cut them differently."""
        plain: list[str] = []
        self.parts.append("(JoinedStr ")
        for value in [*node.values, None]:
            if isinstance(value, ast.Constant):
                plain.append(str(value.value))
                continue
            if text := "".join(plain):
                self.parts.append(ascii(text))
            plain.clear()
            if isinstance(value, ast.FormattedValue):
                spec = value.format_spec
                empty = isinstance(spec, ast.JoinedStr) and not spec.values
                self.plain(value, ("value", "conversion", *(() if empty else ("format_spec",))))
            elif value is not None:
                self.visit(value)
        self.parts.append(")")

    def visit_Name(self, node: ast.Name) -> None:
        """What is bound here is no import's, though a class may have one of its name above."""
        origin = self.scope.origin(node.id) if isinstance(node.ctx, ast.Load) else None
        self.named_thing(node.id, origin, ())

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """`np.linalg.norm` is one thing, however it was imported."""
        root: ast.expr = node
        attributes: list[str] = []
        while isinstance(root, ast.Attribute):
            attributes.append(root.attr)
            root = root.value
        if isinstance(root, ast.Name) and (origin := self.scope.origin(root.id)):
            self.named_thing(root.id, origin, tuple(reversed(attributes)))
        else:
            self.plain(node, ("value", "attr"))

    def named_thing(self, name: str, origin: Origin | None, attributes: Origin) -> None:
        if origin is None or (self.scope.kind == "class" and name in self.scope.bound):
            self.parts.append(f"(Name {name})")  # or the import's, as long as the class has none
        if origin is not None:
            self.thing((*origin, *attributes))

    def thing(self, origin: Origin) -> None:
        if is_own(origin):
            self.use(origin, self.how)
        else:
            self.parts.append(f"(from {'.'.join(origin)})")

    def use(self, origin: Origin, how: How) -> None:
        number = self.numbers.setdefault((origin, how == "text"), len(self.uses))
        if number == len(self.uses):
            self.uses.append(Use(origin, how))
        elif how == "run":
            self.uses[number] = Use(origin, how)
        self.parts.append(f"(own {number})")

    def visit_FunctionDef(self, node: Function | ast.Lambda) -> None:
        """Head in the scope around it, body in its own."""
        args, scope = node.args, Scope("function", self.scope)
        for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
            if arg is not None:
                scope.bind(arg.arg)
        for parameter in getattr(node, "type_params", ()):
            scope.bind(parameter.name)
        self.parts.append("(")
        self.plain(node, ("name", "decorator_list", "type_params"))
        self.arguments(args)
        if not isinstance(node, ast.Lambda):
            scope.bind_all(node.body)
            if node.returns is not None:
                self.parts.append("->")
                self.annotation(node.returns)
        with self.inside(scope):
            self.value(node.body if isinstance(node, ast.Lambda) else self.effective(node.body))
        self.parts.append(")")

    visit_AsyncFunctionDef = visit_Lambda = visit_FunctionDef

    @contextmanager
    def inside(self, scope: Scope) -> Iterator[None]:
        before = self.scope, self.is_guarded
        self.scope, self.is_guarded = scope, False
        yield
        self.scope, self.is_guarded = before

    def arguments(self, node: ast.arguments) -> None:
        """Names and annotations, then the defaults."""
        for kind in ("posonlyargs", "args", "vararg", "kwonlyargs", "kwarg"):
            args = getattr(node, kind)
            for arg in args if isinstance(args, list) else [args]:
                if arg is not None:
                    self.parts.append(f"({kind} {arg.arg}")
                    if arg.annotation is not None:
                        self.annotation(arg.annotation)
                    self.parts.append(")")
        self.plain(node, ("defaults", "kw_defaults"))

    def annotation(self, node: ast.expr) -> None:
        before = self.how
        self.how = "annotation" if self.lazy_annotations else before
        self.visit(node)
        self.how = before

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        self.plain(node, ("target", "value", "simple"))
        self.annotation(node.annotation)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        scope = Scope("class", self.scope)
        scope.bind_all(node.body)
        self.parts.append("(")
        self.plain(node, ("name", "bases", "keywords", "decorator_list", "type_params"))
        with self.inside(scope):
            self.value(self.effective(node.body))
        self.parts.append(")")

    def visit_ListComp(self, node: Comprehension) -> None:
        """The first iterable is the outer scope's; the loops' names are its own."""
        first, *more = node.generators
        scope = Scope("function", self.scope)
        for part in (part for loop in node.generators for part in ast.walk(loop.target)):
            if isinstance(part, ast.Name) and isinstance(part.ctx, ast.Store):
                scope.bind(part.id)
        self.parts.append("(")
        self.visit(first.iter)
        with self.inside(scope):
            self.plain(first, ("target", "ifs", "is_async"))
            for loop in more:
                self.visit(loop)
            self.plain(node, ("key", "value", "elt"))
        self.parts.append(")")

    visit_SetComp = visit_DictComp = visit_GeneratorExp = visit_ListComp

    def visit_Try(self, node: ast.stmt) -> None:
        """Whether an import fails may be what is asked here."""
        before, self.is_guarded = self.is_guarded, True
        self.generic_visit(node)
        self.is_guarded = before

    visit_TryStar = visit_With = visit_AsyncWith = visit_Try

    def visit_Import(self, node: ast.Import | ast.ImportFrom) -> None:
        whole = {a.name.partition(".")[0]: tuple(a.name.split(".")) for a in node.names}
        for name, origin in sorted(bindings(node)):
            self.parts.append(f"(import {name} ")
            self.thing(whole.get(name, origin) if isinstance(node, ast.Import) else origin)
            self.parts.append(")")

    visit_ImportFrom = visit_Import
