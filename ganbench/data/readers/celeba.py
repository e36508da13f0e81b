"""CelebA (Liu et al., 2015): aligned faces of celebrities with 40 attributes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganbench.data.cache import Arrays, cached_arrays
from ganbench.data.listing import Listing, one_each
from ganbench.data.readers.layout import examples, file_names, locate
from ganbench.errors import UserError
from ganbench.source import reach, source_hash

if TYPE_CHECKING:
    import pandas as pd

ATTRIBUTES = "list_attr_celeba.txt"
PARTITION = "list_eval_partition.txt"
IDENTITIES = "identity_CelebA.txt"
IMAGES = "img_align_celeba"
SPLITS = np.array(["train", "validation", "test"])
AGAIN = "put a whole copy of this file in its place"


def list_celeba(root: Path) -> Listing:
    """The images that `list_attr_celeba.txt` names, each with every attribute as a bool.

    root: the folder with `list_attr_celeba.txt` and `img_align_celeba`. Where it has
        `list_eval_partition.txt` too, the truth has `official`; where it has
        `identity_CelebA.txt`, the identity is the person. Without it, it is the image's number,
        and two images of one person can come apart.
    """
    root = _locate(root)
    return _listing(root, _read_labels(root))


def known_celeba(root: Path, cache_dir: Path) -> Listing:
    """The same, with the labels from the cache where their files were read before."""
    root = _locate(root)
    key = {
        "labels": {name: _content(root / name) for name in (ATTRIBUTES, PARTITION, IDENTITIES)},
        "code": source_hash(reach([Path(__file__)])),
    }
    return _listing(root, cached_arrays(cache_dir, "celeba", key, lambda: _read_labels(root)))


def _locate(root: Path) -> Path:
    fix = f"give the folder that has {ATTRIBUTES} and the unpacked images in {IMAGES}"
    return locate(root, ("",), (ATTRIBUTES, IMAGES), fix)


def _content(path: Path) -> str:
    """SHA-256 of a file; nothing where it cannot be read, which its reader tells."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _listing(root: Path, labels: Mapping[str, np.ndarray]) -> Listing:
    names = _texts(labels["names"])
    _require_images(root / IMAGES, names)
    truth = dict(zip(_texts(labels["columns"]), labels["values"], strict=True))
    truth["identity"] = labels["identity"]
    if "official" in labels:
        truth["official"] = SPLITS[labels["official"]]
    return one_each(root, [f"{IMAGES}/{name}" for name in names], truth)


def _read_labels(root: Path) -> Arrays:
    """names and columns: lines of text; values: bool (columns, n), which column each image has;
    identity and, where there is a partition, official: int64 (n,).
    """
    labels = _attributes(root / ATTRIBUTES)
    names = labels.index.to_list()
    found = {
        "names": _lines(names),
        "columns": _lines(map(str, labels.columns)),
        "values": np.ascontiguousarray(labels.to_numpy().T == 1),
        "identity": _identity(root / IDENTITIES, names),
    }
    if (root / PARTITION).is_file():
        found["official"] = _column(root / PARTITION, names, range(len(SPLITS)))
    return found


def _lines(texts: Iterable[str]) -> np.ndarray:
    """uint8: 200,000 names as one text, for an array of texts takes longer to read."""
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _texts(lines: np.ndarray) -> list[str]:
    return lines.tobytes().decode().split("\n")


def _attributes(path: Path) -> pd.DataFrame:
    """-1 or 1, a row an image, sorted by the images' names."""
    count, names, first = _head(path)
    if len(count) != 1 or not count[0].isdecimal() or len(first) != len(names) + 1:
        raise UserError(
            "the file does not start with a count, the attributes' names and a row of values",
            str(path),
            AGAIN,
        )
    table = _table(path, names, skip=2)
    if len(table) != int(count[0]):
        raise UserError(f"{len(table)} rows of {count[0]}: it is cut off", str(path), AGAIN)
    wrong = table.columns[~table.isin((-1, 1)).all()]
    if len(wrong):
        raise UserError(f"a value of '{wrong[0]}' is neither 1 nor -1", str(path), AGAIN)
    return table


def _head(path: Path) -> list[list[str]]:
    """The words of the first three lines."""
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return [lines.readline().split() for _ in range(3)]
    except OSError as error:
        raise UserError(f"the file cannot be read: {error}", str(path), AGAIN) from error


def _table(path: Path, columns: Sequence[str], skip: int) -> pd.DataFrame:
    """Whole numbers, indexed and sorted by the file name in the first column."""
    import pandas as pd

    try:
        table = pd.read_csv(
            path,
            sep=r"\s+",
            header=None,
            names=["file", *columns],
            skiprows=skip,
            dtype={"file": str, **dict.fromkeys(columns, np.int32)},
        )
    except (OSError, ValueError) as error:
        raise UserError(f"the file is not a whole table: {error}", str(path), AGAIN) from error
    table = table.set_index("file").sort_index()
    twice = table.index[table.index.duplicated()]
    if len(twice):
        raise UserError(f"'{twice[0]}' has two rows", str(path), AGAIN)
    return table


def _column(path: Path, names: list[str], known: range | None = None) -> np.ndarray:
    """The number that a file of two columns has for each image."""
    values = _table(path, ["value"], skip=0)["value"].reindex(names)
    lacking = values.index[values.isna()]
    if len(lacking):
        raise UserError(
            f"no row for {len(lacking)} of {len(names)} images: {examples(lacking)}",
            str(path),
            AGAIN,
        )
    column = values.to_numpy().astype(np.int64)
    if known is not None and not np.isin(column, known).all():
        raise UserError(f"a value is not one of {', '.join(map(str, known))}", str(path), AGAIN)
    return column


def _identity(path: Path, names: list[str]) -> np.ndarray:
    """The person of each image, or the image's number where there is no such file."""
    if path.is_file():
        return _column(path, names)
    try:
        return np.array([int(name.partition(".")[0]) for name in names])
    except ValueError as error:
        raise UserError(
            f"an image is not named by its number: {error}", str(path.parent / ATTRIBUTES), AGAIN
        ) from error


def _require_images(folder: Path, names: list[str]) -> None:
    lacking = sorted(set(names).difference(file_names(folder)))
    if lacking:
        raise UserError(
            f"{len(lacking)} of {len(names)} images are missing: {examples(lacking)}",
            str(folder),
            f"unpack the images again; {ATTRIBUTES} names every one",
        )
