"""Folders of images drawn at random, as people have them, and what ought to be read of them."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path

import numpy as np
from hypothesis import strategies as st
from PIL import Image

SIDE = 16
DISK = "disk"  # a folder outside, which links lead to
ON_DISK = 3

# How a picture is written: its ending and the format of Pillow.
WRITTEN = {
    "png": (".png", "PNG"),
    "shouting": (".PNG", "PNG"),
    "bmp": (".bmp", "BMP"),
    "tiff": (".tif", "TIFF"),
    "deep": (".png", "PNG"),
    "deep tiff": (".tiff", "TIFF"),
    "palette": (".gif", "GIF"),
    "alpha": (".webp", "WEBP"),
    "misnamed": (".jpg", "PNG"),
    "qoi": (".qoi", "QOI"),
}
ENDINGS = {".png", ".jpg", ".tif", ".gif", ".webp", ".bmp", ".qoi", ".tiff"}
BROKEN = ("cut", "text", "empty", "float", "frames", "gone", "pipe")
OTHERS = (".txt", ".heic", "", ".csv~", ".json")
PARTS = st.one_of(
    st.sampled_from(
        ["a", "b", "A", "ü", "with space", "[red]", "%s", "-x", "x.png", "caf\udce9", "new\nline"]
    ),
    st.text("abcdeé.-_ '\"{}", min_size=1, max_size=6).filter(lambda t: t.strip(". ")),
)
HIDDEN = st.sampled_from([".cache", ".ipynb_checkpoints", "__MACOSX", "@eaDir"])


@dataclass(frozen=True)
class Drawn:
    """An entry: `what` is a key of WRITTEN, of BROKEN or OTHERS, "damaged" or "link"."""

    folders: tuple[str, ...]
    stem: str
    what: str
    value: int


@st.composite
def entries(draw: st.DrawFn) -> Drawn:
    kinds = st.sampled_from(
        [*WRITTEN, *WRITTEN, *WRITTEN, *BROKEN, *OTHERS, "damaged", "damaged", "link", "link up"]
    )
    folders = draw(st.lists(PARTS, max_size=draw(st.sampled_from([1, 1, 2, 3, 10]))))
    if draw(st.integers(0, 6)) == 0:
        folders.insert(draw(st.integers(0, len(folders))), draw(HIDDEN))
    return Drawn(tuple(folders), draw(PARTS), draw(kinds), draw(st.integers(0, 2**16)))


@dataclass
class Made:
    """What was written below a folder.

    grey: of each picture that must be read, by name, its grey levels (16, 16); perhaps: damaged
    ones, of which nobody knows; broken: what must be refused.
    """

    grey: dict[str, np.ndarray] = field(default_factory=dict)
    perhaps: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    links_disk: bool = False


def levels(value: int) -> np.ndarray:
    """uint8 (16, 16) of four by four fields."""
    fields = np.random.default_rng(value).integers(0, 256, (4, 4), np.uint8)
    return np.kron(fields, np.ones((4, 4), np.uint8))


def picture(what: str, value: int) -> bytes:
    grey, out = levels(value), BytesIO()
    image = Image.fromarray(grey.astype(np.uint16) * 257 if what.startswith("deep") else grey)
    if what in ("alpha", "qoi"):
        image = image.convert("RGBA")
    image.save(out, WRITTEN[what][1], **({"lossless": True} if what == "alpha" else {}))
    return out.getvalue()


def broken(what: str, value: int) -> bytes:
    out = BytesIO()
    whole = picture("png", value)
    if what == "float":
        Image.fromarray(levels(value).astype(np.float32)).save(out, "TIFF")
    elif what == "frames":
        frames = [Image.fromarray(levels(value + k)) for k in range(2)]
        frames[0].save(out, "GIF", save_all=True, append_images=frames[1:])
    else:
        return {"cut": whole[: len(whole) // 2], "text": b"<html>404</html>"}.get(what, b"")
    return out.getvalue()


def damaged(value: int) -> bytes:
    """A picture of some format with a few bytes changed."""
    rng = np.random.default_rng(value)
    what = sorted(WRITTEN)[value % len(WRITTEN)]
    data = bytearray(picture(what, value))
    for place in rng.integers(0, len(data), 1 + value % 5):
        data[place] = rng.integers(256)
    return bytes(data)


def make(root: Path, drawn: list[Drawn]) -> Made:
    """Writes what was drawn below `root`, without what clashes with an earlier entry."""
    made = Made()
    root.mkdir(parents=True, exist_ok=True)
    for entry in drawn:
        folder = root.joinpath(*entry.folders)
        path = folder / (entry.stem + ending(entry))
        try:
            folder.mkdir(parents=True, exist_ok=True)
            if os.path.lexists(path):
                continue
            put(root, path, entry, made)
        except (FileExistsError, NotADirectoryError):
            continue
    return made


def ending(entry: Drawn) -> str:
    if entry.what in WRITTEN:
        return WRITTEN[entry.what][0]
    if entry.what in (*BROKEN, "damaged"):
        return (".png", ".jpg", ".tif", ".gif", ".webp")[entry.value % 5]
    return "" if entry.what.startswith("link") else entry.what


def put(root: Path, path: Path, entry: Drawn, made: Made) -> None:
    name = path.relative_to(root).as_posix()
    no_data = any(
        part.startswith(".") or part in ("__MACOSX", "@eaDir") for part in name.split("/")
    )
    known = path.suffix.lower() in {
        ".png",
        ".jpg",
        ".tif",
        ".gif",
        ".webp",
        ".bmp",
        ".qoi",
        ".tiff",
    }
    if entry.what == "link":
        path.symlink_to(root.parent / DISK, target_is_directory=True)
        made.links_disk |= not no_data
    elif entry.what == "link up":
        path.symlink_to(root, target_is_directory=True)
    elif entry.what == "gone":
        path.symlink_to(f"no-such-file-{entry.value}")
    elif entry.what == "pipe":
        os.mkfifo(path)
    elif entry.what == "damaged":
        path.write_bytes(damaged(entry.value))
    elif entry.what in BROKEN:
        path.write_bytes(broken(entry.what, entry.value))
    elif entry.what in WRITTEN:
        path.write_bytes(picture(entry.what, entry.value))
    else:
        path.write_bytes(b"other")
    if no_data or not known or entry.what.startswith("link"):
        return
    if entry.what in WRITTEN:
        made.grey[name] = levels(entry.value)
    elif entry.what == "damaged":
        made.perhaps.add(name)
    else:  # one of BROKEN, or something else that is called a picture
        made.broken.add(name)


def make_disk(folder: Path) -> None:
    """What links lead to."""
    for index in range(ON_DISK):
        (folder / DISK).mkdir(parents=True, exist_ok=True)
        (folder / DISK / f"{index}.png").write_bytes(picture("png", 100_000 + index))


def state(root: Path) -> str:
    """A digest of all that lies below `root`: names, kinds, targets, times and bytes."""
    digest = hashlib.sha256()
    for path in _all(root):
        digest.update(os.fsencode(path))
        stat = path.lstat()
        digest.update(f"{stat.st_mode} {stat.st_size} {stat.st_mtime_ns}".encode())
        if path.is_symlink():
            digest.update(os.fsencode(path.readlink()))
        elif path.is_file():
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _all(root: Path) -> Iterator[Path]:
    for folder, folders, files in os.walk(root):
        for name in sorted(folders + files):
            yield Path(folder, name)
