"""What is wrong with the hyper-parameters of a model or the options of a task, told by the source.

They must be what `hparams.parse_value` can read from the text of a `--set`.
"""

from __future__ import annotations

import ast
import math
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from ganbench.core.errors import did_you_mean
from ganbench.registry.syntax import (
    Class,
    assignments,
    class_named,
    full_name,
    imported,
    is_whole,
    lineage,
    nodes,
)

BASIC: Mapping[str, type[object]] = {"int": int, "float": float, "str": str, "bool": bool}
SETTABLE = "int, float, str, bool or Literal of strings"
EXAMPLES: Mapping[type[object], str] = {
    int: "a whole number, such as 1",
    float: "a number, such as 1.0",
    str: "a text in quotes",
    bool: "True or False",
}
NOT_FROZEN = "line {}: class {} is no frozen dataclass; write @dataclass(frozen=True) above it"
NO_FIELDS = ("typing.ClassVar", "dataclasses.KW_ONLY")

# A basic type, the choices of a Literal, None for what cannot be set, object for what is not known.
Values = type[object] | tuple[str, ...] | None


@dataclass(frozen=True)
class Field:
    """One annotated field of a dataclass."""

    name: str
    node: ast.AnnAssign
    home: ast.Module

    @property
    def annotation(self) -> str:
        return ast.unparse(self.node.annotation)

    @property
    def values(self) -> Values:
        return values_of(self.node.annotation, self.home)

    def with_value(self, value: ast.expr) -> str:
        """As it is to be written."""
        return f"{self.name}: {self.annotation} = {ast.unparse(value)}"


def option_faults(plugin: Class) -> Iterator[str]:
    """Faults of the file's hyper-parameters and options, and of the values given to them."""
    for found in option_classes(plugin):
        yield from dataclass_faults(found)
        yield from shadowing_faults(found)
        for field in fields(found):
            yield from field_faults(field, found)
        if found.node.name == options_name(plugin.node):
            yield from plain_faults(found)
    yield from call_faults(plugin.home)


def option_classes(plugin: Class) -> list[Class]:
    """The file's classes derived from an HParams, and those that make up a task's options."""
    here = [Class(node, plugin.home) for node in classes_in(plugin.home)]
    options = options_name(plugin.node)
    chosen = [c for c in here if c.node.name == options or is_hparams(c)]
    used = {member for c in chosen for member in lineage(c)}
    return [c for c in here if c in used]


def classes_in(home: ast.Module) -> list[ast.ClassDef]:
    return [node for node in nodes(home) if isinstance(node, ast.ClassDef)]


def options_name(plugin: ast.ClassDef) -> str:
    """The class that a task names as its `options_type`, or an empty string."""
    given = dict(assignments(plugin.body)).get("options_type")
    return ast.unparse(given) if given else ""


def is_hparams(of: Class) -> bool:
    names = (ast.unparse(base) for member in lineage(of) for base in member.node.bases)
    return any(name.endswith("HParams") for name in names)


def dataclass_faults(of: Class) -> Iterator[str]:
    """A class with fields of its own must say that it is a dataclass, and every one be frozen."""
    if is_decorated(of):
        frozen = any(keyword_is(node, "frozen", True) for node in of.node.decorator_list)
        yield from () if frozen else (NOT_FROZEN.format(of.node.lineno, of.node.name),)
    elif fields(of):
        yield NOT_FROZEN.format(of.node.lineno, of.node.name)


def plain_faults(options: Class) -> Iterator[str]:
    """A task's options must be a dataclass even where they have no field."""
    family = lineage(options)
    if is_whole(family) and not any(is_decorated(member) for member in family):
        yield NOT_FROZEN.format(options.node.lineno, options.node.name)


def is_decorated(of: Class) -> bool:
    return any(is_dataclass(node, of.home) for node in of.node.decorator_list)


def is_dataclass(decorator: ast.expr, home: ast.Module) -> bool:
    name = decorator.func if isinstance(decorator, ast.Call) else decorator
    return full_name(name, home).endswith("dataclasses.dataclass")


def keyword_is(call: ast.expr, name: str, value: object) -> bool:
    """Whether a call's keyword has a value, or one that only running it can tell."""
    for keyword in getattr(call, "keywords", ()):
        if keyword.arg in (name, None):
            given = keyword.value
            return not isinstance(given, ast.Constant) or given.value == value
    return False


def fields(of: Class) -> list[Field]:
    """A dataclass's own fields."""
    return [
        Field(node.target.id, node, of.home)
        for node in of.node.body
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        if full_name(outer(node.annotation), of.home) not in NO_FIELDS
    ]


def outer(annotation: ast.expr) -> ast.expr:
    """`ClassVar` of `ClassVar[int]`."""
    return annotation.value if isinstance(annotation, ast.Subscript) else annotation


def all_fields(of: Class) -> dict[str, Field]:
    """Own and inherited fields by name."""
    return {f.name: f for member in reversed(lineage(of)) for f in fields(member)}


