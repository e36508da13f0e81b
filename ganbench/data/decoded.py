"""The pictures of a listing at one size, decoded once into a memory-mapped file of the cache."""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL

from ganbench.core.cache import cached_arrays, cached_files
from ganbench.core.reports import Report, counted, no_report
from ganbench.core.source_hash import reach, source_hash
from ganbench.core.spec import JSON, MAX_MEGAPIXELS
from ganbench.data.listing import UNREADABLE, Files, Listing, Pictures, UnreadableFiles
from ganbench.data.pixels import picture_limit, square_pixels

# A set that is hashed as a whole in a fraction of a second has no more than:
SMALL_BYTES = 2**26
SMALL_FILES = 2**12
SAMPLED_FILES = 64
FILES_A_JOB = 32
MAX_THREADS = 16


def decoded(
    listing: Listing,
    size: int,
    cache_dir: Path,
    report: Report,
    max_megapixels: float = MAX_MEGAPIXELS,
) -> np.ndarray:
    """uint8 (n, 3, size, size), read-only and memory-mapped, picture i of the listing at i.

    size: the side in pixels. max_megapixels: larger pictures cannot be read. report: takes lines of
    progress. Pictures are cropped and resized as by `pixels.square_pixels`. The first call opens
    each file once, and writes to the cache as it goes; later ones only compare the `fingerprint`.
    Labels play no part, so one entry serves every use of the same pictures.

    Raises UserError that names the files which cannot be read; nothing is cached then.
    """

    def write(folder: Path) -> None:
        out = _create(folder / "images.npy", (len(listing), 3, size, size))
        report(f"decoding {len(listing)} pictures at {size} px")
        _fill(listing, out, report, max_megapixels)
        out.flush()

    key = {**fingerprint(listing), "size": size}
    return cached_files(cache_dir, "decoded", key, write)["images"]


def decode(listing: Listing, size: int, max_megapixels: float = MAX_MEGAPIXELS) -> np.ndarray:
    """The same in memory, without the cache."""
    out = np.empty((len(listing), 3, size, size), np.uint8)
    _fill(listing, out, no_report, max_megapixels)
    return out


def readable(
    listing: Listing, cache_dir: Path, report: Report, max_megapixels: float = MAX_MEGAPIXELS
) -> tuple[Listing, list[str]]:
    """The pictures of files that can be read, and "name (reason)" of each other file.

    Each file is opened once for it. The cache has which failed; those are tried again each time,
    for corrected permissions change neither a file's size nor its time.
    """

    def make() -> dict[str, np.ndarray]:
        report(f"checking whether {len(listing)} pictures can be read")
        failed = _each_file(listing, _touch, report, max_megapixels)
        return {"files": np.array(list(failed), dtype=np.int64)}

    key = {**fingerprint(listing), "max_megapixels": max_megapixels}
    files = cached_arrays(cache_dir, "readable", key, make)["files"]
    suspects = listing.take(np.isin(listing.file, files))
    failed = _each_file(suspects, _touch, report, max_megapixels)
    return listing.take(~np.isin(listing.file, list(failed))), list(failed.values())


def fingerprint(listing: Listing) -> JSON:
    """What the pictures depend on: the files, the choice among them, and the code that decodes.

    A small set is known by its whole content. Of a large one every name, size and time of change
    counts, and the content of some files evenly spaced: a change of a file changes its time, and
    another set with the same times has other content throughout. A copy with new times is decoded
    again, which costs time and is never wrong.
    """
    used, local = np.unique(listing.file, return_inverse=True)
    content = _files_digest(listing.files, used)
    choice = hashlib.sha256(np.stack([local, listing.part]).astype("<i8").tobytes())
    return {
        "files": content,
        "choice": choice.hexdigest(),
        "open": _name(listing.open_file),
        "code": source_hash(reach([Path(__file__), Path(inspect.getfile(listing.open_file))])),
        "pillow": PIL.__version__,
    }


def _files_digest(files: Files, used: np.ndarray) -> str:
    names = [files.names[index] for index in used]
    digest = hashlib.sha256(hashlib.sha256(os.fsencode("\0".join(names))).digest())
    sizes_times = files.sizes_times[used]
    if len(names) > SMALL_FILES or sizes_times[:, 0].sum() > SMALL_BYTES:
        digest.update(sizes_times.tobytes())
        sample = np.linspace(0, len(names) - 1, SAMPLED_FILES).round().astype(int)
        names = [names[index] for index in np.unique(sample)]
    for name in names:
        digest.update(file_digest(files.root / name))
    return digest.hexdigest()


