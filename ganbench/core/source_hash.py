"""Hashes of source code: what a file means, and which of the project's files it reaches."""

from __future__ import annotations

import ast
import hashlib
from collections.abc import Callable, Iterable, Set
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from ganbench.core.meaning import STAR, Use, form_of
from ganbench.core.scopes import Origin

PACKAGE_DIR = Path(__file__).parents[1]
API = "ganbench.api"
INIT = "__init__.py"
# Data that are known by a version (`DATA_VERSION`, in their keys) and not by their code: no file in
# here is followed. `tests/data/test_drawn.py` fails where they change and the version does not.
VERSIONED = ("data/procedural", "data/rendering")


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

    What comes through `ganbench.api` counts as imported from where it is defined. Data behind a
    version are left out.
    """
    paths: set[Path] = set()
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and node.module == API:
            names = [api_origins()[a.name] for a in node.names if a.name in api_origins()]
        elif isinstance(node, ast.ImportFrom) and node.level:
            paths |= relative_imports(file, node)
            continue
        elif isinstance(node, ast.ImportFrom) and node.module:
            names = [node.module, *(f"{node.module}.{alias.name}" for alias in node.names)]
        else:
            continue
        paths.update(path for name in names if (path := module_file(name)) is not None)
    return frozenset(path for path in paths if not is_versioned(path))


def is_versioned(file: Path) -> bool:
    return is_versioned_below(PACKAGE_DIR, file)


@cache
def is_versioned_below(package: Path, file: Path) -> bool:
    return any(file.is_relative_to(package / place) for place in VERSIONED)


def relative_imports(file: Path, node: ast.ImportFrom) -> set[Path]:
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


@dataclass(frozen=True)
class Place:
    """Where a name comes from: a file of the project and what in it, a module as a whole if empty;
    None for the file where there is none.
    """

    file: Path | None
    name: str


@cache
def names_in(folder: Path) -> frozenset[str]:
    return frozenset(path.name for path in folder.iterdir()) if folder.is_dir() else frozenset()


@cache
def same(path: Path) -> Path:
    """One object for all equal paths: a set finds it without comparing their parts."""
    return path


@cache
def located(root: Path, parts: Origin) -> tuple[Path, Origin] | None:
    """The module below `root` that most of `parts` name, and the rest of them.

    It can be the folder `root` itself, as a package. None where there is no such module.
    """
    names = names_in(root)
    if parts and parts[0] in names and (deeper := located(root / parts[0], parts[1:])):
        return deeper
    if parts and f"{parts[0]}.py" in names:
        return same(root / f"{parts[0]}.py"), parts[1:]
    return (same(root / INIT), parts) if INIT in names else None


class Sources:
    """The forms of files and what each takes from the others, as they are at one moment."""

    def __init__(self) -> None:
        self.form = cache(lambda file: form_of(file.read_bytes()))
        self.meaning = cache(self._meaning)
        self.imports = cache(self._imports)
        self.place = cache(lambda origin, file: self._place(origin, file, frozenset()))
        self._package = PACKAGE_DIR / INIT  # which hands on what others have

    def _place(self, origin: Origin, file: Path, seen: frozenset[Origin]) -> Place:
        """Where `file` has it from, through any files that only hand it on."""
        dots = origin[0] if origin[0].startswith(".") else ""
        location = located(file.parents[len(dots) - 1] if dots else PACKAGE_DIR, origin[1:])
        if location is None or location[0] == self._package:
            return Place(None, ".".join(origin))
        home, rest = location
        further = self.form(home).bound.get(rest[0]) if rest else None
        if further is None or origin in seen:
            return Place(home, ".".join(rest))
        return self._place((*further, *rest[1:]), home, seen | {origin})

    def _imports(self, file: Path) -> frozenset[Path]:
        """The project's files whose code `file` runs something of, but for data behind a version.

        Of a module that is used as a whole anything can be: there every import counts.
        """
        paths: set[Path] = set()
        for use in self.form(file).uses:
            place = self.place(use.origin, file)
            if use.how == "run" and place.file is not None and not is_versioned(place.file):
                paths.add(place.file)
                if place.name in ("", STAR):
                    paths |= closure([place.file], project_imports)
        return frozenset(paths)  # which is kept, and given to all who ask

    def _meaning(self, file: Path) -> str:
        """Digest of the form and of the names that it takes from elsewhere."""
        form = self.form(file)
        return digest_of(form.digest, *(self.named(use, file) for use in form.uses))

    def named(self, use: Use, file: Path) -> str:
        """A name as its own file has it; of a module in a text, its last part."""
        place = self.place(use.origin, file)
        if use.how == "text":
            return use.origin[-1] if place.file and not place.name else ".".join(use.origin)
        return place.name

    def meaning_among(self, file: Path, files: Set[Path]) -> str:
        """The same with the meaning of those among `files` that the names come from: of two files
        with one name for two things, it tells which one is meant.
        """
        uses = (use for use in self.form(file).uses if use.how != "annotation")
        homes = (self.place(use.origin, file).file for use in uses)
        meanings = (self.meaning(home) if home in files else "" for home in homes)
        return digest_of(self.meaning(file), *meanings)


def digest_of(*texts: str) -> str:
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()


def closure(files: Iterable[Path], step: Callable[[Path], Set[Path]]) -> set[Path]:
    """`files` and all that `step` leads to from them."""
    seen: set[Path] = set()
    todo = set(files)
    while todo:
        file = todo.pop()
        seen.add(file)
        todo |= step(file) - seen
    return seen


def reach(files: Iterable[Path]) -> set[Path]:
    """`files` and every project file whose code they run, directly or not; no `VERSIONED` one."""
    return closure(files, Sources().imports)


def source_hash(files: Iterable[Path]) -> str:
    """SHA-256 over the meanings of `files`, whatever their order, names and places.

    Raises OSError for a file that cannot be read.
    """
    sources, whole = Sources(), set(files)
    return digest_of(*sorted(sources.meaning_among(file, whole) for file in whole))


def code_hash(module: str) -> str:
    """Of a module of the package and of all that it reaches. Raises ModuleNotFoundError."""
    file = module_file(module)
    if file is None:
        raise ModuleNotFoundError(module)
    return source_hash(reach([file]))


def file_hashes(files: Iterable[Path]) -> dict[str, str]:
    """SHA-256 of each file's meaning by its name, a path in the project where it is there."""
    sources = Sources()
    return {shown(file): sources.meaning(file) for file in sorted(files)}


def shown(file: Path) -> str:
    root = PACKAGE_DIR.parent
    return file.relative_to(root).as_posix() if file.is_relative_to(root) else str(file)
