"""Sample grids as PNG: rows of images with a label, drawn with Pillow alone."""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

GAP_PX = 3
LABEL_PX = 15
MIN_TILE_PX = 64
LETTER_PX = 8


def image_rows(
    rows: Sequence[tuple[str, np.ndarray]], captions: Sequence[Sequence[str]] = ()
) -> Image.Image:
    """One labelled row for each (label, uint8 images (n, C, H, W)); small images are enlarged.

    captions: short texts above the images, for each row one an image; or none at all.
    """
    scale = max(1, MIN_TILE_PX // rows[0][1].shape[-1])
    tile = rows[0][1].shape[-1] * scale
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
        for j, pixels in enumerate(images):
            canvas.paste(to_image(pixels, scale), (left + j * (tile + GAP_PX), top))
    return canvas


def to_image(pixels: np.ndarray, scale: int) -> Image.Image:
    """uint8 (C, H, W), C 1 or 3, enlarged without smoothing."""
    image = Image.fromarray(np.broadcast_to(pixels, (3, *pixels.shape[1:])).transpose(1, 2, 0))
    return image.resize((image.width * scale, image.height * scale), Image.Resampling.NEAREST)


def png_bytes(image: Image.Image) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, "PNG")
    return buffer.getvalue()
