"""What is wrong with a class that has been imported: what it lacks, and what cannot be used.

The classes say what they have, the source on which line. Each fault is one sentence with the line
and the fix. `nodes` are the classes of the source by name.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterator, Mapping
from functools import cached_property
from types import FunctionType, ModuleType
from typing import Any, get_type_hints

from ganbench.core.budget import PLUS
from ganbench.core.source_hash import PACKAGE_DIR
from ganbench.core.spec import Preset
from ganbench.registry.missing_names import unmade_names
from ganbench.registry.option_faults import call_faults, class_option_faults, example, fits

PACKAGE = PACKAGE_DIR.name


def class_faults(module: ModuleType, name: str, home: ast.Module, kind: str) -> Iterator[str]:
    """Those of the class `name`, and of the module's hyper-parameters and options.

    home: the module's source. kind: the plugin's, whose contract says what the class must have.
    """
    of = getattr(module, name)
    nodes = {node.name: node for node in home.body if isinstance(node, ast.ClassDef)}
    yield from unmade_names(module, home)
    if lacking := missing_members(of):
        fix = f"write {'it' if len(lacking) == 1 else 'them'} as {PACKAGE}/contracts/{kind}.py says"
        yield f"line {nodes[name].lineno}: class {name} lacks {', '.join(lacking)}; {fix}"
    yield from signature_faults(of, nodes)
    yield from class_option_faults(module, getattr(of, "options_type", object), nodes)
    yield from call_faults(module, home)
    yield from preset_faults(of, nodes)
    yield from text_faults(of, nodes)


def missing_members(of: type) -> list[str]:
    """What the bases demand, abstract or a ClassVar without a value, and the class lacks."""
    lacking: dict[str, str] = {}
    for base in of.__mro__:
        for name, hint in inspect.get_annotations(base).items():
            if "ClassVar" in str(hint) and not hasattr(of, name):
                lacking[name] = f"the attribute {name}"
        for name, member in vars(base).items():
            if name in getattr(of, "__abstractmethods__", ()):
                is_read = manner(member) == "property"
                lacking[name] = f"the property {name}" if is_read else head(name, member)
    return list(lacking.values())


def signature_faults(of: type, nodes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    """Methods of the class, and of its bases in the same file, that cannot be used as those of the
    package's bases.
    """
    members = contract(of)
    for own in (base for base in of.__mro__ if base.__module__ == of.__module__):
        node = nodes.get(own.__name__)
        for method in node.body if node else ():
            if isinstance(method, ast.FunctionDef) and method.name in members:
                name, member = method.name, vars(own).get(method.name)
                if fault := misuse(member, members[name]):
                    fix = fault.format(head(name, members[name]))
                    yield f"line {method.lineno}: {head(name, member)} {fix}"


def contract(of: type) -> dict[str, Any]:
    """What is used of the package's bases, by name, as the farthest base has it."""
    bases = [base for base in of.__mro__ if base.__module__.startswith(f"{PACKAGE}.")]
    members = {
        name: member
        for base in bases
        for name, member in vars(base).items()
        if manner(member) and (name == "__init__" or not name.startswith("_"))
    }
    return {"__init__": lambda self: None, **members} if bases else {}


def misuse(own: Any, base: Any) -> str:
    """What does not fit, with {} for the head that would; or nothing."""
    match manner(own), manner(base):
        case ("", _) | ("property", "property"):
            return ""
        case (_, "property"):
            return "is read, not called; put @property above it"
        case ("property", _):
            return "is called, not read; take its decorator away"
        case ("method", "classmethod"):
            return "is called on the class, not on an object; put @classmethod above it"
    parameters = inspect.signature(function_of(base)).parameters.values()
    always = [p for p in parameters if p.kind <= p.POSITIONAL_OR_KEYWORD and p.default is p.empty]
    try:
        inspect.signature(function_of(own)).bind(*always[isinstance(own, staticmethod) :])
    except TypeError:
        return "does not take all its arguments; write {}"
    return ""


def preset_faults(of: type, nodes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    """Presets of a task whose names would be read as others that a run has changed, and those with
    values of another type, such as steps of 1e4, which no row can have.
    """
    presets = getattr(of, "presets", None)
    hints = get_type_hints(Preset)
    for key, preset in presets.items() if isinstance(presets, Mapping) else ():
        for field, value in vars(preset).items() if isinstance(preset, Preset) else ():
            if not fits(value, hints[field]):
                yield (
                    f"line {line_of('presets', of, nodes)}: the preset {key!r} has {field}="
                    f"{value!r}, a value of another type; give {example(hints[field])}"
                )
        names = (str(name) for name in (key, getattr(preset, "name", "")))
        if name := next((name for name in names if PLUS in name), ""):
            yield (
                f"line {line_of('presets', of, nodes)}: the preset {name!r} has a {PLUS} in its "
                "name, behind which a run notes what it changes; name it without"
            )


def text_faults(of: type, nodes: Mapping[str, ast.ClassDef]) -> Iterator[str]:
    """Names of plugins and the like as one text, of which each letter would be a name."""
    for base in of.__mro__:
        for name, hint in inspect.get_annotations(base).items():
            value = getattr(of, name, None)
            if "ClassVar[tuple[" in str(hint) and isinstance(value, str):
                yield (
                    f"line {line_of(name, of, nodes)}: {name} = {value!r} is one text; write "
                    f"{name} = ({value!r},)"
                )


def line_of(attribute: str, of: type, nodes: Mapping[str, ast.ClassDef]) -> int:
    """Where the class, or a base in the same file, gives the attribute its value; else where the
    class begins.
    """
    for base in of.__mro__:
        node = nodes.get(base.__name__) if base.__module__ == of.__module__ else None
        for part in node.body if node else ():
            targets = getattr(part, "targets", [getattr(part, "target", None)])
            if attribute in {getattr(target, "id", "") for target in targets}:
                return part.lineno
    return nodes[of.__name__].lineno


def manner(member: Any) -> str:
    """method, classmethod, staticmethod or property; empty for what is no function."""
    if isinstance(member, property | cached_property):
        return "property"
    function = member.__func__ if isinstance(member, classmethod | staticmethod) else member
    if not isinstance(function, FunctionType):
        return ""
    return "method" if function is member else type(member).__name__


def function_of(member: Any) -> Any:
    """What a property or a class method calls; a function as it is."""
    names = ("fget", "func", "__func__")
    return next((getattr(member, name) for name in names if hasattr(member, name)), member)


def head(name: str, member: Any) -> str:
    """`fakes(self, real)`: a function's head without its annotations."""
    signature = inspect.signature(function_of(member))
    bare = [p.replace(annotation=p.empty) for p in signature.parameters.values()]
    return f"{name}{signature.replace(parameters=bare, return_annotation=signature.empty)}"
