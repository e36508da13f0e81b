"""A cell's identity is what its code means: edits that change nothing that is run do not change it,
all others do. Drawn at random, on the real files that cells reach, in a copy.
"""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest

from ganbench.core import source_hash as source
from ganbench.core.source_hash import PACKAGE_DIR, source_hash
from ganbench.networks.builder import FAMILIES
from ganbench.registry.registry import Registry, built_in_folder, discover
from ganbench.running.fingerprint import (
    EVALUATION_MODULES,
    TRAINING_MODULES,
    evaluation_files,
    training_files,
)
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from tests.edits import SILENT, TELLING, Edit, aliased

DRAWS = 220  # of each kind
CELLS = ("toy", "car2car")


def copied(registry: Registry, folder: Path) -> Registry:
    def moved(path: Path) -> Path:
        return folder / "plugins" / path.relative_to(built_in_folder())

    plugins = (p for p in registry.plugins if p.path.is_relative_to(built_in_folder()))
    return Registry(tuple(replace(plugin, path=moved(plugin.path)) for plugin in plugins))


class Project:
    """A copy of the package and the plugins, and how cells are known there."""

    def __init__(self, folder: Path) -> None:
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(PACKAGE_DIR, folder / "ganbench", ignore=skipped)
        shutil.copytree(built_in_folder(), folder / "plugins", ignore=skipped)
        registry = discover()
        request = Request(("discogan",), CELLS, (0,), folder, preset="quick", references=())
        self.jobs = resolve(request, registry).jobs
        self.package = folder / "ganbench"
        self.registry = copied(registry, folder)

    def files(self) -> list[set[Path]]:
        """What training and scoring of each cell reach."""
        found = []
        for job in self.jobs:
            found.append(training_files(self.registry, "model", "discogan", job.cell))
            found.append(evaluation_files(self.registry, job.metrics))
        return found

    def identities(self) -> list[str]:
        """As the files are at this moment: each is read once for all cells."""
        sources = source.Sources()
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(source, "Sources", lambda: sources)
            return [source_hash(files) for files in self.files()]

    def modules(self) -> list[Path]:
        return [*self.package.rglob("*.py"), *(self.package.parent / "plugins").rglob("*.py")]


@pytest.fixture
def project(
    tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Project]:
    project = Project(tmp_path_factory.mktemp("project"))
    monkeypatch.setattr(source, "PACKAGE_DIR", project.package)
    yield project
    forget_places()


def forget_places() -> None:
    source.names_in.cache_clear()
    source.located.cache_clear()


def edit_of(files: list[Path], rng: Random, kinds: dict[str, Edit]) -> tuple[str, Path, str, str]:
    """A random edit of a random file: its kind, the file, its text before and after."""
    while True:
        kind, file = rng.choice(sorted(kinds)), rng.choice(files)
        before = file.read_text()
        after = kinds[kind](before, rng)
        if after is not None and after != before:
            return kind, file, before, after


def handed_on(project: Project) -> dict[Path, frozenset[str]]:
    """Names that files import of another."""
    found: dict[Path, set[str]] = {}
    for file in project.modules():
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.ImportFrom) and node.module:
                path = source.module_file(node.module)
                if path is not None:
                    found.setdefault(path, set()).update(alias.name for alias in node.names)
    return {path: frozenset(names) for path, names in found.items()}


@pytest.mark.broad
def test_edits_of_what_is_not_run_change_no_identity(project: Project) -> None:
    expected, kept, wrong = project.identities(), handed_on(project), []
    names, reached = frozenset().union(*kept.values()), sorted(set().union(*project.files()))
    drawn: set[str] = set()
    for number in range(DRAWS):
        rng = Random(number)
        kind, file, before, after = edit_of(reached, rng, {**SILENT, "aliased": aliased(names)})
        drawn.add(kind)
        file.write_bytes(after.encode())
        if project.identities() != expected:
            wrong.append((number, kind, file.name))
        file.write_text(before)
    assert not wrong
    assert drawn == {*SILENT, "aliased"}


def test_edits_of_what_is_run_change_each_identity_that_reaches_it(project: Project) -> None:
    expected, reached, missed = project.identities(), project.files(), []
    all_reached = sorted(set().union(*reached))
    drawn: set[str] = set()
    for number in range(DRAWS):
        kind, file, before, after = edit_of(all_reached, Random(number), TELLING)
        drawn.add(kind)
        file.write_text(after)
        told = [now != then for now, then in zip(project.identities(), expected, strict=True)]
        if told != [file in files for files in reached]:
            missed.append((number, kind, file.name, told))
        file.write_text(before)
    assert not missed
    assert drawn == set(TELLING)


def test_data_behind_a_version_are_not_followed(project: Project) -> None:
    """Other shapes and colours make no cell new by themselves; a raised version does, by its data
    (`tests/data/test_drawn.py`).
    """
    expected, reached = project.identities(), set().union(*project.files())
    files = [file for file in sorted(project.modules()) if source.is_versioned(file)]
    assert len(files) > 30 and not reached & set(files)
    for number, file in enumerate(files):
        before, rng = file.read_text(), Random(number)
        after = next((new for edit in TELLING.values() if (new := edit(before, rng))), before)
        file.write_text(after)
    assert project.identities() == expected


@pytest.mark.broad
def test_files_that_move_change_no_identity(project: Project) -> None:
    """One after the other into another folder, until all of them have moved."""
    expected = project.identities()
    found = set().union(*project.files())
    named = {
        *TRAINING_MODULES,
        *EVALUATION_MODULES,
        *(m for f in FAMILIES.values() for m in f.values()),
    }
    fixed = {source.module_file(name) for name in named}
    files = [f for f in sorted(found) if f.is_relative_to(project.package) and f not in fixed]
    assert len(files) > 50
    for file in files:
        parts = file.relative_to(project.package).with_suffix("").parts
        move(project, parts, ("wing", *parts))
        assert project.identities() == expected, file


def move(project: Project, old: tuple[str, ...], new: tuple[str, ...]) -> None:
    """A module to another place, in its importers and in texts too."""
    here, there = ".".join(("ganbench", *old)), ".".join(("ganbench", *new))
    target = project.package.joinpath(*new).with_suffix(".py")
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.move(project.package.joinpath(*old).with_suffix(".py"), target)
    package, _, name = here.rpartition(".")
    for file in project.modules():
        text = file.read_text()
        if name not in text:
            continue
        lines = [
            f"{indent}from {there.rpartition('.')[0]} import {name}"
            if (indent := line[: len(line) - len(line.lstrip())]) is not None
            and line.strip() == f"from {package} import {name}"
            else line
            for line in text.split("\n")
        ]
        changed = "\n".join(lines)
        for before, after in (("from {} import", "from {} import"), ('"{}"', '"{}"')):
            changed = changed.replace(before.format(here), after.format(there))
        if changed != text:
            file.write_text(changed)
    forget_places()
