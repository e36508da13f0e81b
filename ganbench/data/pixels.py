"""Every picture is read here: any file that Pillow opens as 8-bit RGB, or a reason.

Rule: turned by EXIF; transparency on white; grey becomes RGB; of 16 bits a channel the high 8
stay; CMYK, LAB and YCbCr are converted as Pillow does, colour profiles are not applied.
Anything whose range or choice of frame is not known is refused.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from ganbench.core.spec import MAX_MEGAPIXELS
from ganbench.data.misread import misread, raw_mode

# Of Pillow's endings those of files that hold a picture and need no other program.
# fmt: off
ENDINGS = frozenset((
    ".apng", ".avif", ".avifs", ".blp", ".bmp", ".bw", ".cur", ".dcx", ".dds", ".dib", ".flc",
    ".fli", ".ftc", ".ftu", ".gbr", ".gif", ".icb", ".icns", ".ico", ".im", ".j2c", ".j2k",
    ".jfif", ".jp2", ".jpc", ".jpe", ".jpeg", ".jpf", ".jpg", ".jpx", ".mpo", ".msp", ".pbm",
    ".pcd", ".pcx", ".pfm", ".pgm", ".png", ".pnm", ".ppm", ".psd", ".pxr", ".qoi", ".ras",
    ".rgb", ".rgba", ".sgi", ".tga", ".tif", ".tiff", ".vda", ".vst", ".webp", ".xbm", ".xpm",
))
EIGHT_BITS = frozenset((  # modes of Pillow
    "1", "L", "LA", "La", "P", "PA", "RGB", "RGBA", "RGBa", "RGBX", "CMYK", "YCbCr", "HSV",
    "LAB",
))
# fmt: on
SIXTEEN_BITS = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
# Files whose further frames are previews or other eyes of the first.
FIRST_FRAME_IS_ALL = frozenset({"MPO"})
HEIF_BRANDS = (b"heic", b"heix", b"mif1", b"msf1", b"hevc", b"heim")
# How PNG's transparent grey of 2 and 4 bits goes up to 8 bits; Pillow scales the pixels alone.
GREY_STEPS = {"L;2": 85, "L;4": 17}


class UnreadablePicture(ValueError):
    """Why a file cannot be read, in words that a person understands."""


def open_picture(path: Path) -> Image.Image:
    """The picture of a file as 8-bit RGB, by the rule above.

    Raises UnreadablePicture for a file that cannot be read, or not without a guess.
    """
    try:
        # Given a path, Pillow 13.0 maps plain TIFFs, and those that lie on their side wrongly.
        with path.open("rb") as file, Image.open(file) as opened:
            return _as_rgb(_upright(opened))
    except (UnreadablePicture, MemoryError):
        raise
    except Exception as error:  # of many types, by what is damaged
        raise UnreadablePicture(_reason(path, error)) from error


@contextmanager
def picture_limit(max_megapixels: float = MAX_MEGAPIXELS) -> Iterator[None]:
    """Lets pictures of up to so many megapixels in. Pillow has this limit as a variable alone."""
    before = Image.MAX_IMAGE_PIXELS
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", Image.DecompressionBombWarning)  # refused below
        Image.MAX_IMAGE_PIXELS = int(max_megapixels * 1e6)
        try:
            yield
        finally:
            Image.MAX_IMAGE_PIXELS = before


def pixels(picture: Image.Image) -> np.ndarray:
    """uint8 (3, H, W). Raises UnreadablePicture for modes without a known range."""
    return np.asarray(_as_rgb(picture), dtype=np.uint8).transpose(2, 0, 1)


def square_pixels(picture: Image.Image, size: int) -> np.ndarray:
    """uint8 (3, size, size): centre-cropped to a square, resized with Lanczos."""
    return pixels(ImageOps.fit(_as_rgb(picture), (size, size), Image.Resampling.LANCZOS))


def _as_rgb(picture: Image.Image) -> Image.Image:
    """8-bit RGB of a picture in any mode of a known range; transparency is laid on white."""
    mode, grey = picture.mode, picture.info.get("transparency")
    if mode == "RGB" and grey is None:
        return picture
    if mode in SIXTEEN_BITS:
        values = np.asarray(picture).astype(np.int64)
        high = np.where(values == grey, 255, values >> 8)
        return Image.fromarray(high.astype(np.uint8)).convert("RGB")
    if mode == "F":
        raise UnreadablePicture("floats, of no known range: save it with 8 or 16 bits a channel")
    if mode == "I":
        raise UnreadablePicture(
            "whole numbers of no known range: save it with 8 or 16 bits a channel"
        )
    if mode not in EIGHT_BITS:
        raise UnreadablePicture(f"pixels of mode {mode}: save it as RGB")
    if mode in ("La", "RGBa"):
        picture = picture.convert(mode.upper())
    if picture.has_transparency_data:
        rgba = picture.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", rgba.size, "white"), rgba).convert("RGB")
    return picture.convert("RGB")


def _upright(opened: ImageFile.ImageFile) -> Image.Image:
    """The picture of an open file, turned by EXIF.

    Raises UnreadablePicture for what Pillow misreads.
    """
    _check_size(opened)
    _check_frames(opened)
    if reason := misread(opened):
        raise UnreadablePicture(reason)
    transparent = _png_transparency(opened) if opened.format == "PNG" else None
    picture = ImageOps.exif_transpose(opened)
    if transparent is not None:
        picture.info["transparency"] = transparent
    if opened.format == "PPM" and picture.mode == "I":  # Pillow scales it to 16 bits
        return Image.fromarray(np.asarray(picture).astype(np.uint16))
    return picture


def _check_size(opened: ImageFile.ImageFile) -> None:
    limit, (width, height) = Image.MAX_IMAGE_PIXELS, opened.size
    if limit is not None and width * height > limit:
        raise Image.DecompressionBombError


def _check_frames(opened: ImageFile.ImageFile) -> None:
    frames = getattr(opened, "n_frames", 1)
    if frames > 1 and opened.format not in FIRST_FRAME_IS_ALL:
        raise UnreadablePicture(f"{frames} pictures in one file: save the one that is meant")


def _png_transparency(opened: ImageFile.ImageFile) -> int | None:
    """The grey that PNG calls transparent, in the range of the pixels; None for none."""
    grey, raw = opened.info.get("transparency"), raw_mode(opened)
    if not isinstance(grey, int) or opened.mode == "P":
        return None
    return grey * GREY_STEPS.get(raw, 1)


def _reason(path: Path, error: Exception) -> str:
    if isinstance(error, Image.DecompressionBombError):
        limit = (Image.MAX_IMAGE_PIXELS or 0) / 1e6
        return f"more than {limit:g} megapixels: allow more by --max-megapixels"
    if isinstance(error, UnidentifiedImageError):
        with path.open("rb") as file:
            start = file.read(12)
        if start[4:8] == b"ftyp" and start[8:12] in HEIF_BRANDS:
            return "HEIF, which Pillow cannot read: save it as JPEG or PNG"
        return (
            "no picture of a format that Pillow knows: save it as PNG or JPEG"
            if start
            else "an empty file"
        )
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return " ".join(str(error).split()) or type(error).__name__
