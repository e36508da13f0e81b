"""A folder of image files as one uint8 array."""

from __future__ import annotations

import hashlib
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageOps

from ganbench.errors import UserError

SUFFIXES = (".png", ".jpg", ".jpeg", ".bmp", ".webp", ".tif", ".tiff", ".gif", ".ppm", ".pgm")
NAMED_FILES = 3
EIGHT_BITS = {"1", "L", "LA", "P", "PA", "RGB", "RGBA", "RGBX", "CMYK", "YCbCr", "HSV"}
# What Pillow raises for damaged files.
UNREADABLE = (
    OSError,
    ValueError,
    SyntaxError,
    IndexError,
    EOFError,
    struct.error,
    Image.DecompressionBombError,
)


@dataclass(frozen=True)
class ImageFolder:
    """The image files of a folder, sorted by name so that the order is the same everywhere."""

    path: Path
    files: tuple[Path, ...]

    @property
    def names(self) -> list[str]:
        return [file.relative_to(self.path).as_posix() for file in self.files]

    def content_hash(self) -> str:
        """SHA-256 over the files' names and bytes."""
        digest = hashlib.sha256()
        for name, file in zip(self.names, self.files, strict=True):
            digest.update(name.encode() + b"\0")
            digest.update(hashlib.sha256(file.read_bytes()).digest())
        return digest.hexdigest()

    def decode(self, size: int) -> np.ndarray:
        """uint8 (n, 3, size, size): centre-cropped to a square, resized with Lanczos.

        Transparency is laid on white; grey becomes RGB. Raises UserError that names the files
        which cannot be read.
        """
        images, broken = [], []
        for file in self.files:
            try:
                images.append(decode_image(file, size))
            except UNREADABLE as error:
                broken.append(f"{file.name} ({error})")
        if broken:
            raise broken_images(broken, len(self.files), self.path)
        return np.stack(images)


def pixels_as_they_are(file: Path) -> np.ndarray:
    """uint8 (3, H, W) of an image file, transparency on white and grey as RGB, not resized.

    Raises ValueError for more than 8 bits a channel, which would be cut off.
    """
    with Image.open(file) as opened:
        if opened.mode not in EIGHT_BITS:
            raise ValueError(f"mode {opened.mode}: more than 8 bits a channel")
        return np.asarray(upright_rgb(opened), dtype=np.uint8).transpose(2, 0, 1)


def read_image_folder(path: Path, least: int = 1) -> ImageFolder:
    """Lists the images below `path`. Raises UserError for no folder or fewer than `least`."""
    if not path.is_dir():
        problem = "is not a folder" if path.exists() else "does not exist"
        raise UserError(f"the image folder {problem}", str(path), "give the path of a folder")
    files = tuple(sorted(f for f in path.rglob("*") if f.suffix.lower() in SUFFIXES))
    if len(files) < least:
        found = f"only {len(files)}" if files else "no"
        raise UserError(
            f"{found} images in the folder, {least} are needed",
            str(path),
            f"put image files there ({' '.join(SUFFIXES)})",
        )
    return ImageFolder(path, files)


def broken_images(broken: Sequence[str], total: int, where: Path) -> UserError:
    """The error for image files that cannot be read, each told as "name (reason)"."""
    more = f" and {len(broken) - NAMED_FILES} more" if len(broken) > NAMED_FILES else ""
    return UserError(
        f"{len(broken)} of {total} images cannot be read: {'; '.join(broken[:NAMED_FILES])}{more}",
        str(where),
        "remove these files or put whole ones in their place",
    )


def decode_image(file: Path, size: int) -> np.ndarray:
    """One image as uint8 (3, size, size)."""
    with Image.open(file) as opened:
        return square_pixels(opened, size)


def square_pixels(picture: Image.Image, size: int) -> np.ndarray:
    """uint8 (3, size, size): turned as its EXIF says, on white, centre-cropped, Lanczos-resized."""
    square = ImageOps.fit(upright_rgb(picture), (size, size), Image.Resampling.LANCZOS)
    return np.asarray(square, dtype=np.uint8).transpose(2, 0, 1)


def upright_rgb(picture: Image.Image) -> Image.Image:
    """Turned as its EXIF says, transparency laid on white."""
    image = ImageOps.exif_transpose(picture)
    if image.has_transparency_data:
        rgba = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba)
    return image.convert("RGB")


def split_indices(n: int, shares: Sequence[float], seed: int) -> list[np.ndarray]:
    """Disjoint random index sets, one a share and one for what is left (first); none is empty.

    Needs n >= len(shares) + 1.
    """
    order = np.random.default_rng(seed).permutation(n)
    counts = [max(1, round(share * n)) for share in shares]
    while sum(counts) >= n:
        counts[counts.index(max(counts))] -= 1
    edges = np.cumsum([n - sum(counts), *counts])[:-1]
    return [np.sort(part) for part in np.split(order, edges)]
