"""CelebA (Liu et al., 2015): aligned faces of celebrities with 40 attributes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganbench.core.cache import Arrays, cached_arrays
from ganbench.core.errors import UserError, first_few
from ganbench.core.source_hash import reach, source_hash
from ganbench.data.listing import Listing, one_each
from ganbench.data.readers.layout import file_names, folders, locate

if TYPE_CHECKING:
    import pandas as pd

ATTRIBUTES = "list_attr_celeba"
PARTITION = "list_eval_partition"
IDENTITIES = "identity_CelebA"
IMAGES = "img_align_celeba"
ENDINGS = (".txt", ".csv")  # the authors' tables, and those of mirrors
SPLITS = np.array(["train", "validation", "test"])
AGAIN = "put a whole copy of this file in its place"


@dataclass(frozen=True)
class _Layout:
    """Where the parts of the set lie. root: the folder that holds them all."""

    root: Path
    attributes: Path
    images: Path
    partition: Path | None
    identities: Path | None


def list_celeba(root: Path) -> Listing:
    """The images that `list_attr_celeba` names, each with every attribute as a bool.

    root: the folder with `list_attr_celeba.txt` and `img_align_celeba`; or the authors' own tree,
        with `Anno`, `Eval` and `Img`; or one of mirrors, with CSV files and the images a folder
        deeper, or as PNG; or a folder around any of these. Where both are there, .txt goes before
        .csv, and JPEG before PNG. Where it has `list_eval_partition` too, the truth has
        `official`; where it has `identity_CelebA`, the identity is the person. Without it, it is
        the image's number, and two images of one person can be in two splits.
    """
    layout = _find(root)
    return _listing(layout, _read_labels(layout))


def known_celeba(root: Path, cache_dir: Path) -> Listing:
    """The same, with the labels from the cache where their files were read before."""
    layout = _find(root)
    files = (layout.attributes, layout.partition, layout.identities)
    key = {
        "labels": [[file.name, _content(file)] for file in files if file is not None],
        "code": source_hash(reach([Path(__file__)])),
    }
    return _listing(layout, cached_arrays(cache_dir, "celeba", key, lambda: _read_labels(layout)))


def _find(root: Path) -> _Layout:
    images = tuple(f"{place}{IMAGES}{kind}" for kind in ("", "_png") for place in ("", "Img/"))
    fix = f"give the folder that has {ATTRIBUTES}.txt and the unpacked images in {IMAGES}"
    root = locate(root, ("",), (_tables(ATTRIBUTES, "Anno/"), images), fix)
    partition = _there(root, _tables(PARTITION, "Eval/"))
    identities = _there(root, _tables(IDENTITIES, "Anno/"))
    return _Layout(
        root,
        _there(root, _tables(ATTRIBUTES, "Anno/"))[0],
        _there(root, images)[0],
        partition[0] if partition else None,
        identities[0] if identities else None,
    )


def _tables(name: str, place: str) -> tuple[str, ...]:
    """Where a table may be: with the images, or as in the authors' tree."""
    return tuple(f"{folder}{name}{ending}" for ending in ENDINGS for folder in ("", place))


def _there(root: Path, names: Iterable[str]) -> list[Path]:
    return [root / name for name in names if (root / name).exists()]


def _content(path: Path) -> str:
    """SHA-256 of a file; nothing where it cannot be read, which its reader tells."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def _listing(layout: _Layout, labels: Mapping[str, np.ndarray]) -> Listing:
    folder, names = _images(layout, _texts(labels["names"]))
    truth = dict(zip(_texts(labels["columns"]), labels["values"], strict=True))
    truth["identity"] = labels["identity"]
    if "official" in labels:
        truth["official"] = SPLITS[labels["official"]]
    below = folder.relative_to(layout.root).as_posix()
    return one_each(layout.root, [f"{below}/{name}" for name in names], truth)


def _read_labels(layout: _Layout) -> Arrays:
    """names and columns: lines of text; values: bool (columns, n), which column each image has;
    identity and, where there is a partition, official: int64 (n,).
    """
    labels = _attributes(layout.attributes)
    names = labels.index.to_list()
    arrays = {
        "names": _lines(names),
        "columns": _lines(map(str, labels.columns)),
        "values": np.ascontiguousarray(labels.to_numpy().T == 1),
        "identity": _identity(layout, names),
    }
    if layout.partition is not None:
        arrays["official"] = _column(layout.partition, names, range(len(SPLITS)))
    return arrays


def _lines(texts: Iterable[str]) -> np.ndarray:
    """uint8: 200,000 names as one text, for an array of texts takes longer to read."""
    return np.frombuffer("\n".join(texts).encode(), np.uint8)


def _texts(lines: np.ndarray) -> list[str]:
    return lines.tobytes().decode().split("\n")


def _attributes(path: Path) -> pd.DataFrame:
    """-1 or 1, a row an image, sorted by the images' names."""
    count, names, first = _head(path)
    is_head = names and not any(name.lstrip("-").isdecimal() for name in names)
    if len(first) != len(names) + 1 or not is_head or not count.isdecimal():
        start = "a head" if _is_csv(path) else "a count, the attributes' names"
        raise UserError(
            f"the file does not start with {start} and a row of values", str(path), AGAIN
        )
    table = _table(path, names, skip=1 if _is_csv(path) else 2)
    if not _is_csv(path) and len(table) != int(count):
        raise UserError(f"{len(table)} rows of {count}: it is cut off", str(path), AGAIN)
    wrong = table.columns[~table.isin((-1, 1)).all()]
    if len(wrong):
        raise UserError(f"a value of '{wrong[0]}' is neither 1 nor -1", str(path), AGAIN)
    return table


