"""What is wrong with a dataclass of options, and with the values of one.

Options are what `options.parse_value` reads from the text of a `--set`. Messages have the line in
the file of the class.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import MISSING, Field, fields, is_dataclass
from operator import attrgetter
from types import ModuleType
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec

from ganbench.core.errors import did_you_mean

NOT_FROZEN = "line {}: class {} is no frozen dataclass; write @dataclass(frozen=True) above it"
NO_DEFAULT = "line {}: {} has no default; give it one after ="
SETTABLE = "int, float, str, bool or Literal of strings"
EXAMPLES = {
    int: "a whole number, such as 1",
    float: "a number, such as 1.0",
    str: "a text in quotes",
    bool: "True or False",
}


def class_option_faults(
    module: ModuleType, options: type, nodes: Mapping[str, ast.ClassDef]
) -> Iterator[str]:
    """Those of the module's own hyper-parameters, and of `options` and its bases."""
    for node in nodes.values():
        of: Any = getattr(module, node.name, None)
        is_own = isinstance(of, type) and of.__module__ == module.__name__
        if is_own and (issubclass(options, of) or is_hparams(of)):
            yield from option_faults(of, node, is_mixin=of is not options)


def option_faults(of: type, node: ast.ClassDef, is_mixin: bool) -> Iterator[str]:
    """A class with fields must be a frozen dataclass, and each field be one that can be set.

    is_mixin: whether it need not be a dataclass where it has no field.
    """
    params = vars(of).get("__dataclass_params__")
    own = [hint for hint in inspect.get_annotations(of).values() if "ClassVar" not in str(hint)]
    if not (params.frozen if params else not own and (is_mixin or is_dataclass(of))):
        yield NOT_FROZEN.format(node.lineno, node.name)
    known = {field.name: field for field in fields(of)} if is_dataclass(of) else {}
    hints = get_type_hints(of)
    for statement in node.body:
        if isinstance(statement, ast.AnnAssign):
            field = known.get(ast.unparse(statement.target))
            if field:
                yield from field_faults(field, hints[field.name], statement)
        elif isinstance(statement, ast.Assign):
            for name in known.keys() & {ast.unparse(target) for target in statement.targets}:
                yield bare_fault(known[name], statement)


def bare_fault(field: Field[Any], node: ast.Assign) -> str:
    """`lr = 1e-3` in the class's body looks like a field's new default, and is none."""
    kind = field.type if isinstance(field.type, str) else inspect.formatannotation(field.type)
    where, value = f"line {node.lineno}: {field.name}", ast.unparse(node.value)
    fix = f"write {field.name}: {kind} = {value}"
    return f"{where} = {value} sets no field, for it has no annotation; {fix}"


def field_faults(field: Field[Any], hint: Any, node: ast.AnnAssign) -> Iterator[str]:
    where = f"line {node.lineno}: {field.name}: {ast.unparse(node.annotation)}"
    if not example(hint):
        yield f"{where} cannot be set by --set; annotate it as {SETTABLE}"
    elif field.default is not MISSING and not fits(field.default, hint):
        shown = f"{where} = {field.default!r}"
        yield f"{shown} has a default of another type; give {example(hint)}"
    elif field.default is field.default_factory and not field.kw_only:
        yield NO_DEFAULT.format(node.lineno, ast.unparse(node))


def fits(value: object, hint: Any) -> bool:
    try:
        msgspec.convert(value, hint)
    except msgspec.ValidationError:
        return False
    return True


def example(hint: Any) -> str:
    """Of values of a type; nothing for a type that no text can be read as."""
    choices = get_args(hint) if get_origin(hint) is Literal else ()
    if choices and all(isinstance(choice, str) for choice in choices):
        return f"one of {', '.join(map(repr, choices))}"
    return EXAMPLES.get(hint, "")


def is_hparams(of: type) -> bool:
    return any(base.__name__ == "HParams" for base in of.__mro__)


def call_faults(module: ModuleType, home: ast.Module) -> Iterator[str]:
    """`HParams(lr="fast")` and `HParams(learning_rate=1e-3)`: values that are literals, wherever
    the module's source makes hyper-parameters.
    """
    for call in (node for node in ast.walk(home) if isinstance(node, ast.Call)):
        made = named(module, ast.unparse(call.func))
        if isinstance(made, type) and is_dataclass(made) and is_hparams(made):
            for keyword in call.keywords:
                yield from keyword_faults(keyword, made)


def named(module: ModuleType, name: str) -> Any:
    """What a name, dotted or not, stands for at the end of the module; None for nothing."""
    try:
        return attrgetter(name)(module)
    except AttributeError:
        return None


def keyword_faults(keyword: ast.keyword, made: type) -> Iterator[str]:
    name, value = keyword.arg, keyword.value
    where = f"line {value.lineno}: {made.__name__}({name}={ast.unparse(value)})"
    known = [field.name for field in fields(made)]
    if name is None:  # **more
        return
    if name not in known:
        yield f"{where} gives a field that is not there; {did_you_mean(name, known)}"
        return
    with suppress(ValueError, TypeError, SyntaxError):  # of what only running it can tell
        hint = get_type_hints(made)[name]
        if not fits(ast.literal_eval(value), hint):
            yield f"{where} gives a value of another type; give {example(hint)}"
