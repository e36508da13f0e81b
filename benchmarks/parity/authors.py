"""The authors' code, run from a checkout as it is: nothing of it stands here.

A module is imported under its own name and forgotten again, for the repositories have modules of
the same names. Of a script whose training is one long function, functions and statements are taken
from its syntax tree and run with values of ours in place of its data.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any
from unittest.mock import MagicMock, patch

import torch
from torch import Tensor


def commit_of(folder: Path, branch: str = "HEAD") -> str:
    """The commit that is checked out, or that of a branch. Raises CalledProcessError where it is no
    checkout.
    """
    command = ["git", "-C", str(folder), "rev-parse", branch]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()


@contextmanager
def checkout(folder: Path, branch: str, paths: Sequence[str]) -> Iterator[Path]:
    """Files and folders of a branch that is not checked out, in a folder of their own for a while.
    Raises CalledProcessError where they are not there.
    """
    command = ["git", "-C", str(folder), "archive", branch, *paths]
    archive = subprocess.run(command, capture_output=True, check=True).stdout
    with TemporaryDirectory() as place:
        with tarfile.open(fileobj=BytesIO(archive)) as files:
            files.extractall(place, filter="data")
        yield Path(place)


@contextmanager
def importable(folder: Path, absent: Sequence[str] = ()) -> Iterator[None]:
    """Modules of the folder can be imported; afterwards they are forgotten.

    absent: modules that theirs import and that training does not need.
    """
    before = set(sys.modules)
    stand_ins = {name: MagicMock() for name in absent if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        with patch.object(sys, "path", [str(folder), *sys.path]):
            yield
    finally:
        for name in set(sys.modules) - before:
            if name in stand_ins or is_below(folder, sys.modules[name]):
                del sys.modules[name]


def is_below(folder: Path, module: ModuleType) -> bool:
    places = [getattr(module, "__file__", None), *getattr(module, "__path__", ())]
    return any(Path(place).is_relative_to(folder) for place in places if isinstance(place, str))


def parsed(file: Path) -> ast.Module:
    """A script's syntax tree, also of one that prints as Python 2 does."""
    text = re.sub(r"^(\s*)print (.+)$", r"\1print(\2)", file.read_text(), flags=re.MULTILINE)
    return ast.parse(text, str(file))


def define(tree: ast.Module, names: Sequence[str], into: dict[str, Any]) -> None:
    """Run the definitions of a script's functions and classes, in their order."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    run([one for one in tree.body if isinstance(one, kinds) and one.name in names], into)


def statements(tree: ast.Module, first: str, last: str) -> list[ast.stmt]:
    """Those of one block from the first that begins so to the next that begins with `last`.

    Raises LookupError where no block has both.
    """
    for node in ast.walk(tree):
        for block in (getattr(node, name, None) for name in ("body", "orelse")):
            texts = [ast.unparse(one) for one in block] if isinstance(block, list) else []
            starts = [i for i, text in enumerate(texts) if text.startswith(first)]
            ends = [i for i, text in enumerate(texts) if text.startswith(last)]
            for start in starts:
                for end in ends:
                    if end >= start:
                        return block[start : end + 1]
    raise LookupError(f"no statements from {first!r} to {last!r}")


def run(block: Sequence[ast.stmt], names: dict[str, Any]) -> None:
    """The statements, with these global names."""
    exec(compile(ast.Module([*block], []), "<authors>", "exec"), names)


@contextmanager
def without_gpu() -> Iterator[None]:
    """What is sent to a GPU stays where it is."""

    def stay(value: Any, *arguments: Any, **options: Any) -> Any:
        return value

    with patch.object(Tensor, "cuda", stay), patch.object(torch.nn.Module, "cuda", stay):
        yield


class _Replaced(ast.NodeTransformer):
    def __init__(self, old: int, new: int) -> None:
        self.old, self.new = old, new

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        is_old = node.value == self.old and type(node.value) is int
        return ast.copy_location(ast.Constant(self.new if is_old else node.value), node)


def narrowed(tree: ast.Module, width: int, narrow: int) -> ast.Module:
    """With another number in each place of one: a width that they wrote into their layers."""
    return ast.fix_missing_locations(_Replaced(width, narrow).visit(tree))
