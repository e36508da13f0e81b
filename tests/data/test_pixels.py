"""Pictures come out as a person sees them, or are refused with the true reason."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import tifffile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, ImageCms

from ganbench.data.pixels import (
    ENDINGS,
    UnreadablePicture,
    open_picture,
    picture_limit,
    pixels,
    square_pixels,
)

# Endings of Pillow that hold no picture of their own kind, need another program, or have no range.
NOT_READ = {".eps", ".ps", ".wmf", ".emf", ".mpg", ".mpeg", ".h5", ".hdf", ".bufr", ".grib"}
NOT_READ |= {".fit", ".fits", ".iim"}
GREY = np.arange(0, 256, 4, dtype=np.uint8).reshape(8, 8)
RGB = np.stack([GREY, GREY[::-1], GREY.T], -1)


def deep(eight: np.ndarray) -> np.ndarray:
    return eight.astype(np.uint16) * 257


def png(width: int, depth: int, kind: int, row: bytes, transparent: bytes = b"") -> bytes:
    """A PNG of one row, which Pillow cannot write in these depths."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    head = struct.pack(">IIBBBBB", width, 1, depth, kind, 0, 0, 0)
    parts = [chunk(b"IHDR", head), chunk(b"tRNS", transparent) if transparent else b""]
    parts += [chunk(b"IDAT", zlib.compress(b"\0" + row)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def tga(bits: int, alpha_bits: int, data: bytes) -> bytes:
    """Of 2 by 2 pixels, the upper row first."""
    head = struct.pack("<BBBHHBHHHHBB", 0, 0, 2, 0, 0, 0, 0, 0, 2, 2, bits, 0x20 | alpha_bits)
    return head + data


def deepened(data: bytes, depth: int) -> bytes:
    """A JPEG 2000 codestream whose head says another depth (less 1) of each channel."""
    place = data.index(b"\xff\x4f\xff\x51") + 40
    channels = int.from_bytes(data[place : place + 2])
    changed = bytearray(data)
    for channel in range(channels):
        changed[place + 2 + 3 * channel] = depth
    return bytes(changed)


def save(path: Path, image: Image.Image, **options: object) -> Path:
    image.save(path, **options)
    return path


def tiff(path: Path, array: np.ndarray, **options: object) -> Path:
    tifffile.imwrite(path, array, **options)
    return path


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


def shown(path: Path) -> np.ndarray:
    """(H, W, 3)."""
    return pixels(open_picture(path)).transpose(1, 2, 0)


Write = Callable[[Path], Path]
DEEP_GREY: dict[str, Write] = {
    "png": lambda d: save(d / "a.png", Image.fromarray(deep(GREY))),
    "tiff": lambda d: tiff(d / "a.tif", deep(GREY)),
    "tiff, high byte first": lambda d: tiff(d / "a.tif", deep(GREY), byteorder=">"),
    "tiff, compressed": lambda d: save(
        d / "a.tif", Image.fromarray(deep(GREY)), compression="tiff_lzw"
    ),
    "pgm": lambda d: written(d / "a.pgm", b"P5 8 8 65535\n" + deep(GREY).astype(">u2").tobytes()),
    "jpeg 2000": lambda d: save(d / "a.jp2", Image.fromarray(deep(GREY)), irreversible=False),
}
DEEP_COLOUR: dict[str, Write] = {
    "png": lambda d: written(
        d / "a.png", png(64, 16, 2, deep(RGB).reshape(-1).astype(">u2").tobytes())
    ),
    "png with alpha": lambda d: written(
        d / "a.png",
        png(
            64,
            16,
            6,
            np.concatenate([deep(RGB), np.full((8, 8, 1), 65535)], -1).astype(">u2").tobytes(),
        ),
    ),
    "tiff": lambda d: tiff(d / "a.tif", deep(RGB), photometric="rgb"),
    "ppm": lambda d: written(d / "a.ppm", b"P6 8 8 65535\n" + deep(RGB).astype(">u2").tobytes()),
}


@pytest.mark.parametrize("kind", DEEP_GREY)
def test_deep_grey_is_its_8_bit_twin(tmp_path: Path, kind: str) -> None:
    found = shown(DEEP_GREY[kind](tmp_path))
    assert np.array_equal(found, np.stack([GREY] * 3, -1))


@pytest.mark.parametrize("kind", DEEP_COLOUR)
def test_deep_colour_is_its_8_bit_twin(tmp_path: Path, kind: str) -> None:
    assert np.array_equal(shown(DEEP_COLOUR[kind](tmp_path)).reshape(8, 8, 3), RGB)


@given(st.lists(st.integers(0, 65535), min_size=1, max_size=40))
def test_of_16_bits_the_high_8_are_kept_in_grey_and_colour(values: list[int]) -> None:
    row = struct.pack(f">{len(values)}H", *values)
    colours = struct.pack(f">{3 * len(values)}H", *np.repeat(values, 3).tolist())
    for data in (png(len(values), 16, 0, row), png(len(values), 16, 2, colours)):
        with Image.open(io.BytesIO(data)) as opened:
            found = pixels(opened)
        assert found[0, 0].tolist() == [value >> 8 for value in values]


TRANSPARENT: dict[str, tuple[bytes, list[int]]] = {
    "1 bit": (png(8, 1, 0, b"\x55", struct.pack(">H", 0)), [255] * 8),
    "2 bits": (png(4, 2, 0, bytes([0b00011011]), struct.pack(">H", 1)), [0, 255, 170, 255]),
    "4 bits": (png(4, 4, 0, bytes([0x01, 0x2F]), struct.pack(">H", 2)), [0, 17, 255, 255]),
    "8 bits": (png(3, 8, 0, bytes([5, 6, 7]), struct.pack(">H", 6)), [5, 255, 7]),
    "16 bits": (
        png(3, 16, 0, struct.pack(">3H", 0x100, 0x1FF, 0x200), struct.pack(">H", 0x1FF)),
        [1, 255, 2],
    ),
}


@pytest.mark.parametrize("depth", TRANSPARENT)
def test_a_transparent_grey_becomes_white_at_every_depth(tmp_path: Path, depth: str) -> None:
    data, grey = TRANSPARENT[depth]
    assert shown(written(tmp_path / "a.png", data))[0, :, 0].tolist() == grey


def test_transparency_is_laid_on_white(tmp_path: Path) -> None:
    rgba = np.concatenate([RGB, np.full((8, 8, 1), 0, np.uint8)], -1)
    palette = Image.fromarray(RGB).quantize(4)
    grey_alpha = np.stack([GREY, np.zeros_like(GREY)], -1)
    for path in (
        save(tmp_path / "a.png", Image.fromarray(rgba)),
        save(tmp_path / "a.webp", Image.fromarray(rgba), lossless=True),
        save(tmp_path / "la.png", Image.fromarray(grey_alpha)),
        save(tmp_path / "p.png", palette, transparency=bytes(4)),
        tiff(tmp_path / "a.tif", rgba, photometric="rgb", extrasamples=["unassalpha"]),
    ):
        assert (shown(path) == 255).all(), path.name


def test_a_palette_is_its_colours(tmp_path: Path) -> None:
    palette = Image.fromarray(RGB).quantize(64)
    wanted = np.asarray(palette.convert("RGB"))
    for name in ("p.png", "p.gif", "p.bmp", "p.tif", "p.tga"):
        assert np.array_equal(shown(save(tmp_path / name, palette)), wanted), name


def test_other_colour_spaces_are_converted(tmp_path: Path) -> None:
    red = Image.new("RGB", (8, 8), (200, 30, 40))
    lab = ImageCms.applyTransform(
        red,
        ImageCms.buildTransform(
            ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
        ),
    )
    assert lab is not None
    for path in (
        save(tmp_path / "cmyk.jpg", red.convert("CMYK"), quality=100),
        save(tmp_path / "cmyk.tif", red.convert("CMYK")),
        save(tmp_path / "lab.tif", lab),
        save(tmp_path / "ycbcr.tif", red.convert("YCbCr")),
    ):
        assert np.abs(shown(path).astype(int) - (200, 30, 40)).max() < 6, path.name


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("ending", [".jpg", ".png", ".webp", ".tif"])
def test_pictures_stand_as_exif_says(tmp_path: Path, orientation: int, ending: str) -> None:
    corner = np.zeros((16, 32, 3), np.uint8)
    corner[:8, :8] = 255
    exif = Image.Exif()
    exif[0x0112] = orientation
    found = shown(save(tmp_path / f"a{ending}", Image.fromarray(corner), exif=exif))
    turned = Image.fromarray(corner)
    for wanted in {
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_270],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_90],
    }.get(orientation, []):
        turned = turned.transpose(wanted)
    assert found.shape == np.asarray(turned).shape
    assert np.abs(found.astype(int) - np.asarray(turned)).mean() < 8


