"""The looks at a result folder that runs have noted in it: when, at how many seeds, what they said.

A look is what could have ended the adding of seeds. `run` notes one each time it prints verdicts
or tables; commands that only read a folder leave it as it is, so their looks are not known.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import msgspec
from filelock import FileLock
from msgspec import Struct, structs

from ganbench.core.errors import UserError
from ganbench.results.folder import LOOKS

DesignName = Literal["fixed", "until decided"]


class Look(Struct, frozen=True):
    """at: an ISO time. seeds: of the model that has most, 0 where a run has just begun."""

    at: str
    design: DesignName
    seeds: int


def read_looks(output: Path) -> tuple[Look, ...]:
    """In their order. Raises UserError for a file that cannot be read."""
    path = output / LOOKS
    try:
        lines = path.read_bytes().splitlines()
        return tuple(msgspec.json.decode(line, type=Look) for line in lines if line.strip())
    except FileNotFoundError:
        return ()
    except (OSError, msgspec.DecodeError) as error:
        raise UserError(
            f"the looks that were noted cannot be read: {error}",
            str(path),
            "restore the file from a copy, or delete it: its folder then counts as one of a fixed "
            "number of seeds",
        ) from error


def begin_design(output: Path, design: DesignName) -> None:
    """Notes, before there is anything to look at, that seeds are added until claims are decided; a
    fixed number of them needs no note.
    """
    if design != "fixed" and all(look.design != design for look in read_looks(output)):
        note_look(output, design, 0)


def note_look(output: Path, design: DesignName, seeds: int) -> None:
    """Notes a look that takes place now, unless the last one saw the same. seeds: as in `Look`."""
    look = Look(datetime.now(UTC).isoformat(timespec="seconds"), design, seeds)
    path = output / LOOKS
    with FileLock(output / f".{LOOKS}.lock"):
        last = read_looks(output)[-1:]
        if not last or structs.replace(last[0], at=look.at) != look:
            with open(path, "ab") as file:
                file.write(msgspec.json.encode(look) + b"\n")


def merged_looks(folders: Sequence[Path]) -> bytes:
    """Lines of all looks at some folders, by time."""
    looks = {look for folder in folders for look in map(_hashable, read_looks(folder))}
    return b"".join(line + b"\n" for _, line in sorted(looks))


def _hashable(look: Look) -> tuple[str, bytes]:
    return look.at, msgspec.json.encode(look)
