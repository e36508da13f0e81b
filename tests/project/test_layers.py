"""Imports only go down the wings, files stay small, and the light commands stay light."""

from __future__ import annotations

import ast
import subprocess
import sys
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from ganbench.core.source_hash import PACKAGE_DIR
from tests.project.layers import INSIDE, WINGS

# What there is and how it is used; what a user chooses from; and what a CPU has nothing of.
NAME_CUDA = {"core.devices", "cli.options", "training.cuda_graphs"}
MAX_TOP_MODULES = 5
MAX_FILE_LINES = 350
MAX_FUNCTION_LINES = 45


@cache
def modules() -> dict[str, Path]:
    """By dotted name below the package; without the plugins that an installed one has."""
    found = {
        file.relative_to(PACKAGE_DIR).with_suffix("").as_posix().replace("/", "."): file
        for file in sorted(PACKAGE_DIR.rglob("*.py"))
    }
    return {name: file for name, file in found.items() if not name.startswith("plugins.")}


@cache
def imports(name: str) -> frozenset[str]:
    """Modules of the package that a module imports, at any depth of its code."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(modules()[name].read_bytes())):
        if isinstance(node, ast.Import):
            wanted = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}, line {node.lineno}: a relative import"
            wanted = [node.module or "", *(f"{node.module}.{a.name}" for a in node.names)]
        else:
            continue
        found.update(one.removeprefix("ganbench.") for one in wanted if one.startswith("ganbench."))
    return frozenset(found & modules().keys()) - {name}


def level(name: str, levels: tuple[tuple[str, ...], ...], what: str) -> int:
    for number, members in enumerate(levels):
        if name in members:
            return number
    raise AssertionError(f"{name} has no place among the {what}; give it one here")


@pytest.mark.parametrize("name", modules())
def test_imports_go_down(name: str) -> None:
    wing, *own = name.split(".")
    for imported in imports(name):
        other, *theirs = imported.split(".")
        if other != wing:
            higher = level(wing, WINGS, "wings"), level(other, WINGS, "wings")
        elif own != ["__init__"] and own[:1] != theirs[:1]:
            levels = INSIDE[wing]
            higher = level(own[0], levels, wing), level(theirs[0], levels, wing)
        else:
            continue
        assert higher[1] < higher[0], f"{name} imports {imported}, which is not below it"


def test_every_module_has_its_place() -> None:
    for name in modules():
        wing, *own = name.split(".")
        level(wing, WINGS, "wings")
        if own and own[0] != "__init__":
            level(own[0], INSIDE[wing], wing)
    named = {f"{wing}.{one}" for wing, levels in INSIDE.items() for row in levels for one in row}
    there = {".".join(name.split(".")[:2]) for name in modules()}
    assert named <= there


def test_there_is_no_circle() -> None:
    TopologicalSorter({name: imports(name) for name in modules()}).prepare()


@pytest.mark.parametrize("wing", INSIDE)
def test_a_wing_has_a_face(wing: str) -> None:
    """A docstring; names that were handed on there would be loaded by light commands."""
    tree = ast.parse((PACKAGE_DIR / wing / "__init__.py").read_bytes())
    assert ast.get_docstring(tree)
    assert len(tree.body) == 1 or wing == "testing"  # which users import from


def test_few_modules_stand_at_the_top() -> None:
    assert len([name for name in modules() if "." not in name]) <= MAX_TOP_MODULES


def says_cuda(file: Path) -> bool:
    """In its code: its names and texts, but for docstrings, comments and imports."""
    tree = ast.parse(file.read_bytes())
    documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    docstrings = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, documented) and node.body and isinstance(node.body[0], ast.Expr)
    }
    said = [
        node.attr if isinstance(node, ast.Attribute) else node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute | ast.Constant) and id(node) not in docstrings
    ]
    return any(isinstance(one, str) and "cuda" in one.lower() for one in said)


def test_devices_are_spoken_of_in_one_place() -> None:
    plugins = sorted((PACKAGE_DIR.parent / "plugins").rglob("*.py"))
    assert not [file for file in plugins if says_cuda(file)]
    assert {name for name, file in modules().items() if says_cuda(file)} == NAME_CUDA


def test_files_and_functions_are_short() -> None:
    files, functions = set(), set()
    for file in modules().values():
        text, name = file.read_text(encoding="utf-8"), file.relative_to(PACKAGE_DIR).as_posix()
        if len(text.splitlines()) > MAX_FILE_LINES:
            files.add(name)
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                functions |= {f"{name}:{node.name}"} if lines > MAX_FUNCTION_LINES else set()
    assert (files, functions) == (set(), set())


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["aggregate", "--help"],
        ["claims", "--help"],
        ["curves", "--help"],
        ["report", "--help"],
        ["list"],
        ["data", "--help"],
        ["data", "list"],
        ["watch", "--help"],
    ],
)
def test_light_commands_do_not_import_torch(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom ganbench.cli.main import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as stop:\n    assert not stop.code\n"
        "heavy = {'torch', 'pandas', 'scipy', 'matplotlib', 'pyvista'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_a_run_imports_no_compiler_before_it_asks_for_one() -> None:
    """Ctrl-C in the midst of Triton's import aborts the process."""
    code = (
        "import sys, ganbench.cli.commands.run\n"
        "compiler = {'triton', 'torch._dynamo', 'torch._inductor'} & set(sys.modules)\n"
        "assert not compiler, compiler"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
