"""What is wrong with a plugin, told by its source and the contracts' own; nothing is run.

Each fault is one sentence with the line and the fix. What cannot be judged without running it, such
as a base from another package, passes: loading the plugin will tell.
"""

from __future__ import annotations

import ast
import builtins
import importlib.util
import math
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from ganbench.core.errors import did_you_mean
from ganbench.core.source_hash import API, PACKAGE_DIR, api_origins, module_file
from ganbench.registry.option_faults import option_faults
from ganbench.registry.syntax import (
    Class,
    Function,
    assignments,
    bare_signature,
    decorators,
    in_body,
    is_whole,
    lineage,
    methods,
    nodes,
    origins,
)


@dataclass(frozen=True)
class Use:
    """How the harness uses a method: by which manner, with at least how many arguments.

    count: with `self`. text: the head of the method as the contract writes it.
    """

    manner: str
    count: int
    text: str


MADE_WITHOUT_ARGUMENTS = Use("method", 1, "__init__(self)")


def first_fault(home: ast.Module, plugin: ast.ClassDef, kind: str) -> str:
    """The first fault of a plugin's file, or an empty string."""
    return next(faults(home, Class(plugin, home), kind), "")


def faults(home: ast.Module, plugin: Class, kind: str) -> Iterator[str]:
    yield from import_faults(home)
    yield from unmade_names(home)
    family = lineage(plugin)
    if is_whole(family):
        yield from missing_members(family, kind)
    yield from signature_faults(family)
    yield from option_faults(plugin)


def import_faults(home: ast.Module) -> Iterator[str]:
    """Imports of the file's top level that cannot be had."""
    for node in home.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from module_fault(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from module_fault(node.module, node.lineno)
            if node.module == API:
                yield from unknown_names(node)


def module_fault(name: str, line: int) -> Iterator[str]:
    top, *inside = name.split(".")
    if top not in sys.modules and importlib.util.find_spec(top) is None:
        fix = f"`pip install {top}`, or correct the name"
        yield f"line {line}: the module '{name}' is not installed; {fix}"
    elif top == PACKAGE_DIR.name and inside and module_file(name) is None:
        yield f"line {line}: there is no module '{name}'; a plugin imports from {API}"


def unknown_names(node: ast.ImportFrom) -> Iterator[str]:
    known = api_origins()
    for alias in node.names:
        if alias.name not in known and alias.name != "*":
            hint = did_you_mean(alias.name, known)
            yield f"line {node.lineno}: {API} has no '{alias.name}'; {hint}"


def unmade_names(home: ast.Module) -> Iterator[str]:
    """Names that are used and neither imported nor made anywhere in the file, by line."""
    known = {*origins(home), *names_made(home), *vars(builtins)}
    used = (node for node in evaluated(home) if isinstance(node, ast.Name))
    for node in sorted(used, key=lambda node: node.lineno):
        if not {node.id, "*"} & known and not node.id.startswith("__"):
            is_ours = node.id in api_origins()
            fix = f"write `from {API} import {node.id}`" if is_ours else "import it, or correct it"
            yield f"line {node.lineno}: the name '{node.id}' is not there; {fix}"


def evaluated(node: ast.AST) -> Iterator[ast.AST]:
    """All below a node that Python needs: no annotations, nor what a `try` may do without."""
    for name, value in ast.iter_fields(node):
        if name not in ("annotation", "returns"):
            for child in value if isinstance(value, list) else [value]:
                if isinstance(child, ast.AST) and not isinstance(child, ast.Try):
                    yield child
                    yield from evaluated(child)


def names_made(home: ast.Module) -> Iterator[str]:
    for node in nodes(home):
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.arg):
            yield node.arg
        else:  # functions, classes, `except ... as name`, and what a `match` binds
            made = (getattr(node, "name", None), getattr(node, "rest", None))
            yield from (name for name in made if isinstance(name, str))