def _is_csv(path: Path) -> bool:
    """With commas, and a head of `image_id` and the columns' names."""
    return path.suffix == ".csv"


def _head(path: Path) -> tuple[str, list[str], list[str]]:
    """The count, "0" where a file has none; the columns' names; the words of the first row."""
    try:
        with path.open(encoding="utf-8-sig", errors="replace") as lines:
            if _is_csv(path):
                head, first = (lines.readline().strip().split(",") for _ in range(2))
                return "0", head[1:], first
            count, names, first = (lines.readline().split() for _ in range(3))
            return " ".join(count), names, first
    except OSError as error:
        raise UserError(f"the file cannot be read: {error}", str(path), AGAIN) from error


def _table(path: Path, columns: Sequence[str], skip: int) -> pd.DataFrame:
    """Whole numbers, indexed and sorted by the file name in the first column."""
    import pandas as pd

    try:
        table = pd.read_csv(
            path,
            sep="," if _is_csv(path) else r"\s+",
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
    values = _table(path, ["value"], skip=int(_is_csv(path)))["value"].reindex(names)
    lacking = values.index[values.isna()]
    if len(lacking):
        raise UserError(
            f"no row for {len(lacking)} of {len(names)} images: {first_few(lacking)}",
            str(path),
            AGAIN,
        )
    column = values.to_numpy().astype(np.int64)
    if known is not None and not np.isin(column, known).all():
        raise UserError(f"a value is not one of {', '.join(map(str, known))}", str(path), AGAIN)
    return column


def _identity(layout: _Layout, names: list[str]) -> np.ndarray:
    """The person of each image, or the image's number where there is no such file."""
    if layout.identities is not None:
        return _column(layout.identities, names)
    try:
        return np.array([int(name.partition(".")[0]) for name in names])
    except ValueError as error:
        raise UserError(
            f"an image is not named by its number: {error}", str(layout.attributes), AGAIN
        ) from error


def _images(layout: _Layout, names: list[str]) -> tuple[Path, list[str]]:
    """The folder that has the images, and their names there.

    Raises UserError where one is missing, or has no row in a table without their count.
    """
    folder = layout.images
    there = set(file_names(folder))
    spelt = _spelling(names, there)
    if spelt is None and len(inner := folders(folder)) == 1:
        folder = inner[0]
        there = set(file_names(folder))
        spelt = _spelling(names, there)
    known = spelt or names
    lacking = sorted(set(known).difference(there))
    if lacking:
        raise UserError(
            f"{len(lacking)} of {len(names)} images are missing: {first_few(lacking)}",
            str(folder),
            f"unpack the images again; {layout.attributes.name} names every one",
        )
    if _is_csv(layout.attributes) and len(there) > len(known):
        _require_rows(layout.attributes, there.difference(known))
    return folder, known


def _spelling(names: list[str], there: set[str]) -> list[str] | None:
    """As the tables have them, or as PNG, which the tables are not written for."""
    if not there.isdisjoint(names):
        return names
    png = [f"{name.rpartition('.')[0]}.png" for name in names]
    return None if there.isdisjoint(png) else png


def _require_rows(path: Path, further: Iterable[str]) -> None:
    lacking = sorted(name for name in further if name.endswith((".jpg", ".png")))
    if lacking:
        raise UserError(
            f"no row for {len(lacking)} images: {first_few(lacking)}",
            str(path),
            f"{AGAIN}, or move these images away",
        )
