"""A data set's folder made from its archives: fetched, checked, unpacked, listed."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path

from ganbench.core.errors import UserError, unknown
from ganbench.data.datasets.archive import Archive
from ganbench.data.datasets.catalogue import DataSet, load_reader
from ganbench.data.datasets.download import Obtain, Say, checksum, known_checksum, record_checksum
from ganbench.data.datasets.unpack import extract, new_folder
from ganbench.data.listing import Listing

ARCHIVES = "archives"
RECORD = ".ganbench.json"


def prepare(
    data_set: DataSet, data_dir: Path, files: Sequence[Path], obtain: Obtain, say: Say
) -> Path:
    """The set's folder below `data_dir`, made if it is not there; whole or not at all.

    files: archives that the user has elsewhere. obtain: gets the archives that are not there.
    A folder that the user has filled by hand is only checked.
    """
    folder = data_dir / data_set.name
    if (folder / RECORD).is_file():
        say(f"{data_set.name} is already prepared")
        return folder
    if os.path.lexists(folder) and not folder.is_dir():
        raise UserError(
            f"the place of '{data_set.name}' is taken by another file, which is left as it is",
            str(folder),
            "move it away, or give another --data-dir",
        )
    try:
        checksums = {} if is_filled(folder) else make(data_set, data_dir, files, obtain, say)
        say(f"listing {folder}")
        listing = load_listing(data_set, folder)
        record = {"data_set": data_set.name, "pictures": len(listing), "archives": checksums}
        (folder / RECORD).write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    except OSError as error:
        raise UserError(
            f"'{data_set.name}' cannot be prepared: {error.strerror or error}",
            str(error.filename or data_dir),
            "give a folder with room and the rights to write, --data-dir DIR",
        ) from error
    return folder


def make(
    data_set: DataSet, data_dir: Path, files: Sequence[Path], obtain: Obtain, say: Say
) -> dict[str, str]:
    """Unpacks the set's archives into its folder; gives their checksums by name."""
    archives, folder = data_dir / ARCHIVES, data_dir / data_set.name
    paths = gather(data_set, data_dir, files, obtain, say)
    checksums = {}
    for archive, file in paths.items():
        say(f"checking {file}")
        checksums[archive] = checksum(archive, file, archives)
    if folder.is_dir():
        folder.rmdir()
    with new_folder(folder, data_set.inner) as partial:
        for file in paths.values():
            say(f"unpacking {file}")
            extract(file, partial, data_set.bounds, say)
    for archive, text in checksums.items():
        if not known_checksum(archive, archives):
            record_checksum(archive, text, archives)
            say(f"{archive.name}: no checksum is published; {text} is recorded for the next time")
    return {archive.name: text for archive, text in checksums.items()}


def gather(
    data_set: DataSet, data_dir: Path, files: Sequence[Path], obtain: Obtain, say: Say
) -> dict[Archive, Path]:
    """Where each archive lies, after getting those that are not there."""
    places = {archive: data_dir / ARCHIVES / archive.name for archive in data_set.archives}
    there = {archive: file for archive, file in places.items() if file.is_file()}
    paths = there | match_files(data_set, files)
    missing = [archive for archive in data_set.archives if archive not in paths]
    if not data_set.archives or any(not (a.address or a.optional) for a in missing):
        raise by_hand(data_set, data_dir, missing)
    downloads = {archive: places[archive] for archive in missing if archive.address}
    if downloads:
        obtain(downloads, say)
    for archive in missing:
        if archive not in downloads:
            say(f"{archive.name} is not there, and is left out")
    return paths | downloads


def match_files(data_set: DataSet, files: Sequence[Path]) -> dict[Archive, Path]:
    """The archive of each file, by its name; any name where there is one file and one archive."""
    by_name = {archive.name: archive for archive in data_set.archives}
    if files and not by_name:
        raise UserError(f"'{data_set.name}' has no archive that could be unpacked", str(files[0]))
    by_archive: dict[Archive, Path] = {}
    for file in files:
        if not file.is_file():
            raise UserError("there is no such archive", str(file), "check the path")
        name = data_set.archives[0].name if len(files) == len(by_name) == 1 else file.name
        if name not in by_name:
            raise unknown(f"archive of {data_set.name}", name, by_name, str(file))
        by_archive[by_name[name]] = file
    return by_archive


def by_hand(data_set: DataSet, data_dir: Path, missing: Sequence[Archive]) -> UserError:
    places = {"archives": data_dir / ARCHIVES, "folder": data_dir / data_set.name}
    steps = (*data_set.steps, f"run `ganbench data prepare {data_set.name}` again")
    lines = [f"{i}. {step.format_map(places)}" for i, step in enumerate(steps, start=1)]
    names = ", ".join(archive.name for archive in missing if not archive.optional)
    return UserError(
        f"'{data_set.name}' can only be had from its owner" + (names and f"; missing: {names}"),
        data_set.home,
        "\n         ".join(lines),
    )


def load_listing(data_set: DataSet, folder: Path) -> Listing:
    if not folder.is_dir():
        raise UserError(
            f"there is no folder of '{data_set.name}'",
            str(folder),
            f"run `ganbench data prepare {data_set.name}`",
        )
    return load_reader(data_set)(folder)


def is_filled(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())
