"""Pictures as data URIs: arrays of samples as strips, files as they are or smaller.

A report has room for so many bytes of them. What matters most is asked for first, and a picture
that is there already costs nothing.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, UnidentifiedImageError

from ganbench.core.image_grid import text_tile

MAX_BYTES = 7_000_000  # of all pictures of a report, as base64
MAX_TILE_PX = 96
MAX_TILES = 10
QUALITY = 88  # of WebP
COLOURS = 128  # of a figure, whose lines WebP would blur
LIGHT_BYTES = 60_000  # a file up to which is embedded as it is
MAX_FIGURE_PX = 2_400


@dataclass(frozen=True)
class Picture:
    """name: of its content. width, height: in pixels. uri: the file itself."""

    name: str
    width: int
    height: int
    uri: str


@dataclass(frozen=True)
class Wanted:
    """A picture that a report would show, by a key. make: encodes it; raises OSError or ValueError
    for what is damaged.
    """

    key: tuple[object, ...]
    make: Callable[[], Picture]


@dataclass(frozen=True)
class Embedded:
    """pictures: by key. faults: of those that could not be made. is_full: some had no room."""

    pictures: dict[tuple[object, ...], Picture]
    faults: tuple[str, ...]
    is_full: bool


def embedded(wanted: Iterable[Wanted], most_bytes: int = MAX_BYTES) -> Embedded:
    """The first pictures that have room. wanted: the most important ones first."""
    pictures: dict[tuple[object, ...], Picture] = {}
    known: dict[str, Picture] = {}
    faults: list[str] = []
    used = 0
    for one in wanted:
        try:
            picture = one.make()
        except (OSError, ValueError, SyntaxError) as error:  # SyntaxError: Pillow, of a broken PNG
            faults.append(str(error))
            continue
        size = 0 if picture.name in known else len(picture.uri)
        if used + size > most_bytes:
            return Embedded(pictures, tuple(faults), is_full=True)
        used += size
        pictures[one.key] = known.setdefault(picture.name, picture)
    return Embedded(pictures, tuple(faults), is_full=False)


def strip_picture(images: np.ndarray) -> Picture:
    """Samples side by side. images: uint8 (n, C, H, W), C 1 or 3; larger ones are made smaller. Or
    phrases (n,), as texts. Raises ValueError for other arrays.
    """
    if images.ndim == 1 and images.dtype.kind == "U":
        return joined([text_tile(phrase, MAX_TILE_PX) for phrase in images[:MAX_TILES]])
    if images.ndim != 4 or images.dtype != np.uint8 or images.shape[1] not in (1, 3):
        raise ValueError(f"arrays of {images.dtype} {images.shape} are no images")
    return joined([tile(pixels) for pixels in images[:MAX_TILES]])


def joined(tiles: Sequence[Image.Image]) -> Picture:
    """Tiles side by side. Raises IndexError for none."""
    strip = Image.new("RGB", (sum(t.width for t in tiles), tiles[0].height))
    left = 0
    for each in tiles:
        strip.paste(each, (left, 0))
        left += each.width
    return picture_of(strip, "webp", quality=QUALITY, method=2)


def tile(pixels: np.ndarray) -> Image.Image:
    """uint8 (C, H, W) as an image of at most MAX_TILE_PX a side."""
    full = np.broadcast_to(pixels, (3, *pixels.shape[1:])).transpose(1, 2, 0)
    image = Image.fromarray(np.ascontiguousarray(full))
    image.thumbnail((MAX_TILE_PX, MAX_TILE_PX), Image.Resampling.BOX)
    return image


def file_picture(path: Path, is_photo: bool) -> Picture:
    """A PNG file; a large one with fewer colours, or as WebP where it shows samples. Raises OSError
    or ValueError for a damaged file.
    """
    data = path.read_bytes()
    try:
        with Image.open(BytesIO(data), formats=["PNG"]) as image:
            image.load()
            size = image.size
            if len(data) <= LIGHT_BYTES:
                return picture_of_bytes(data, "png", *size)
            smaller = image.convert("RGB")
    except UnidentifiedImageError as error:  # whose message names a buffer
        raise ValueError(f"{path}: this is no PNG") from error
    except (OSError, ValueError, SyntaxError, Image.DecompressionBombError) as error:
        raise ValueError(f"{path}: the picture cannot be read: {error}") from error
    smaller.thumbnail((MAX_FIGURE_PX, MAX_FIGURE_PX))
    if is_photo:
        return picture_of(smaller, "webp", quality=QUALITY, method=2)
    return picture_of(smaller.quantize(COLOURS, Image.Quantize.FASTOCTREE), "png")


def picture_of(image: Image.Image, kind: str, **options: int) -> Picture:
    buffer = BytesIO()
    image.save(buffer, kind, **options)
    return picture_of_bytes(buffer.getvalue(), kind, *image.size)


def picture_of_bytes(data: bytes, kind: str, width: int, height: int) -> Picture:
    text = base64.b64encode(data).decode()
    name = f"p{sha256(data).hexdigest()[:12]}"
    return Picture(name, width, height, f"data:image/{kind};base64,{text}")


def distinct(pictures: Iterable[Picture]) -> Iterator[Picture]:
    """Each content once."""
    yield from {picture.name: picture for picture in pictures}.values()
