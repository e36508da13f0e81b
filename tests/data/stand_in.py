"""A small data set and its reader, in place of the real ones: PEOPLE/PICTURE.png."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
from PIL import Image

from ganbench.core.errors import UserError
from ganbench.data.datasets.archive import Archive
from ganbench.data.datasets.catalogue import DataSet
from ganbench.data.listing import Files, Listing

FILES = ("ann/0.png", "ann/1.png", "bob/0.png")


def open_file(file: Path) -> list[Image.Image]:
    with Image.open(file) as picture:
        return [picture.convert("RGB")]


def list_people(root: Path) -> Listing:
    files = sorted(root.glob("*/*.png"))
    if not files:
        raise UserError("no PERSON/*.png", str(root), "give the folder of the people")
    n = len(files)
    truth = {
        "identity": np.array([file.parent.name for file in files]),
        "smiling": np.arange(n) % 2 == 0,
        "azimuth_deg": 15.0 * np.arange(n),
    }
    names = tuple(file.relative_to(root).as_posix() for file in files)
    return Listing(Files(root, names), np.arange(n), np.zeros(n, np.int64), open_file, truth)


def picture(shade: int) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, 0, 0)).save(buffer, "PNG")
    return buffer.getvalue()


def contents(top: str = "people/") -> dict[str, bytes]:
    return {top + name: picture(40 * i) for i, name in enumerate(FILES)}


def people(*archives: Archive, inner: str = "people") -> DataSet:
    return DataSet(
        name="people",
        summary="small pictures",
        tasks=("face2face",),
        licence="none",
        size="1 kB",
        home="http://localhost",
        reader="tests.data.stand_in:list_people",
        layout="PERSON/*.png",
        archives=archives,
        inner=inner,
        steps=("ask for it, and put it into {archives}",),
    )
