"""Sample translations in a cell's folder: those of the last weights, and some over its training."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path

import numpy as np

from ganbench.core.errors import UserError
from ganbench.core.files import write_atomically

ARRAYS = "arrays.npz"
SAMPLES = "samples"  # what the names of such arrays begin with, after a direction
OVER_TRAINING = "samples"  # a folder in the cell's
MAX_KEPT = 6  # of a snapshot
FAKES = re.compile(rf"(AB|BA)/{SAMPLES}/fake")
INPUTS = re.compile(rf"(AB|BA)/{SAMPLES}/input")
DAMAGED = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)

Arrays = Mapping[str, np.ndarray]


def keep_samples(folder: Path, step: int, arrays: Arrays) -> None:
    """Put the translations of the first inputs after `step` into the cell's folder; the inputs
    themselves, which are always the same, into the first file. Of points all arrays, which figures
    are drawn of.

    arrays: `AB/samples/input`, uint8 (n, C, H, W) of images or float (n, D) of points, and so on.
    """
    is_first = not steps_with_samples(folder).keys() - {step}
    kept = {
        name: each[:MAX_KEPT]
        for name, each in arrays.items()
        if FAKES.fullmatch(name) or (is_first and INPUTS.fullmatch(name))
    }
    if all(each.ndim == 2 for each in kept.values()):
        kept |= {name: each for name, each in arrays.items() if name not in kept}
    buffer = BytesIO()
    np.savez_compressed(buffer, allow_pickle=False, **kept)
    (folder / OVER_TRAINING).mkdir(exist_ok=True)
    write_atomically(folder / OVER_TRAINING / f"{step}.npz", buffer.getvalue())


def steps_with_samples(folder: Path) -> dict[int, Path]:
    """The files of a cell's snapshots by step, in their order."""
    files = (folder / OVER_TRAINING).glob("*.npz")
    found = {int(file.stem): file for file in files if file.stem.isdecimal()}
    return dict(sorted(found.items()))


def read_samples(path: Path) -> dict[str, np.ndarray]:
    """The sample arrays of a file, by names such as `AB/samples/fake`; none where there is no file.

    Raises UserError for a damaged one.
    """
    return read_arrays(path, lambda name: name.split("/")[1:2] == [SAMPLES])


def read_arrays(path: Path, wanted: Callable[[str], bool]) -> dict[str, np.ndarray]:
    """The arrays of a file whose names are wanted. Raises UserError for a damaged one."""
    try:
        with path.open("rb") as raw, np.load(raw, allow_pickle=False) as file:
            return {name: file[name] for name in file.files if wanted(name)}
    except FileNotFoundError:
        return {}
    except DAMAGED as error:
        raise UserError(
            f"the arrays cannot be read: {error}", str(path), "score the cell again"
        ) from error
