"""Cached arrays: memory-mapped files in a folder named by what they were made from."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import platformdirs
from filelock import FileLock

from ganbench.core.errors import UserError
from ganbench.core.spec import JSON, content_hash

Arrays = dict[str, np.ndarray]
KEY_FILE = "key.json"
SEAL = "sha256"


def default_cache_dir() -> Path:
    """The user's cache folder for ganbench; GANBENCH_CACHE in the environment overrides it."""
    return Path(os.environ.get("GANBENCH_CACHE") or platformdirs.user_cache_dir("ganbench"))


def cached_arrays(
    cache_dir: Path, name: str, key: JSON, make: Callable[[], Mapping[str, np.ndarray]]
) -> Arrays:
    """The arrays that `make` gives for `key`, by name, read-only and memory-mapped.

    name: the beginning of the entry's folder. key: all that the arrays depend on. They are made
    when they are not in the cache, or when what is there is not whole. Two processes never make the
    same entry at once, and an entry appears whole or not at all. Raises UserError where the cache
    folder cannot be used.
    """

    def write(folder: Path) -> None:
        for array, values in make().items():
            np.save(folder / f"{array}.npy", values, allow_pickle=False)

    return cached_files(cache_dir, name, key, write)


def checked_arrays(
    cache_dir: Path, name: str, key: JSON, make: Callable[[], Mapping[str, np.ndarray]]
) -> Arrays:
    """As `cached_arrays`, in memory, and each byte compared with what was written.

    An entry that was changed since is made again, for numbers would come out wrong unnoticed.
    """

    def sealed() -> dict[str, np.ndarray]:
        arrays = {part: np.ascontiguousarray(values) for part, values in make().items()}
        return {**arrays, SEAL: _seal(arrays)}

    for _ in range(2):
        cached = cached_arrays(cache_dir, name, key, sealed)
        arrays = {part: np.array(values) for part, values in cached.items() if part != SEAL}
        if SEAL in cached and np.array_equal(cached[SEAL], _seal(arrays)):
            return arrays
        shutil.rmtree(entry_folder(cache_dir, name, key), ignore_errors=True)
    raise UserError(
        "the cache returns other bytes than were written",
        str(cache_dir),
        "check the disk, or give another folder, --cache-dir DIR",
    )


def _seal(arrays: Mapping[str, np.ndarray]) -> np.ndarray:
    """SHA-256 over names, types, shapes and bytes, as 32 numbers."""
    digest = hashlib.sha256()
    for part, values in sorted(arrays.items()):
        digest.update(f"{part} {values.dtype} {values.shape}".encode())
        digest.update(np.ascontiguousarray(values).data)
    return np.frombuffer(digest.digest(), np.uint8)


def entry_folder(cache_dir: Path, name: str, key: JSON) -> Path:
    """The folder of the files made for `key`."""
    return cache_dir / f"{name}-{content_hash(key)[:16]}"


def cached_files(cache_dir: Path, name: str, key: JSON, write: Callable[[Path], None]) -> Arrays:
    """As `cached_arrays`, for arrays that do not fit into memory.

    write: takes an empty folder and writes a file NAME.npy into it for each array.
    """
    entry = entry_folder(cache_dir, name, key)
    try:
        cache_dir.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{entry}.lock")
        with lock:
            cached = _read(entry, key)
            if cached is None:
                _write(entry, key, write)
                cached = _read(entry, key)
    except OSError as error:
        raise UserError(
            f"the cache cannot be used: {error.strerror or error}",
            str(cache_dir),
            "give a writable folder with room, --cache-dir DIR",
        ) from error
    assert cached is not None
    return cached


def _read(entry: Path, key: JSON) -> Arrays | None:
    """The entry's arrays; None where it is missing, cut off or made from something else."""
    try:
        record = json.loads((entry / KEY_FILE).read_text(encoding="utf-8"))
        if record["key"] != json.loads(json.dumps(key)):
            return None
        arrays = {name: np.load(entry / f"{name}.npy", mmap_mode="r") for name in record["arrays"]}
    except (OSError, ValueError, KeyError, TypeError, EOFError):
        return None
    whole = all(list(values.shape) == record["arrays"][name] for name, values in arrays.items())
    return arrays if whole else None


def _write(entry: Path, key: JSON, write: Callable[[Path], None]) -> None:
    partial = Path(tempfile.mkdtemp(prefix=f"{entry.name}.partial-", dir=entry.parent))
    try:
        write(partial)
        files = sorted(partial.glob("*.npy"))
        shapes = {file.stem: list(np.load(file, mmap_mode="r").shape) for file in files}
        record = {"key": key, "arrays": shapes}
        (partial / KEY_FILE).write_text(json.dumps(record), encoding="utf-8")
        shutil.rmtree(entry, ignore_errors=True)
        os.replace(partial, entry)
    finally:
        shutil.rmtree(partial, ignore_errors=True)