TURNS: dict[int, Callable[[np.ndarray], np.ndarray]] = {
    5: np.transpose,
    6: lambda a: np.rot90(a, -1),
    7: lambda a: np.rot90(a.T, 2),
    8: np.rot90,
}


@pytest.mark.parametrize("orientation", TURNS)
@pytest.mark.parametrize("byteorder", "<>")
def test_deep_and_plain_tiffs_on_their_side(
    tmp_path: Path, orientation: int, byteorder: str
) -> None:
    """Numbers whose two bytes differ, in a picture that is not square."""
    wide = np.arange(6, dtype=np.uint16).reshape(2, 3) * 0x2711 + 0x0102
    for array in (wide, (wide >> 8).astype(np.uint8)):
        tag = [(274, 3, 1, orientation, True)]
        path = tiff(tmp_path / "a.tif", array, byteorder=byteorder, extratags=tag)
        assert np.array_equal(shown(path)[..., 0], TURNS[orientation](wide >> 8))


STACK = [Image.fromarray(np.roll(RGB, k, 0)) for k in range(3)]
REFUSED: dict[str, tuple[Write, str]] = {
    "floats": (lambda d: tiff(d / "a.tif", RGB[..., 0] / np.float32(255)), "floats"),
    "pfm": (
        lambda d: written(d / "a.pfm", b"Pf\n8 8\n-1.0\n" + GREY.astype("<f4").tobytes()),
        "floats",
    ),
    "32 bits": (lambda d: tiff(d / "a.tif", GREY.astype(np.uint32)), "whole numbers"),
    "16 bits with a sign": (lambda d: tiff(d / "a.tif", GREY.astype(np.int16)), "sign"),
    "8 bits with a sign": (lambda d: tiff(d / "a.tif", GREY.astype(np.int8)), "sign"),
    "16 bits, white is 0": (
        lambda d: tiff(d / "a.tif", deep(GREY), photometric="miniswhite"),
        "0 as white",
    ),
    "16 bits in planes": (
        lambda d: tiff(
            d / "a.tif", deep(RGB.transpose(2, 0, 1)), photometric="rgb", planarconfig="separate"
        ),
        "separate planes",
    ),
    "a transparent colour of 16 bits": (
        lambda d: written(
            d / "a.png", png(1, 16, 2, struct.pack(">3H", 1, 2, 3), struct.pack(">3H", 1, 2, 3))
        ),
        "transparent colour",
    ),
    "an animation": (
        lambda d: save(d / "a.gif", STACK[0], save_all=True, append_images=STACK[1:]),
        "3 pictures in one file",
    ),
    "an animated PNG": (
        lambda d: save(d / "a.png", STACK[0], save_all=True, append_images=STACK[1:]),
        "3 pictures in one file",
    ),
    "an animated WebP": (
        lambda d: save(d / "a.webp", STACK[0], save_all=True, append_images=STACK[1:]),
        "3 pictures in one file",
    ),
    "pages": (
        lambda d: save(d / "a.tif", STACK[0], save_all=True, append_images=STACK[1:]),
        "3 pictures in one file",
    ),
    "a preview": (lambda d: tiff(d / "a.tif", RGB, photometric="rgb", subfiletype=1), "preview"),
    "layers": (
        lambda d: tiff(d / "a.tif", np.stack([GREY] * 16), volumetric=True, tile=(16, 16, 16)),
        "in depth",
    ),
    "zeros in place of its end": (
        lambda d: written(
            d / "b.jpg",
            save(d / "a.jpg", STACK[0].resize((64, 64))).read_bytes()[:-200] + bytes(200),
        ),
        "cut off: zeros",
    ),
    "TGA of 16 bits with alpha": (
        lambda d: written(d / "a.tga", tga(16, 1, b"\xff\xff" * 4)),
        "16 bits a pixel, 1 of them alpha",
    ),
    "TGA of 32 bits without alpha": (
        lambda d: written(d / "a.tga", tga(32, 0, b"\x10\x20\x30\x00" * 4)),
        "32 bits a pixel, 0 of them alpha",
    ),
    "deep JPEG 2000 in colour": (
        lambda d: written(d / "b.j2k", deepened(save(d / "a.j2k", STACK[0]).read_bytes(), 15)),
        "more than 8 bits in JPEG 2000",
    ),
    "JPEG 2000 with a sign": (
        lambda d: written(d / "b.j2k", deepened(save(d / "a.j2k", STACK[0]).read_bytes(), 0x87)),
        "sign",
    ),
    "no picture": (lambda d: written(d / "a.png", b"<html>not found</html>"), "no picture of a"),
    "empty": (lambda d: written(d / "a.jpg", b""), "an empty file"),
    "HEIF": (
        lambda d: written(d / "a.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic"),
        "HEIF, which Pillow cannot read",
    ),
    "cut off": (
        lambda d: written(
            d / "b.png", save(d / "a.png", STACK[0].resize((64, 64))).read_bytes()[:200]
        ),
        "truncated",
    ),
    "nothing": (lambda d: d / "gone.png", "No such file"),
    "a folder": (lambda d: d, "Is a directory"),
}


