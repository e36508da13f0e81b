"""A folder of a user's own image files."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from ganbench.core.cache import default_cache_dir
from ganbench.core.errors import UserError, first_few
from ganbench.core.reports import no_report
from ganbench.core.spec import DEFAULT_READING, Reading
from ganbench.data.decoded import file_digest, readable
from ganbench.data.listing import Listing, UnreadableFiles, one_each
from ganbench.data.pixels import ENDINGS
from ganbench.data.tree import find_files

LABELS = "labels.csv"
HEIF_ENDINGS = {".heic", ".heif"}


@dataclass(frozen=True)
class ImageFolder:
    """The image files below a folder, in an order that is the same everywhere.

    names: paths below `path`, with "/". told: lines about what was left out.
    """

    path: Path
    names: tuple[str, ...]
    told: tuple[str, ...] = ()

    @property
    def files(self) -> list[Path]:
        """The whole path of each."""
        return [self.path / name for name in self.names]

    def listing(self) -> Listing:
        """The pictures, each file an identity of its own."""
        return one_each(self.path, self.names, {})

    @cached_property
    def digests(self) -> tuple[bytes, ...]:
        """SHA-256 of each file's bytes; of nothing for one that cannot be opened."""
        return tuple(map(file_digest, self.files))

    def content_hash(self) -> str:
        """SHA-256 over the files' names and bytes."""
        digest = hashlib.sha256()
        for name, content in zip(self.names, self.digests, strict=True):
            digest.update(os.fsencode(name) + b"\0" + content)
        return digest.hexdigest()


def read_image_folder(
    path: Path,
    least: int = 1,
    reading: Reading = DEFAULT_READING,
    cache_dir: Path | None = None,
) -> ImageFolder:
    """The images below `path`: see `tree.find_files` for what counts, `pixels` for how they open.

    least: images that the folder must have. cache_dir: None takes the user's cache folder. Where
    `reading` leaves out what cannot be read, every file is opened, once for each cache folder.
    Otherwise unreadable files are noticed when they are decoded.

    Raises UserError for no folder, for fewer than `least` images, and for files that cannot be
    opened, such as links to nothing, unless they are left out.
    """
    if not path.is_dir():
        problem = "is not a folder" if path.exists() else "does not exist"
        raise UserError(f"the image folder {problem}", str(path), "give the path of a folder")
    try:
        tree = find_files(path, ENDINGS, companions=(LABELS,))
    except OSError as error:
        raise UserError(
            f"the image folder cannot be listed: {error.strerror}", str(path), "make it readable"
        ) from error
    remarks = (tree.summary(),) if tree.summary() else ()
    folder = ImageFolder(path, tree.names, remarks)
    if tree.broken or reading.skip_unreadable:
        broken = [f"{name} ({reason})" for name, reason in tree.broken]
        folder = without_unreadable(folder, reading, cache_dir, broken)
    if len(folder.names) < least:
        count = f"only {len(folder.names)}" if folder.names else "no"
        raise UserError(
            f"{count} images in the folder, {least} are needed"
            + "".join(f"; {t}" for t in folder.told),
            str(path),
            "put image files there, such as PNG or JPEG"
            + (", and save HEIF as such" if HEIF_ENDINGS & set(tree.other_endings) else ""),
        )
    return folder


def refuse_unreadable(
    folders: Sequence[ImageFolder], reading: Reading, cache_dir: Path | None
) -> None:
    """Raises UnreadableFiles with those of all these folders, if there are any.

    reading: whether they are left out; then it raises nothing. cache_dir: as `read_image_folder`.
    """
    error: UnreadableFiles | None = None
    for folder in folders:
        try:
            without_unreadable(folder, reading, cache_dir)
        except UnreadableFiles as unreadable:
            error = unreadable if error is None else error.and_of(unreadable)
    if error is not None:
        raise error


def without_unreadable(
    folder: ImageFolder, reading: Reading, cache_dir: Path | None, broken: Sequence[str] = ()
) -> ImageFolder:
    """The images that can be read.

    broken: what else cannot be read, as "name (reason)". Raises UserError with the number of files
    that cannot be read, unless `reading` leaves them out.
    """
    cache = cache_dir or default_cache_dir()
    listing, failures = readable(folder.listing(), cache, no_report, reading.max_megapixels)
    failures = [*broken, *failures]
    total = len(folder.names) + len(broken)
    if failures and not reading.skip_unreadable:
        raise UnreadableFiles(failures, total, folder.path)
    if not failures:
        return folder
    line = f"left out in {folder.path}: {len(failures)} of {total} images that cannot be read: "
    names = tuple(listing.files.names[i] for i in listing.file)
    return replace(folder, names=names, told=(*folder.told, line + first_few(failures, "; ")))
