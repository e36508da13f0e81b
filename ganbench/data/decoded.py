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

from ganbench.data.cache import cached_files
from ganbench.data.images import UNREADABLE, broken_images, square_pixels
from ganbench.data.listing import Files, Listing
from ganbench.errors import UserError
from ganbench.source import reach, source_hash
from ganbench.types import JSON

Report = Callable[[str], None]

# A set that is hashed as a whole in a fraction of a second has no more than:
SMALL_BYTES = 2**26
SMALL_FILES = 2**12
SAMPLED_FILES = 64
FILES_A_JOB = 32
MOST_THREADS = 16
REPORTS = 10


def decoded(listing: Listing, size: int, cache_dir: Path, report: Report) -> np.ndarray:
    """uint8 (n, 3, size, size), read-only and memory-mapped, picture i of the listing at i.

    Cropped and resized as `images.square_pixels` does. The first call opens each file once,
    and writes to the cache as it goes; later ones only compare the `fingerprint`. Labels play no
    part, so one entry serves every use of the same pictures.

    Raises UserError that names the files which cannot be read; nothing is kept then.
    """

    def write(folder: Path) -> None:
        _decode(listing, size, folder / "images.npy", report)

    key = {**fingerprint(listing), "size": size}
    return cached_files(cache_dir, "decoded", key, write)["images"]


def fingerprint(listing: Listing) -> JSON:
    """What the pictures depend on: the files, the choice among them, and the code that decodes.

    A small set is known by its whole content. Of a large one every name, size and time of change
    counts, and the content of some files evenly spaced: who changes a file changes its time, and
    a set put in the place of another by a tool that sets times has other content throughout. A
    copy with new times is decoded again, which costs time but gives nothing wrong.
    """
    used, local = np.unique(listing.file, return_inverse=True)
    try:
        content = _files_digest(listing.files, used)
    except OSError as error:
        raise UserError(
            f"a listed file cannot be read: {error.strerror}",
            str(error.filename or listing.files.root),
            "put the file back, or list the folder again",
        ) from error
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
    for missing in np.flatnonzero(sizes_times[:, 0] < 0):
        (files.root / names[missing]).stat()  # raises what is wrong
    if len(names) > SMALL_FILES or sizes_times[:, 0].sum() > SMALL_BYTES:
        digest.update(sizes_times.tobytes())
        sample = np.linspace(0, len(names) - 1, SAMPLED_FILES).round().astype(int)
        names = [names[index] for index in np.unique(sample)]
    for name in names:
        with (files.root / name).open("rb") as data:
            digest.update(hashlib.file_digest(data, "sha256").digest())
    return digest.hexdigest()


def _name(open_file: Callable[..., object]) -> str:
    """Raises ValueError for a function that its module and name do not tell from any other."""
    if not inspect.isfunction(open_file) or "<" in open_file.__qualname__:
        raise ValueError(f"open_file must be a function at the top of its module, not {open_file}")
    return f"{open_file.__module__}.{open_file.__qualname__}"


@dataclass(frozen=True, eq=False)
class _Wanted:
    """The file `number` of the listing: its pictures `parts` go to `rows` of the result."""

    number: int
    rows: np.ndarray
    parts: np.ndarray


def _wanted(listing: Listing) -> list[_Wanted]:
    """The files that the listing's pictures are in, each once."""
    order = np.argsort(listing.file, kind="stable")
    used, starts = np.unique(listing.file[order], return_index=True)
    groups = np.split(order, starts[1:])
    return [
        _Wanted(index, rows, listing.part[rows])
        for index, rows in zip(used, groups, strict=False)  # of nothing, one empty group
    ]


def _decode(listing: Listing, size: int, target: Path, report: Report) -> None:
    """Writes the pictures to `target`, a .npy file."""
    wanted = _wanted(listing)
    report(f"decoding {len(listing)} pictures of {len(wanted)} files at {size} px")
    out = _create(target, (len(listing), 3, size, size))

    def run(job: Sequence[_Wanted]) -> list[str]:
        failures = (_decode_file(listing, file, out) for file in job)
        return [failure for failure in failures if failure]

    jobs = [wanted[i : i + FILES_A_JOB] for i in range(0, len(wanted), FILES_A_JOB)]
    broken: list[str] = []
    with _threads() as pool:
        for done, failures in enumerate(pool.map(run, jobs), start=1):
            broken += failures
            if done < len(jobs) and done * REPORTS // len(jobs) > (done - 1) * REPORTS // len(jobs):
                report(f"decoded {done * FILES_A_JOB} of {len(wanted)} files")
    if broken:
        raise broken_images(broken, len(wanted), listing.files.root)
    out.flush()


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
    pool = ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1))
    try:
        yield pool
    finally:
        pool.shutdown(cancel_futures=True)  # so that an interruption does not wait for the rest


def _decode_file(listing: Listing, wanted: _Wanted, out: np.ndarray) -> str:
    """Fills the rows of one file; the file's name and why it cannot be read, or nothing."""
    try:
        pictures = listing.pictures(wanted.number)
        for row, part in zip(wanted.rows, wanted.parts, strict=True):
            out[row] = square_pixels(pictures[part], out.shape[-1])
    except UNREADABLE as error:
        return f"{listing.files.names[wanted.number]} ({str(error) or type(error).__name__})"
    return ""