@pytest.mark.parametrize("kind", REFUSED)
def test_what_has_no_known_range_or_frame_is_refused(tmp_path: Path, kind: str) -> None:
    write, words = REFUSED[kind]
    with pytest.raises(UnreadablePicture, match=words) as caught:
        open_picture(write(tmp_path))
    assert str(tmp_path) not in str(caught.value), "the message's place has the path"


def test_a_picture_with_a_preview_is_read(tmp_path: Path) -> None:
    """As phones and stereo cameras write them: the first frame is the picture."""
    path = save(tmp_path / "a.mpo", STACK[0], save_all=True, append_images=STACK[1:])
    first, second, third = (np.abs(shown(path) - np.asarray(p, int)).mean() for p in STACK)
    assert first < min(second, third) / 2


def test_the_limit_of_megapixels_is_the_users(tmp_path: Path) -> None:
    path = save(tmp_path / "scan.png", Image.new("L", (2000, 1000), 7))
    with picture_limit(1.9), pytest.raises(UnreadablePicture, match=r"more than 1\.9 megapixels"):
        open_picture(path)
    before = Image.MAX_IMAGE_PIXELS
    with picture_limit(0.5), pytest.raises(UnreadablePicture, match="--max-megapixels"):
        open_picture(path)
    with picture_limit(2.0):
        assert shown(path).shape == (1000, 2000, 3)
    assert before == Image.MAX_IMAGE_PIXELS


def test_every_ending_of_pillow_is_read_or_known_not_to_be() -> None:
    Image.init()
    registered = {e for e, name in Image.registered_extensions().items() if name in Image.OPEN}
    assert registered - ENDINGS <= NOT_READ
    assert not ENDINGS & NOT_READ


@pytest.mark.parametrize("mode", ["I;16", "F", "I"])
def test_pictures_that_never_were_files_pass_the_same_rule(mode: str) -> None:
    """As a reader of a plugin may hand them on."""
    array = {"I;16": deep(GREY), "F": GREY / np.float32(255), "I": GREY.astype(np.int32)}[mode]
    picture = Image.fromarray(array)
    if mode == "I;16":
        assert np.array_equal(square_pixels(picture, 8)[0], GREY)
    else:
        with pytest.raises(UnreadablePicture, match="no known range"):
            square_pixels(picture, 8)
