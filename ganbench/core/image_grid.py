"""Sample grids as PNG: rows of images or phrases with a label, drawn with Pillow alone."""

from __future__ import annotations

import io
import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

GAP_PX = 3
LABEL_PX = 15
MIN_TILE_PX = 64
LETTER_PX = 8
WORDS_PX = 96  # a tile where all are texts
TEXT_BACKGROUND = (238, 238, 238)
MAX_TEXT_PX, MIN_TEXT_PX, LINES_PX = 15, 6, 1.3  # of letters; of lines, times as much
LEGIBLE_PX = 9  # letters for which tiles grow where texts have many lines


def image_rows(
    rows: Sequence[tuple[str, np.ndarray]], captions: Sequence[Sequence[str]] = ()
) -> Image.Image:
    """One labelled row for each (label, samples): uint8 images (n, C, H, W), of which small ones
    are enlarged, phrases (n,) or points (n, D), whose words and numbers stand below each other, in
    tiles that are large enough for the most of them.

    captions: short texts above the images, for each row one an image; or none at all.
    """
    side = next((samples.shape[-1] for _, samples in rows if samples.ndim == 4), WORDS_PX)
    lines = max((len(lines_of(x)) for _, some in rows if some.ndim < 3 for x in some), default=0)
    scale = max(1, MIN_TILE_PX // side, math.ceil(lines * LINES_PX * LEGIBLE_PX / side))
    tile = side * scale
    count = max(len(images) for _, images in rows)
    left = LETTER_PX * max(len(label) for label, _ in rows) + 2 * GAP_PX
    above = LABEL_PX + GAP_PX if captions else 0
    step = above + tile + GAP_PX
    width, height = left + count * (tile + GAP_PX), len(rows) * step + GAP_PX
    canvas = Image.new("RGB", (width, height), "white")
    draw, font = ImageDraw.Draw(canvas), ImageFont.load_default(LABEL_PX)
    for i, (label, images) in enumerate(rows):
        top = GAP_PX + i * step + above
        for j, caption in enumerate(captions[i] if captions else ()):
            middle = left + j * (tile + GAP_PX) + tile // 2
            draw.text((middle, top - GAP_PX), caption, "black", font, anchor="ms")
        draw.text((GAP_PX, top + tile // 2), label, "black", font, anchor="lm")
        for j, sample in enumerate(images):
            made = to_image(sample, scale) if images.ndim == 4 else text_tile(sample, tile)
            canvas.paste(made, (left + j * (tile + GAP_PX), top))
    return canvas


def text_tile(sample: np.ndarray | str, side: int) -> Image.Image:
    """Its lines, one below the other, as large as fits into a square of `side` pixels."""
    lines = lines_of(sample)
    tile = Image.new("RGB", (side, side), TEXT_BACKGROUND)
    for size in range(MAX_TEXT_PX, MIN_TEXT_PX - 1, -1):
        font = ImageFont.load_default(size)
        if max(map(font.getlength, lines)) < side and LINES_PX * size * len(lines) < side:
            break
    ImageDraw.Draw(tile).multiline_text(
        (side // 2, side // 2),
        "\n".join(lines),
        "black",
        font,
        anchor="mm",
        spacing=round((LINES_PX - 1) * size),
        align="center",
    )
    return tile


def lines_of(sample: np.ndarray | str) -> list[str]:
    """The words of a phrase, or the numbers of a point (D,)."""
    return sample.split() if isinstance(sample, str) else [f"{value:.3g}" for value in sample]


def to_image(pixels: np.ndarray, scale: int) -> Image.Image:
    """uint8 (C, H, W), C 1 or 3, enlarged without smoothing."""
    image = Image.fromarray(np.broadcast_to(pixels, (3, *pixels.shape[1:])).transpose(1, 2, 0))
    return image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)


def png_bytes(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
