"""`ganbench translate`: trained models applied to pictures, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

import click
import numpy as np
import torch
from torch import Tensor

from ganbench.commands.show import print_sheets
from ganbench.data.cache import default_cache_dir
from ganbench.data.decoded import decode
from ganbench.data.image_folder import read_image_folder
from ganbench.errors import UserError
from ganbench.evaluate import sides, to_array
from ganbench.pictures import image_rows, png_bytes, to_image
from ganbench.registry import Registry
from ganbench.store import write_atomically
from ganbench.task import Domain
from ganbench.translation import Step, attribute_sheet, chain, load_step
from ganbench.types import Direction

SHOWN = 10


def translate_command(
    *,
    steps: Sequence[str],
    model: str,
    seed: int,
    output_seed: int,
    times: int,
    images: Path | None,
    output: Path,
    data: Mapping[str, Path],
    cache_dir: Path | None,
    registry: Registry,
    format_name: str,
) -> int:
    """Writes a picture of the chain, and for the user's images the last translations."""
    cache = cache_dir or default_cache_dir()
    found = [
        load_step(folder, model, seed, direction, registry, data, cache, output_seed)
        for folder, direction in map(parse_step, steps)
        for _ in range(times)
    ]
    if images is None:
        inputs = found[0].task.load("test").domain(sides(found[0].direction)[0])
        done = chain(found, inputs.samples)
        if known_attributes(found, inputs):
            print_sheets([attribute_sheet(found, done, inputs)], format_name)
    else:
        folder = read_image_folder(images)
        size = found[0].task.preset.size
        done = chain(found, torch.from_numpy(decode(folder.listing(), size)))
        write_images(folder.names, done[-1], output, found)
    picture = write_chain(found, done, output)
    click.echo(f"picture: {picture}", err=True)
    return 0


def parse_step(text: str) -> tuple[Path, Direction]:
    """DIR or DIR:BA."""
    folder, colon, direction = text.rpartition(":")
    if colon and direction in ("AB", "BA"):
        return Path(folder), cast(Direction, direction)
    return Path(text), "AB"


def known_attributes(steps: Sequence[Step], inputs: Domain) -> bool:
    spec = steps[0].task.spec
    return any(name in inputs.truth for name in (spec.changed, *spec.kept))


def write_images(
    names: Sequence[str], translated: Tensor, output: Path, steps: Sequence[Step]
) -> None:
    """One PNG for each of the user's images, under its own name."""
    for name, pixels in zip(names, to_array(translated, steps[0].task.spec), strict=True):
        file = (output / name).with_suffix(".png")
        make_folder(file.parent)
        write_atomically(file, png_bytes(to_image(pixels, 1)))


def write_chain(steps: Sequence[Step], done: Sequence[Tensor], output: Path) -> Path:
    """The first images, a row for each step."""
    make_folder(output)
    labels = ["input", *(f"{i}. {step.label}" for i, step in enumerate(steps, 1))]
    spec = steps[0].task.spec
    if spec.kind != "image":
        raise UserError("points are not translated from the command line", "--step", "use images")
    rows: list[tuple[str, np.ndarray]] = [
        (label, to_array(samples[:SHOWN], spec))
        for label, samples in zip(labels, done, strict=True)
    ]
    file = output / "chain.png"
    write_atomically(file, png_bytes(image_rows(rows)))
    return file


def make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UserError(
            f"the folder cannot be made: {error.strerror}", str(folder), "give a writable one"
        ) from error