def file_digest(path: Path) -> bytes:
    """SHA-256 of a file; of the reason where it cannot be read, which who decodes it tells."""
    try:
        with path.open("rb") as data:
            return hashlib.file_digest(data, "sha256").digest()
    except OSError as error:
        return hashlib.sha256(str(error.strerror).encode()).digest()


def _name(open_file: Callable[..., object]) -> str:
    """Its name in its file, wherever that is: the code's hash identifies the file.

    Raises ValueError for a function that this name does not identify.
    """
    if not inspect.isfunction(open_file) or "<" in open_file.__qualname__:
        raise ValueError(f"open_file must be a function at the top of its module, not {open_file}")
    return open_file.__qualname__


@dataclass(frozen=True, eq=False)
class _FilePictures:
    """The file `number` of the listing: its pictures `parts` go to `rows` of the result."""

    number: int
    rows: np.ndarray
    parts: np.ndarray


def _file_pictures(listing: Listing) -> list[_FilePictures]:
    """The files that the listing's pictures are in, each once."""
    order = np.argsort(listing.file, kind="stable")
    used, starts = np.unique(listing.file[order], return_index=True)
    groups = np.split(order, starts[1:])
    return [
        _FilePictures(index, rows, listing.part[rows])
        for index, rows in zip(used, groups, strict=False)  # of nothing, one empty group
    ]


def _fill(listing: Listing, out: np.ndarray, report: Report, max_megapixels: float) -> None:
    """Picture i to out[i]. Raises UserError that names all files which cannot be read."""

    def put(file: _FilePictures, pictures: Pictures) -> None:
        for row, part in zip(file.rows, file.parts, strict=True):
            out[row] = square_pixels(pictures[part], out.shape[-1])

    failed = _each_file(listing, put, report, max_megapixels)
    if failed:
        files = len(np.unique(listing.file))
        raise UnreadableFiles(list(failed.values()), files, listing.files.root)


def _touch(file: _FilePictures, pictures: Pictures) -> None:
    for part in file.parts:
        pictures[part]


def _each_file(
    listing: Listing,
    act: Callable[[_FilePictures, Pictures], None],
    report: Report,
    max_megapixels: float,
) -> dict[int, str]:
    """`act` on the pictures of each file, in threads; "name (reason)" of those that failed."""
    files = _file_pictures(listing)

    def run(job: Sequence[_FilePictures]) -> dict[int, str]:
        reasons = {file.number: _reason(listing, file, act) for file in job}
        return {number: reason for number, reason in reasons.items() if reason}

    jobs = [files[i : i + FILES_A_JOB] for i in range(0, len(files), FILES_A_JOB)]
    failed: dict[int, str] = {}
    with picture_limit(max_megapixels), _threads() as pool:
        results = pool.map(run, jobs)
        for failures in counted(results, len(files), "files read", report, FILES_A_JOB):
            failed |= failures
    return failed


def _reason(
    listing: Listing, file: _FilePictures, act: Callable[[_FilePictures, Pictures], None]
) -> str:
    """The file's name and why it cannot be read, or nothing."""
    try:
        act(file, listing.pictures(file.number))
    except UNREADABLE as error:
        why = error.strerror if isinstance(error, OSError) else str(error)
        return f"{listing.files.names[file.number]} ({why or type(error).__name__})"
    return ""


def _create(target: Path, shape: tuple[int, ...]) -> np.memmap:
    out = np.lib.format.open_memmap(target, mode="w+", dtype=np.uint8, shape=shape)
    if hasattr(os, "posix_fallocate"):
        # A full disk is an error here; met later, through the map, it kills the process.
        with target.open("rb+") as file:
            os.posix_fallocate(file.fileno(), 0, target.stat().st_size)
    return out


@contextmanager
def _threads() -> Iterator[ThreadPoolExecutor]:
    """Threads suffice: Pillow decodes and resizes outside of Python's lock."""
    pool = ThreadPoolExecutor(min(MAX_THREADS, os.cpu_count() or 1))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)  # so that an interruption does not wait for the rest
