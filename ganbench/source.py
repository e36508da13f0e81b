"""Hashes of source code: what a file says, and which of the project's files it reaches."""

from __future__ import annotations

import ast
import hashlib
import os
from collections.abc import Iterable
from functools import cache
from pathlib import Path

PACKAGE_DIR = Path(__file__).parent
API = "ganbench.api"


@cache
def api_origins() -> dict[str, str]:
    """Each name of `ganbench.api` and the module that it comes from, read from its source."""
    tree = ast.parse((PACKAGE_DIR / "api.py").read_bytes())
    return {
        alias.name: node.module
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module
        for alias in node.names
    }


@cache
def project_imports(file: Path) -> frozenset[Path]:
    """The files of this package, or of its own one, that `file` imports, at any depth of its code.

    What comes through `ganbench.api` counts as imported from where it is defined.
    """
    found: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == API:
            names = [api_origins()[a.name] for a in node.names if a.name in api_origins()]
        elif isinstance(node, ast.ImportFrom) and node.level:
            found |= beside(file, node)
            continue
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        found.update(path for name in names if (path := module_file(name)) is not None)
    return frozenset(found)


def beside(file: Path, node: ast.ImportFrom) -> set[Path]:
    """The files of a relative import, such as the helpers of a plugin in a package of its own."""
    base = file.parents[node.level - 1].joinpath(*(node.module or "").split("."))
    places = [base, *(base / alias.name for alias in node.names)]
    candidates = [path for p in places for path in (p.with_suffix(".py"), p / "__init__.py")]
    return {path for path in candidates if path.is_file()}


def module_file(name: str) -> Path | None:
    """The file of the package's module `name`, or None where it is not one."""
    package, *rest = name.split(".")
    if package != PACKAGE_DIR.name or not rest:
        return None
    base = PACKAGE_DIR.joinpath(*rest)
    for path in (base.with_suffix(".py"), base / "__init__.py"):
        if path.is_file():
            return path
    return None


def reach(files: Iterable[Path]) -> set[Path]:
    """`files` and every project file that they import, directly or not."""
    seen: set[Path] = set()
    todo = set(files)
    while todo:
        file = todo.pop()
        seen.add(file)
        todo |= project_imports(file) - seen
    return seen


def source_hash(files: Iterable[Path]) -> str:
    """SHA-256 over the names and texts of `files`, whatever their order."""
    digest = hashlib.sha256()
    for file in sorted(set(files), key=lambda f: (f.name, str(f))):
        digest.update(os.fsencode(file.name) + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def file_hashes(files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each file's text by its name, which is a path in the project where it is there."""
    return {shown(file): hashlib.sha256(file.read_bytes()).hexdigest() for file in sorted(files)}


def shown(file: Path) -> str:
    root = PACKAGE_DIR.parent
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
