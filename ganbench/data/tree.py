"""What lies below a folder that a user brings: the files that are data, and what is left out."""

from __future__ import annotations

import os
from collections import Counter, deque
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

# What archives, file servers and systems leave among the data.
LEFT_OVERS = frozenset(
    {"__MACOSX", "@eaDir", "$RECYCLE.BIN", "System Volume Information", "lost+found"}
)
MAX_ENDINGS = 5


@dataclass(frozen=True)
class FileTree:
    """Files below the folder `root`.

    names: below the root and with "/", sorted folder by folder.
    broken: (name, reason) of what is named like data and cannot be opened, such as a link to
        nothing, and of folders that cannot be listed.
    left_out: why files of the right endings are no data, and their number.
    other_endings: how many files there are of each other ending.
    """

    root: Path
    names: tuple[str, ...]
    broken: tuple[tuple[str, str], ...] = ()
    left_out: Mapping[str, int] = field(default_factory=dict)
    other_endings: Mapping[str, int] = field(default_factory=dict)

    def summary(self) -> str:
        """What was left out, in one line; empty where nothing was."""
        parts = [f"{count} {why}" for why, count in self.left_out.items()]
        others = Counter(self.other_endings)
        if others:
            shown = ", ".join(f"{n} {end}" for end, n in others.most_common(MAX_ENDINGS))
            more = ", ..." if len(others) > MAX_ENDINGS else ""
            parts.append(f"{others.total()} of other kinds ({shown}{more})")
        return f"left out in {self.root}: {'; '.join(parts)}" if parts else ""


def find_files(root: Path, endings: Collection[str], companions: Collection[str] = ()) -> FileTree:
    """Every file below `root` whose name ends in one of `endings` (lower case, with the dot).

    Names that begin with a dot, at any depth, and what archives leave behind are no data. Links to
    folders are followed once: a folder that was met already, or that `root` lies in, is not entered
    again. companions: names of files that belong to the data; they do not count as left out.

    Raises OSError where `root` itself cannot be listed.
    """
    names: list[str] = []
    broken: list[tuple[str, str]] = []
    left_out: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for item in _walk(root):
        base = item.name.rpartition("/")[2]
        ending = _ending(base)
        if item.is_folder or (item.fault and not ending and not item.no_data):
            broken.append((item.name, item.fault))  # such as a link to a folder that is gone
        elif ending not in endings:
            if not item.no_data and base not in companions:
                others[ending or "without ending"] += 1
        elif item.no_data:
            left_out[item.no_data] += 1
        elif item.fault:
            broken.append((item.name, item.fault))
        else:
            names.append(item.name)
    return FileTree(root, tuple(sorted(names, key=_parts)), tuple(sorted(broken)), left_out, others)


def _ending(base: str) -> str:
    stem, dot, ending = base.rpartition(".")
    return f".{ending.lower()}" if dot and stem else ""


def _parts(name: str) -> list[str]:
    return name.split("/")


@dataclass(frozen=True)
class _Item:
    """A file, or a folder that cannot be listed.

    no_data: why it is none of the user's data; fault: why it cannot be opened; or empty.
    """

    name: str
    no_data: str
    fault: str
    is_folder: bool = False


def _walk(root: Path) -> Iterator[_Item]:
    """All files below `root`. Linked folders come last, so that a folder that is reached twice
    has its own name.
    """
    seen = {_identity(folder) for folder in root.resolve().parents}
    own, linked = deque([("", "")]), deque[tuple[str, str]]()
    while own or linked:
        prefix, inherited = own.popleft() if own else linked.popleft()
        try:
            identity = _identity(root / prefix)
            entries = [] if identity in seen else sorted(os.scandir(root / prefix), key=_name)
        except OSError as error:
            if not prefix:
                raise
            fault = f"the folder cannot be listed: {error.strerror}"
            yield _Item(prefix.removesuffix("/"), inherited, fault, is_folder=True)
            continue
        seen.add(identity)
        for entry in entries:
            name, no_data = prefix + entry.name, inherited or _no_data(entry.name)
            if not _is_folder(entry):
                yield _Item(name, no_data, _fault(entry))
            elif not entry.is_symlink():
                own.append((f"{name}/", no_data))
            elif not no_data:
                linked.append((f"{name}/", no_data))


def _name(entry: os.DirEntry[str]) -> str:
    return entry.name


def _identity(folder: Path) -> tuple[int, int]:
    stat = folder.stat()
    return stat.st_dev, stat.st_ino


def _no_data(name: str) -> str:
    if name.startswith("."):
        return "hidden"
    return "left over from an archive or a system" if name in LEFT_OVERS else ""


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:  # a link that leads back to itself
        return False


def _fault(entry: os.DirEntry[str]) -> str:
    try:
        if entry.is_file():
            return ""
    except OSError:
        return "a link that leads back to itself"
    return "a link to nothing" if entry.is_symlink() else "not a regular file"