def missing_members(family: Sequence[Class], kind: str) -> Iterator[str]:
    """What the bases demand and neither the plugin nor a base between them gives."""
    plugin = family[0].node
    given: set[str] = set()
    lacking = []
    for member in family:
        demanded = demands(member.node)
        lacking += [text for name, text in demanded.items() if name not in given]
        given |= {*demanded, *gives(member.node)}
    if lacking:
        fix = f"write {'it' if len(lacking) == 1 else 'them'} as ganbench/contracts/{kind}.py says"
        yield f"line {plugin.lineno}: class {plugin.name} lacks {', '.join(lacking)}; {fix}"


@cache
def demands(node: ast.ClassDef) -> Mapping[str, str]:
    """Abstract methods, and class attributes without a value; each with how to write it."""
    found = {}
    for child in in_body(node):
        if isinstance(child, Function) and is_abstract(child):
            is_read = manner(child) == "property"
            found[child.name] = f"the property {child.name}" if is_read else bare_signature(child)
        elif isinstance(child, ast.AnnAssign) and is_left_open(child):
            name = ast.unparse(child.target)
            found[name] = f"the attribute {name}"
    return found


def is_abstract(node: Function | ast.ClassDef) -> bool:
    return "abstractmethod" in decorators(node)


def is_left_open(node: ast.AnnAssign) -> bool:
    """`sources: ClassVar[...]`, which a subclass fills in."""
    return node.value is None and ast.unparse(node.annotation).startswith("ClassVar")


@cache
def gives(node: ast.ClassDef) -> frozenset[str]:
    """Names that a class's body gives a value, or its methods give to `cls`."""
    body = list(in_body(node))
    made = (child for child in body if isinstance(child, Function | ast.ClassDef))
    on_class = (
        child.attr
        for child in ast.walk(node)
        if isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store)
        if ast.unparse(child.value) == "cls"
    )
    set_here = (name for name, _ in assignments(body))
    return frozenset((*(c.name for c in made if not is_abstract(c)), *set_here, *on_class))


def signature_faults(family: Sequence[Class]) -> Iterator[str]:
    """Methods of the plugin's file that cannot be used as those that they stand for."""
    wanted = contract(family)
    for member in family:
        if member.home is family[0].home:
            for method in methods(member.node):
                if method.name in wanted and manner(method):
                    yield from signature_fault(method, wanted[method.name])


def contract(family: Sequence[Class]) -> dict[str, Use]:
    """How the harness uses what the package's bases have, by name; the last base says it first."""
    uses = {
        method.name: Use(manner(method), least_given(method), bare_signature(method))
        for member in family
        if member.home is not family[0].home
        for method in methods(member.node)
        if method.name == "__init__" or not method.name.startswith("_")
        if manner(method)
    }
    return {"__init__": MADE_WITHOUT_ARGUMENTS, **uses} if uses else {}


def signature_fault(own: Function, wanted: Use) -> Iterator[str]:
    found, asked = manner(own), wanted.manner
    where = f"line {own.lineno}: {bare_signature(own)}"
    if asked == "property" and found != "property":
        yield f"{where} is read, not called; put @property above it"
    elif asked != "property" and found == "property":
        yield f"{where} is called, not read; take its decorator away"
    elif asked == "classmethod" and found == "method":
        yield f"{where} is called on the class, not on an object; put @classmethod above it"
    elif asked != "property" and not takes(own, wanted.count):
        yield f"{where} does not take what it is given; write {wanted.text}"


def manner(node: Function) -> str:
    """method, classmethod, staticmethod or property; empty where only running it can tell."""
    match [name for name in decorators(node) if name != "abstractmethod"]:
        case []:
            return "method"
        case ["property" | "cached_property"]:
            return "property"
        case ["classmethod" | "staticmethod" as name]:
            return name
    return ""


def least_given(node: Function) -> int:
    """Arguments that every call gives: those without a default, `self` among them."""
    return len(node.args.posonlyargs) + len(node.args.args) - len(node.args.defaults)


def takes(node: Function, count: int) -> bool:
    """Whether a call with so many arguments, `self` among them, can be made."""
    if manner(node) == "staticmethod":
        count -= 1
    most = math.inf if node.args.vararg else len(node.args.posonlyargs) + len(node.args.args)
    return least_given(node) <= count <= most and None not in node.args.kw_defaults