def shadowing_faults(of: Class) -> Iterator[str]:
    """`lr = 1e-3` in the class's body looks like a field's new default, and is none."""
    known = all_fields(of)
    bare = (node for node in of.node.body if isinstance(node, ast.Assign))
    for name, value in assignments(bare):
        if name in known:
            where = f"line {value.lineno}: {name} = {ast.unparse(value)}"
            fix = f"write {known[name].with_value(value)}"
            yield f"{where} sets no field, for it has no annotation; {fix}"


def field_faults(field: Field, of: Class) -> Iterator[str]:
    where = f"line {field.node.lineno}: {field.name}: {field.annotation}"
    values, value = field.values, default_of(field)
    if values is None:
        yield f"{where} cannot be set by --set; {annotation_fix(field)}"
    elif value is not None and not fits(value, values):
        shown = ast.unparse(value)
        yield f"{where} = {shown} has a default of another type; give {wanted(values)}"
    elif field.node.value is None and not has_keywords_only(of):
        yield f"{where} has no default; give it one after ="


def annotation_fix(field: Field) -> str:
    kind = outer(field.node.annotation)
    if ast.unparse(kind) == "Literal" and not full_name(kind, field.home):
        return "write `from typing import Literal`"
    return f"annotate it as {SETTABLE}"


def has_keywords_only(of: Class) -> bool:
    """Whether fields may do without a default."""
    markers = (n.annotation for n in of.node.body if isinstance(n, ast.AnnAssign))
    return any(keyword_is(node, "kw_only", True) for node in of.node.decorator_list) or any(
        full_name(marker, of.home) == "dataclasses.KW_ONLY" for marker in markers
    )


def default_of(field: Field) -> ast.expr | None:
    """What stands after `=`, or the `default` in `dataclasses.field(default=...)`."""
    value = field.node.value
    if isinstance(value, ast.Call) and full_name(value.func, field.home) == "dataclasses.field":
        return next((k.value for k in value.keywords if k.arg == "default"), None)
    return value


def values_of(annotation: ast.expr, home: ast.Module) -> Values:
    """Which values an annotation allows; aliases of the file and of the package are followed."""
    if isinstance(annotation, ast.Constant) and isinstance(annotation.value, str):
        return values_of(unquoted(annotation, annotation.value), home)
    if full_name(outer(annotation), home) in ("typing.Literal", "typing_extensions.Literal"):
        return choices(annotation)
    name = ast.unparse(annotation)
    alias = alias_of(name, home, annotation.lineno)
    if alias is not None:
        return values_of(alias, home)
    place = imported(annotation, home)
    if place is not None:
        there, name = place
        alias = alias_of(name, there)
        return values_of(alias, there) if alias is not None else None
    top = full_name(annotation, home).partition(".")[0]
    is_foreign = full_name(annotation, home) and top not in sys.stdlib_module_names
    return object if is_foreign else BASIC.get(name)


def unquoted(annotation: ast.expr, text: str) -> ast.expr:
    """`int` of `"int"`, on the same line."""
    try:
        found = ast.parse(text, mode="eval").body
    except SyntaxError:
        found = ast.Constant(None)
    return ast.copy_location(found, annotation)


def alias_of(name: str, home: ast.Module, above: float = math.inf) -> ast.expr | None:
    """What is assigned to a name at the top level of a file, above a line."""
    return dict(assignments(node for node in home.body if node.lineno < above)).get(name)


def choices(annotation: ast.expr) -> Values:
    """The strings of a Literal; None where one is no string."""
    inside = annotation.slice if isinstance(annotation, ast.Subscript) else annotation
    parts = inside.elts if isinstance(inside, ast.Tuple) else [inside]
    texts = [part.value for part in parts if isinstance(part, ast.Constant)]
    found = tuple(text for text in texts if isinstance(text, str))
    return found if len(found) == len(parts) else None


def fits(node: ast.expr, values: Values) -> bool:
    """Whether a value is allowed; also where it is no literal, so that only running it tells."""
    try:
        value = ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return True
    if isinstance(values, tuple):
        return value in values
    if values is float:
        return type(value) in (int, float)
    if values is object:
        return type(value) in BASIC.values()
    return type(value) is values


def wanted(values: Values) -> str:
    if isinstance(values, tuple):
        return f"one of {', '.join(map(repr, values))}"
    return EXAMPLES.get(values, f"a value of {SETTABLE}") if values else SETTABLE


def call_faults(home: ast.Module) -> Iterator[str]:
    """`HParams(lr="fast")` and `HParams(learning_rate=1e-3)`."""
    for call in nodes(home):
        if isinstance(call, ast.Call):
            made = class_named(call.func, home)
            if made is not None and is_known_hparams(made):
                for keyword in call.keywords:
                    yield from keyword_faults(keyword, made)


def is_known_hparams(of: Class) -> bool:
    family = lineage(of)
    return is_whole(family) and any(member.node.name == "HParams" for member in family)


def keyword_faults(keyword: ast.keyword, made: Class) -> Iterator[str]:
    name, value, known = keyword.arg, keyword.value, all_fields(made)
    where = f"line {value.lineno}: {made.node.name}({name}={ast.unparse(value)})"
    if name is None:  # **more
        return
    if name not in known:
        yield f"{where} gives a field that is not there; {did_you_mean(name, known)}"
    elif not fits(value, known[name].values):
        yield f"{where} gives a value of another type; give {wanted(known[name].values)}"
