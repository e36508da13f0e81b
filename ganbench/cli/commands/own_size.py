"""`ganbench translate --own-size`: pictures that are not cropped to the model's squares."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from PIL import ImageOps

from ganbench.core.errors import UserError
from ganbench.core.files import put
from ganbench.core.image_grid import png_bytes, to_image
from ganbench.core.kinds import IMAGES
from ganbench.core.reports import no_report
from ganbench.core.spec import Reading
from ganbench.data.decoded import readable
from ganbench.data.image_folder import ImageFolder
from ganbench.data.listing import UnreadableFiles
from ganbench.data.pixels import picture_limit, pixels
from ganbench.running.tiles import OPTION
from ganbench.running.translate import Step, chain_at_own_size, require_own_size


def require_images(way: str | None, images: Path | None, outputs: int) -> None:
    """Raises UserError where other samples than the user's images are to have their own sizes, or
    these are to be had in several outputs.
    """
    if way and images is None:
        raise UserError("the test images have the model's size", OPTION, "give --images too")
    if way and outputs > 1:
        raise UserError(
            "pictures at their own sizes have one output at a time",
            f"{OPTION}, --outputs {outputs}",
            "give --output-seed instead, once for each",
        )


def require_translatable(
    steps: Sequence[Step], own: ImageFolder, reading: Reading, cache_dir: Path
) -> None:
    """Raises UserError where a network takes one size alone, or a file cannot be read."""
    require_own_size(steps)
    listing = own.listing()
    _, failed = readable(listing, cache_dir, no_report, reading.max_megapixels)
    if failed:
        raise UnreadableFiles(failed, len(listing), own.path)


def put_translations(
    steps: Sequence[Step],
    own: ImageFolder,
    way: str,
    targets: Sequence[Path],
    max_megapixels: float,
    most_shown: int,
) -> list[np.ndarray]:
    """Writes each image's last translation, one after the other, as the new file of its target.

    Gives the first images before, and after each step, uint8 (n, 3, side, side), made small.
    """
    listing, side = own.listing(), steps[0].spec.A[-1]
    shown: list[list[np.ndarray]] = []
    with picture_limit(max_megapixels):
        for number, target in enumerate(targets):
            picture = torch.tensor(pixels(listing.pictures(number)[0])).float() / 255
            done = [IMAGES.to_array(x) for x in chain_at_own_size(steps, picture, way)]
            put(target, png_bytes(to_image(done[-1], 1)))
            if number < most_shown:
                shown.append([small(x, side) for x in done])
    return [np.stack(column) for column in zip(*shown, strict=True)]


def small(picture: np.ndarray, side: int) -> np.ndarray:
    """uint8 (3, H, W) within a white square of `side`."""
    return pixels(ImageOps.pad(to_image(picture, 1), (side, side), color="white"))
