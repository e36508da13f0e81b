"""What holds for the file of every plugin."""

from __future__ import annotations

import ast
from collections.abc import Iterator

from ganbench.core.source_hash import API
from ganbench.testing.subjects import Subject, require

PACKAGE = API.split(".")[0]


def check_only_the_api_is_imported(subject: Subject) -> None:
    """Of this package a plugin knows `ganbench.api`, which keeps its names; nothing else does."""
    tree = ast.parse(subject.plugin.path.read_text(encoding="utf-8"))
    for line, module in imported(tree):
        inside = module == PACKAGE or module.startswith(f"{PACKAGE}.")
        require(
            not inside or module == API,
            f"line {line} imports {module}; import from {API} alone",
        )


def imported(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            whole = node.module == PACKAGE and [alias.name for alias in node.names] == ["api"]
            yield node.lineno, API if whole else node.module


def check_it_says_what_it_is(subject: Subject) -> None:
    """The file's docstring is what `ganbench list` shows."""
    require(bool(subject.plugin.summary), "the file has no docstring; write in a line what it is")
