"""Fashion-MNIST (Xiao et al., 2017): photographs of clothes, 28x28 grey, in IDX files."""

from __future__ import annotations

import gzip
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganbench.core.errors import UserError
from ganbench.data.listing import Files, Listing, Pictures
from ganbench.data.readers.layout import Frames, locate

if TYPE_CHECKING:
    from torch import Tensor

OFFICIAL = {"train": "train", "t10k": "test"}
IMAGES = "images-idx3-ubyte"
LABELS = "labels-idx1-ubyte"
PLACES = ("", "fashion-mnist", "FashionMNIST/raw")
AGAIN = "put a whole copy of this file in its place"


def list_fashion_mnist(root: Path) -> Listing:
    """All photographs, white on black as they are; `label` is 0 to 9 (8 bag, 7 sneaker).

    root: the folder of the four IDX files, plain or .gz, or one that has them in `fashion-mnist`
        (Debian's package dataset-fashion-mnist) or in `FashionMNIST/raw` (torchvision).

    The identity of a photograph is its place among all, those of the test set last.
    """
    entries = tuple(f"{prefix}-{kind}*" for prefix in OFFICIAL for kind in (IMAGES, LABELS))
    folder = locate(root, PLACES, entries, "give the folder of the four IDX files, plain or .gz")
    files = tuple(_file(folder, f"{prefix}-{IMAGES}") for prefix in OFFICIAL)
    labels = [_labels(_file(folder, f"{prefix}-{LABELS}")) for prefix in OFFICIAL]
    for images, values in zip(files, labels, strict=True):
        _require_count(images, len(values))
    counts = [len(values) for values in labels]
    truth = {
        "identity": np.arange(sum(counts)),
        "label": np.concatenate(labels),
        "official": np.repeat(list(OFFICIAL.values()), counts),
    }
    file = np.repeat(np.arange(len(files)), counts)
    part = np.concatenate([np.arange(count) for count in counts])
    names = tuple(path.name for path in files)
    return Listing(Files(folder, names), file, part, open_idx_images, truth)


def open_idx_images(path: Path) -> Pictures:
    """Every picture of an IDX file, plain or .gz."""
    from torchvision.datasets.mnist import read_image_file

    return Frames(_read_idx(read_image_file, path))


def _labels(path: Path) -> np.ndarray:
    from torchvision.datasets.mnist import read_label_file

    try:
        return _read_idx(read_label_file, path)
    except (OSError, ValueError) as error:
        raise UserError(f"the labels cannot be read: {error}", str(path), AGAIN) from error


def _read_idx(read: Callable[[str], Tensor], path: Path) -> np.ndarray:
    """What torchvision, which knows plain files only, reads. OSError or ValueError for damage."""
    with tempfile.TemporaryDirectory() as scratch:
        plain = Path(scratch, "idx") if path.suffix == ".gz" else path
        try:
            if plain != path:
                with gzip.open(path) as packed, plain.open("wb") as unpacked:
                    shutil.copyfileobj(packed, unpacked)
            return read(str(plain)).numpy()
        except OSError:
            raise
        except Exception as error:  # of many types: torchvision checks by assertion
            raise ValueError(f"not a whole IDX file {error}".strip()) from error


def _file(folder: Path, name: str) -> Path:
    plain = folder / name
    return plain if plain.is_file() else folder / f"{name}.gz"


def _require_count(path: Path, labels: int) -> None:
    """Raises UserError unless the header promises a picture for each label."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as data:
            count = int.from_bytes(data.read(8)[4:], "big")
    except (OSError, EOFError) as error:
        raise UserError(f"the pictures cannot be read: {error}", str(path), AGAIN) from error
    if count != labels:
        raise UserError(f"{count} pictures for {labels} labels", str(path), AGAIN)
