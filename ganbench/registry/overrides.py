"""Whether a class can replace its bases: what it lacks, and methods with other arguments.

Messages have the line in the class's own file; `nodes` are that file's classes by name.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import FunctionType
from typing import Any


def missing_members(of: type, line: int, guide: str) -> Iterator[str]:
    """What the bases demand, abstract or a ClassVar without a value, and the class lacks.

    guide: the file that defines each.
    """
    lacking: dict[str, str] = {}
    for base in of.__mro__:
        for name, hint in inspect.get_annotations(base).items():
            if "ClassVar" in str(hint) and not hasattr(of, name):
                lacking[name] = f"the attribute {name}"
        for name, member in vars(base).items():
            if name in getattr(of, "__abstractmethods__", ()):
                is_read = manner(member) == "property"
                lacking[name] = f"the property {name}" if is_read else head(name, member)
    if lacking:
        fix = f"write {'it' if len(lacking) == 1 else 'them'} as {guide} says"
        yield f"line {line}: class {of.__name__} lacks {', '.join(lacking.values())}; {fix}"


def signature_faults(of: type, nodes: Mapping[str, ast.ClassDef], package: str) -> Iterator[str]:
    """Methods of the class, and of its bases in the same file, that cannot be used as those of the
    bases in `package`.
    """
    members = contract(of, package)
    for own in (base for base in of.__mro__ if base.__module__ == of.__module__):
        node = nodes.get(own.__name__)
        for method in node.body if node else ():
            if isinstance(method, ast.FunctionDef) and method.name in members:
                name, member = method.name, vars(own).get(method.name)
                if manner(member) and (fault := misuse(member, members[name])):
                    fix = fault.format(head(name, members[name]))
                    yield f"line {method.lineno}: {head(name, member)} {fix}"


def contract(of: type, package: str) -> dict[str, Any]:
    """What is used of the package's bases, by name, of the nearest base."""
    bases = [base for base in of.__mro__ if base.__module__.startswith(f"{package}.")]
    members = {
        name: member
        for base in bases
        for name, member in vars(base).items()
        if manner(member) and (name == "__init__" or not name.startswith("_"))
    }
    return {"__init__": lambda self: None, **members} if bases else {}


def misuse(own: Any, base: Any) -> str:
    """What does not fit, with {} for the head that would; or nothing."""
    kind, base_kind = manner(own), manner(base)
    if base_kind == "property":
        return "" if kind == base_kind else "is read, not called; put @property above it"
    if kind == "property":
        return "is called, not read; take its decorator away"
    if base_kind == "classmethod" and kind == "method":
        return "is called on the class, not on an object; put @classmethod above it"
    parameters = inspect.signature(function_of(base)).parameters.values()
    always = [p for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD and p.default is p.empty]
    try:
        inspect.signature(function_of(own)).bind(*always[kind == "staticmethod" :])
    except TypeError:
        return "does not take all its arguments; write {}"
    return ""


def manner(member: Any) -> str:
    """method, classmethod, staticmethod or property; empty for what is no function."""
    if isinstance(member, property | cached_property):
        return "property"
    if isinstance(member, classmethod | staticmethod):
        return type(member).__name__ if isinstance(member.__func__, FunctionType) else ""
    return "method" if isinstance(member, FunctionType) else ""


def function_of(member: Any) -> Any:
    """What a property or a class method calls; a function as it is."""
    names = ("fget", "func", "__func__")
    return next((getattr(member, name) for name in names if hasattr(member, name)), member)


def head(name: str, member: Any) -> str:
    """`fakes(self, real)`: a function's head without its annotations."""
    signature = inspect.signature(function_of(member))
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return f"{name}{signature.replace(parameters=bare, return_annotation=signature.empty)}"
