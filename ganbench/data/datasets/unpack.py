"""Archives unpacked so that nothing lands outside of the target, and none of it without limit."""

from __future__ import annotations

import gzip
import os
import shutil
import stat
import tarfile
import tempfile
import zipfile
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import IO

from ganbench.core.errors import UserError
from ganbench.core.reports import Report, counted, no_report

BROKEN = (
    *(tarfile.TarError, zipfile.BadZipFile, gzip.BadGzipFile, zlib.error),
    *(EOFError, ValueError, NotImplementedError),
)
CHUNK = 1 << 20
FILES = "files unpacked"
TAR_END = bytes(tarfile.BLOCKSIZE)


@dataclass(frozen=True)
class Bounds:
    """The most that an archive may unpack to."""

    members: int = 500_000
    size_bytes: int = 50_000_000_000

    def check(self, archive: Path, members: int, size_bytes: int) -> None:
        if members > self.members:
            raise _refusal(archive, f"it holds more than {self.members:,} files")
        if size_bytes > self.size_bytes:
            raise _refusal(archive, f"it unpacks to more than {self.size_bytes:,} bytes")


USUAL_BOUNDS = Bounds()


@contextmanager
def new_folder(target: Path, inner: str = "") -> Iterator[Path]:
    """A folder to fill, which becomes `target` when all went well and vanishes otherwise.

    inner: only this folder in it becomes `target`.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix=f".{target.name}.partial-", dir=target.parent))
    content = partial / "content"  # made by mkdir, so that it has the user's usual permissions
    try:
        content.mkdir()
        yield content
        if not (content / inner).is_dir():
            raise UserError(
                f"there is no folder {inner} in what was unpacked",
                str(target),
                "give the archive that `ganbench data list` names for this data set",
            )
        os.replace(content / inner, target)
    finally:
        shutil.rmtree(partial, ignore_errors=True)


def extract(archive: Path, folder: Path, bounds: Bounds, report: Report = no_report) -> None:
    """Unpacks into `folder`, by the file's ending; a plain file is copied. report: takes lines of
    progress.

    Raises UserError for an archive that is broken or cut off, that reaches outside of `folder`,
    or that goes beyond `bounds`. Part of it may lie in `folder` then; see `new_folder`.
    """
    kinds = [ending for ending in UNPACKERS if archive.name.lower().endswith(ending)]
    if not kinds:
        raise UserError(
            f"no way to unpack '{archive.name}'", str(archive), f"known: {', '.join(UNPACKERS)}"
        )
    try:
        UNPACKERS[kinds[0]](archive, folder, bounds, report)
    except tarfile.FilterError as error:
        raise _refusal(archive, str(error)) from error
    except BROKEN as error:
        raise _cut_off(archive, str(error)) from error
    except OSError as error:
        raise UserError(
            f"'{archive.name}' cannot be unpacked: {error.strerror or error}",
            str(folder),
            "look for room on the disk and for the rights to read and write",
        ) from error


def _extract_tar(archive: Path, folder: Path, bounds: Bounds, report: Report) -> None:
    if not hasattr(tarfile, "data_filter"):
        raise UserError("this Python cannot unpack safely", fix="use Python 3.11.4 or newer")
    total = 0
    with tarfile.open(archive) as tar:
        assert tar.fileobj is not None
        for count, member in enumerate(counted(tar, None, FILES, report), start=1):
            total += member.size
            bounds.check(archive, count, total)
            _check_name(archive, folder, member.name)
            if member.islnk():
                _check_name(archive, folder, member.linkname)
            tar.extract(member, folder, filter="data")
        while chunk := tar.fileobj.read(CHUNK):  # to the stream's own checksum, behind the files
            total += len(chunk)
            bounds.check(archive, 0, total)
        if archive.suffix.lower() == ".tar":
            _check_tar_end(archive, tar.offset)


def _check_tar_end(archive: Path, end: int) -> None:
    """tarfile stops without an error at a damaged header, or where the file was cut between two."""
    with archive.open("rb") as file:
        file.seek(end)
        if file.read(len(TAR_END)) != TAR_END:
            raise _cut_off(archive, f"there is neither a file nor its end at byte {end:,}")


def _extract_zip(archive: Path, folder: Path, bounds: Bounds, report: Report) -> None:
    with zipfile.ZipFile(archive) as zipped:
        members = zipped.infolist()
        bounds.check(archive, len(members), sum(member.file_size for member in members))
        for member in counted(members, len(members), FILES, report):
            _check_name(archive, folder, member.filename)
            kind = stat.S_IFMT(member.external_attr >> 16)
            if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
                raise _refusal(archive, f"'{member.filename}' is a link or a device")
            if member.flag_bits & 1:
                raise _refusal(archive, "it is encrypted", "unpack it by hand, with its password")
            zipped.extract(member, folder)


def _extract_gz(archive: Path, folder: Path, bounds: Bounds, report: Report) -> None:
    with gzip.open(archive) as source:
        _copy_bounded(source, archive, folder / archive.name[: -len(".gz")], bounds)


def _copy_plain(archive: Path, folder: Path, bounds: Bounds, report: Report) -> None:
    with archive.open("rb") as source:
        _copy_bounded(source, archive, folder / archive.name, bounds)


def _copy_bounded(
    source: gzip.GzipFile | IO[bytes], archive: Path, target: Path, bounds: Bounds
) -> None:
    total = 0
    with target.open("wb") as copy:
        while chunk := source.read(CHUNK):
            total += len(chunk)
            bounds.check(archive, 1, total)
            copy.write(chunk)


def _check_name(archive: Path, folder: Path, name: str) -> None:
    """Refuses a path that leaves `folder`, by itself or through a link unpacked before it."""
    path = PureWindowsPath(name)  # splits at both slashes, and knows drives
    if path.anchor or ".." in path.parts:
        raise _refusal(archive, f"'{name}' would land outside of the target folder")
    inside = PurePosixPath(*path.parts)
    steps = (inside, *inside.parents)
    if any((folder / step).is_symlink() for step in steps if step.parts):
        raise _refusal(archive, f"'{name}' goes through a link")


def _refusal(archive: Path, reason: str, fix: str = "") -> UserError:
    return UserError(
        f"'{archive.name}' is not unpacked: {reason}",
        str(archive),
        fix or "do not trust this file; get it from the owner's page",
    )


def _cut_off(archive: Path, reason: str) -> UserError:
    return UserError(
        f"'{archive.name}' is broken or cut off: {reason}",
        str(archive),
        "remove it and get it again",
    )


UNPACKERS: Mapping[str, Callable[[Path, Path, Bounds, Report], None]] = {
    ".tar.gz": _extract_tar,
    ".tgz": _extract_tar,
    ".tar": _extract_tar,
    ".zip": _extract_zip,
    ".gz": _extract_gz,
    ".txt": _copy_plain,
}
