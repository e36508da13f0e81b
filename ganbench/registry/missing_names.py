"""Modules and names that a file of Python uses and does not have.

Each fault is one sentence with the line and the fix.
"""

from __future__ import annotations

import ast
import builtins
import dis
import importlib.util
import sys
import typing
from collections.abc import Iterator
from types import CodeType, ModuleType

from ganbench.core.errors import did_you_mean
from ganbench.core.source_hash import API, PACKAGE_DIR, api_origins, module_file


def import_faults(home: ast.Module) -> Iterator[str]:
    """Imports of the file's top level that cannot be had."""
    for node in home.body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from module_fault(alias.name, node.lineno)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield from module_fault(node.module, node.lineno)
            for name in [alias.name for alias in node.names if node.module == API]:
                if name not in ("*", *api_origins()):
                    hint = did_you_mean(name, api_origins())
                    yield f"line {node.lineno}: {API} has no '{name}'; {hint}"


def module_fault(name: str, line: int) -> Iterator[str]:
    top, *inside = name.split(".")
    if top not in sys.modules and importlib.util.find_spec(top) is None:
        fix = f"`pip install {top}`, or correct the name"
        yield f"line {line}: the module '{name}' is not installed; {fix}"
    elif top == PACKAGE_DIR.name and inside and module_file(name) is None:
        yield f"line {line}: there is no module '{name}'; a plugin imports from {API}"


def unmade_names(module: ModuleType, home: ast.Module) -> Iterator[str]:
    """Names that a function would look for in vain, by line."""
    made = {name for node in ast.walk(home) if isinstance(node, ast.Global) for name in node.names}
    known = {*vars(module), *vars(builtins), *made}
    for line, name in sorted(names_read(compile(home, str(module.__file__), "exec"))):
        if name not in known:
            yield name_fault(name, line)


def names_read(code: CodeType) -> Iterator[tuple[int, str]]:
    """Global names that functions read, but for those that a `try` may do without."""
    if not {"NameError", "Exception"} & {*code.co_names}:
        for step in dis.get_instructions(code):
            if step.opname == "LOAD_GLOBAL" and step.positions and step.positions.lineno:
                yield step.positions.lineno, step.argval
    for inner in code.co_consts:  # of which annotations are functions, too, from Python 3.14 on
        if isinstance(inner, CodeType) and inner.co_name != "__annotate__":
            yield from names_read(inner)


def name_fault(name: str, line: int) -> str:
    """A name that is used and neither imported nor made."""
    origin = API if name in api_origins() else "typing" if name in typing.__all__ else ""
    fix = f"write `from {origin} import {name}`" if origin else "import it, or correct it"
    return f"line {line}: the name '{name}' is not there; {fix}"
