"""Files that Pillow 13.0 opens without a warning and reads wrongly."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any, BinaryIO, cast

from PIL import ImageFile

# Tags of TIFF.
SUBFILE, BITS_A_SAMPLE, PHOTOMETRIC, PLANES, COLOUR_MAP = 254, 258, 262, 284, 320
SAMPLE_FORMAT, IMAGE_DEPTH = 339, 32997
REDUCED, WHITE_IS_ZERO, SIGNED, PALETTE = 1, 0, 2, 3
HEAD_BYTES = 2**16
START_OF_SCAN, END_OF_IMAGE = b"\xff\xda", b"\xff\xd9"
ZEROS = bytes(16)
SIZES_OF_JPEG_2000 = b"\xff\x4f\xff\x51"  # start of the codestream, then its sizes


def misread(opened: ImageFile.ImageFile) -> str:
    """Why the picture of an open file would come out wrong, and what to do; or nothing."""
    of_format = {
        "JPEG": _of_jpeg,
        "JPEG2000": _of_jpeg_2000,
        "MPO": _of_jpeg,
        "PNG": _of_png,
        "PSD": _of_psd,
        "TGA": _of_tga,
        "TIFF": _of_tiff,
    }
    look = of_format.get(opened.format or "")
    return look(opened) if look else ""


def raw_mode(opened: ImageFile.ImageFile) -> str:
    """How the file's samples are packed, such as "L;2"; or nothing."""
    args = opened.tile[0].args if opened.tile else ""
    first = args[0] if isinstance(args, tuple) and args else args
    return first if isinstance(first, str) else ""


def _bytes(opened: ImageFile.ImageFile, start: int, count: int = -1) -> bytes:
    """Of the file, which stays where it was; from its end where `start` is negative."""
    file = cast(BinaryIO, opened.fp)
    place = file.tell()
    length = file.seek(0, os.SEEK_END)
    file.seek(start if start >= 0 else max(0, length + start))
    data = file.read(count)
    file.seek(place)
    return data


def _of_png(opened: ImageFile.ImageFile) -> str:
    if raw_mode(opened).startswith("RGB;16") and "transparency" in opened.info:
        return "a transparent colour of 16 bits a channel: save it with an alpha channel"
    return ""


def _of_psd(opened: ImageFile.ImageFile) -> str:
    return "layers, of which not every kind is shown right: save it as PNG or TIFF"


def _of_tiff(opened: ImageFile.ImageFile) -> str:
    tags: Mapping[int, Any] = opened.tag_v2  # type: ignore[attr-defined]
    bits = _values(tags, BITS_A_SAMPLE, 1)
    odd = bits - {1, 2, 4, 8, 16, 32}
    colour = _values(tags, PHOTOMETRIC, 1)
    reasons = {
        "numbers with a sign: save it with 8 or 16 bits without one": SIGNED
        in _values(tags, SAMPLE_FORMAT, 1),
        f"{max(odd, default=0)} bits a channel: save it with 8 or 16": bool(odd),
        "16 bits a channel with 0 as white: save it with 0 as black": 16 in bits
        and colour == {WHITE_IS_ZERO},
        "16 bits a channel in separate planes: save it with them together": 16 in bits
        and _values(tags, PLANES, 1) != {1},
        "a preview, and the picture elsewhere in the file: save it as a plain TIFF": bool(
            tags.get(SUBFILE, 0) & REDUCED
        ),
        "many layers in depth: save the one that is meant": tags.get(IMAGE_DEPTH, 1) > 1,
        "a palette of 8 bits where TIFF has 16: save it again, as RGB": colour == {PALETTE}
        and max(tags.get(COLOUR_MAP, (65535,))) < 256,
    }
    return next((reason for reason, holds in reasons.items() if holds), "")


def _values(tags: Mapping[int, Any], tag: int, default: int) -> set[int]:
    value = tags.get(tag, default)
    return set(value) if isinstance(value, tuple) else {value}


def _of_jpeg(opened: ImageFile.ImageFile) -> str:
    """A download that broke off can leave zeros, which decode as grey."""
    if _bytes(opened, -len(ZEROS)) != ZEROS:
        return ""
    data = _bytes(opened, 0)
    cut_off = data.rfind(END_OF_IMAGE) < data.rfind(START_OF_SCAN)
    return "cut off: zeros in place of its end" if cut_off else ""


def _of_jpeg_2000(opened: ImageFile.ImageFile) -> str:
    data = _bytes(opened, 0, HEAD_BYTES)
    place = data.find(SIZES_OF_JPEG_2000)
    if place < 0:
        return ""
    counted = place + len(SIZES_OF_JPEG_2000) + 36  # after two lengths and eight sizes
    channels = int.from_bytes(data[counted : counted + 2])
    depths = data[counted + 2 : counted + 2 + 3 * channels : 3]
    if any(depth & 0x80 for depth in depths):
        return "numbers with a sign: save it with 8 or 16 bits without one"
    deep = max(((depth & 0x7F) + 1 for depth in depths), default=8) > 8
    if deep and not opened.mode.startswith("I;16"):
        return "colours of more than 8 bits in JPEG 2000: save it as PNG"
    return ""


def _of_tga(opened: ImageFile.ImageFile) -> str:
    """Its header has the number of a pixel's alpha bits; Pillow goes by the pixel's size."""
    head = _bytes(opened, 0, 18)
    bits, alpha_bits = head[16], head[17] & 0x0F
    if (bits, alpha_bits) in ((16, 1), (32, 0)):
        return f"{bits} bits a pixel, {alpha_bits} of them alpha: save it with 24, or 32 and 8"
    return ""
