"""`ganbench translate`: trained models applied to pictures, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path, PurePosixPath
from typing import cast

import click
import numpy as np
import torch
from torch import Tensor

from ganbench.cli.commands.own_size import (
    put_translations,
    require_images,
    require_translatable,
)
from ganbench.cli.commands.show import print_sheets
from ganbench.core.cache import default_cache_dir
from ganbench.core.errors import UserError
from ganbench.core.files import new_files, put, refuse_around, refuse_inside
from ganbench.core.image_grid import image_rows, png_bytes, to_image
from ganbench.core.spec import Direction, Reading, sides
from ganbench.data.decoded import decode
from ganbench.data.image_folder import ImageFolder, read_image_folder
from ganbench.registry.registry import Registry
from ganbench.reporting.sheets import Sheet
from ganbench.running.context import context_of
from ganbench.running.phrases import OPTION as PHRASES
from ganbench.running.phrases import read_phrases
from ganbench.running.translate import (
    Step,
    attribute_sheet,
    chain,
    load_step,
    read_attributes,
    task_with_data,
    with_outputs,
)

SHOWN = 10
CHAIN = "chain.png"
TOLD = "phrases.txt"
OUTPUT = "--output"


def translate_command(
    *,
    steps: Sequence[str],
    model: str,
    seed: int,
    output_seed: int,
    outputs: int,
    times: int,
    images: Path | None,
    phrases: Path | None,
    own_size: str | None,
    output: Path,
    data: Mapping[str, Path],
    cache_dir: Path | None,
    registry: Registry,
    format_name: str,
    reading: Reading,
) -> int:
    """Writes a picture of the chain, and so many outputs of the user's images or phrases.

    Raises UserError, before anything is written, where a file would be in or over one of the
    user's, or two would be one, for samples of another kind than the first step takes, and for more
    outputs than there are.
    """
    require_images(own_size, images, outputs)
    cache = cache_dir or default_cache_dir()
    parsed = [parse_step(text) for text in steps]
    context = context_of(registry, cache, data, reading=reading)
    refuse_data(output, context.paths.values())
    own = own_images(images, output, reading, cache, output_seed, outputs) if images else None
    loaded = [
        load_step(folder, model, seed, direction, context, output_seed)
        for folder, direction in parsed
        for _ in range(times)
    ]
    refuse_inside(output, [folder for folder, _ in parsed], OUTPUT)
    refuse_other_kinds(loaded[0], images, phrases)
    if own and own_size:
        require_translatable(loaded, own, reading, cache)
        write_at_own_size(loaded, own, own_size, output, reading)
    else:
        chains = with_outputs(loaded, outputs)
        write_all(chains, own, phrases, output, reading, format_name)
    click.echo(f"picture: {output / CHAIN}", err=True)
    return 0


def translated(
    chains: Sequence[Sequence[Step]],
    own: ImageFolder | None,
    phrases: Path | None,
    reading: Reading,
) -> tuple[list[list[Tensor]], Sequence[str], list[Sheet]]:
    """The chains on the user's samples, or else on the test samples: what comes of each step of
    each, the names of the user's samples, and what probes read.
    """
    first = chains[0][0]
    source = sides(first.direction)[0]
    if phrases is not None:
        task = task_with_data(first.cell, first.context)
        given = read_phrases(phrases, task, source)
        names = [f"{number:03}" for number in range(1, 1 + len(given))]
        return [chain(steps, given) for steps in chains], names, []
    if own is not None:
        side_px = first.spec.shape(source)[-1]
        pixels = torch.from_numpy(decode(own.listing(), side_px, reading.max_megapixels))
        return [chain(steps, pixels) for steps in chains], own.names, []
    task = task_with_data(first.cell, first.context)
    inputs = task.load("test").domain(source)
    made = [chain(steps, inputs.samples) for steps in chains]
    read = zip(chains, made, strict=True) if read_attributes(first.spec, inputs) else ()
    return made, (), [attribute_sheet(steps, done, inputs, task) for steps, done in read]


def refuse_other_kinds(first: Step, images: Path | None, phrases: Path | None) -> None:
    """Raises UserError for images where the first step takes phrases, and the other way round."""
    kind = first.spec.kinds[sides(first.direction)[0]]
    for option, given, fits in (
        ("--images", images, kind.has_pixels),
        (PHRASES, phrases, not kind.has_pixels),
    ):
        if given is not None and not fits:
            other = PHRASES if option == "--images" else "--images"
            raise UserError(
                f"{first.label} translates {kind.many}", option, f"give {other}, or neither"
            )


def parse_step(text: str) -> tuple[Path, Direction]:
    """DIR or DIR:BA."""
    folder, colon, direction = text.rpartition(":")
    if colon and direction in ("AB", "BA"):
        return Path(folder), cast(Direction, direction)
    return Path(text), "AB"


def refuse_data(output: Path, folders: Iterable[Path]) -> None:
    """Raises UserError where pictures would come among those that are read, or around them."""
    for folder in folders:
        refuse_inside(output, [folder], OUTPUT)
        refuse_around(output, [folder], OUTPUT)


def own_images(
    folder: Path, output: Path, reading: Reading, cache_dir: Path, output_seed: int, outputs: int
) -> ImageFolder:
    """The user's images, whose translations have names of their own outside of the folder. A
    folder below may be a link to elsewhere. What is left out is printed. output_seed: of
    the first of so many outputs of each.
    """
    seeds = range(output_seed, output_seed + outputs)
    own = read_image_folder(folder, 1, reading, cache_dir)
    for line in own.told:
        click.echo(line, err=True)
    refuse_data(output, {folder, *((folder / name).parent for name in own.names)})
    output_names([name for some in names_by_output(own.names, seeds) for name in some])
    return own


def names_by_output(names: Sequence[str], seeds: Sequence[int]) -> list[list[str]]:
    """The samples' names for each output: with its seed, such as `001-3`, where it is not the only
    one.
    """
    if len(seeds) == 1:
        return [[*names]]
    paths = [PurePosixPath(name) for name in names]
    return [[str(path.with_stem(f"{path.stem}-{seed}")) for path in paths] for seed in seeds]


def output_names(names: Sequence[str]) -> list[str]:
    """What the translation of each image is called: its own name, as a PNG.

    Raises UserError where two would be one file, or one a folder of another.
    """
    made = {CHAIN: "the picture of the chain"}
    for name in names:
        target = as_png(name)
        if target in made:
            raise UserError(
                f"{made[target]} and '{name}' would both be written as '{target}'",
                "--images",
                "rename one, or translate them one at a time into folders of their own",
            )
        made[target] = f"'{name}'"
    for target, what in made.items():
        for above in PurePosixPath(target).parents:
            if str(above) in made:
                raise UserError(
                    f"'{above}' would be a file and a folder: {made[str(above)]}, {what}",
                    "--images",
                    "rename one",
                )
    return [as_png(name) for name in names]


def as_png(name: str) -> str:
    return PurePosixPath(name).with_suffix(".png").as_posix()


def write_all(
    chains: Sequence[Sequence[Step]],
    own: ImageFolder | None,
    phrases: Path | None,
    output: Path,
    reading: Reading,
    format_name: str,
) -> None:
    """Writes what the chains make, and prints what probes read of it."""
    made, names, sheets = translated(chains, own, phrases, reading)
    write(chains, made, names, output)
    if sheets:
        print_sheets(sheets, format_name)


def write(
    chains: Sequence[Sequence[Step]],
    made: Sequence[Sequence[Tensor]],
    names: Sequence[str],
    output: Path,
) -> None:
    """The picture of the chains, and the last translations of each sample that has a name: each a
    PNG of its own, or a line of a text file.
    """
    shown = [shown_as(steps, done) for steps, done in zip(chains, made, strict=True)]
    seeds = [steps[0].output_seed for steps in chains]
    with new_files(output, OUTPUT) as folder:
        last = [samples[-1] for samples in shown]
        if names and last[0].ndim == 1:
            for (told,), phrases in zip(names_by_output([TOLD], seeds), last, strict=True):
                put(folder / told, "".join(f"{text}\n" for text in phrases).encode())
        else:
            for own, pictures in zip(names_by_output(names, seeds), last, strict=True):
                for target, pixels in zip(output_names(own), pictures, strict=False):
                    put(folder / target, png_bytes(to_image(pixels, 1)))
        put(folder / CHAIN, chain_picture(chains, shown))


def write_at_own_size(
    steps: Sequence[Step], own: ImageFolder, way: str, output: Path, reading: Reading
) -> None:
    """The same of images at their own sizes."""
    with new_files(output, OUTPUT) as folder:
        targets = [folder / name for name in output_names(own.names)]
        shown = put_translations(steps, own, way, targets, reading.max_megapixels, SHOWN)
        put(folder / CHAIN, chain_picture([steps], [shown]))


def shown_as(steps: Sequence[Step], done: Sequence[Tensor]) -> list[np.ndarray]:
    """The samples before, and after each step, as uint8 images (n, C, H, W) or phrases (n,)."""
    domains = [(steps[0].spec, sides(steps[0].direction)[0])]
    domains += [(step.spec, sides(step.direction)[1]) for step in steps]
    return [
        spec.kinds[domain].to_array(samples, spec.words(domain))
        for (spec, domain), samples in zip(domains, done, strict=True)
    ]


def chain_picture(chains: Sequence[Sequence[Step]], shown: Sequence[Sequence[np.ndarray]]) -> bytes:
    """The first samples as a PNG, a row for each step of each chain."""
    rows = [("input", shown[0][0][:SHOWN])]
    for steps, (_, *after) in zip(chains, shown, strict=True):
        for i, (step, samples) in enumerate(zip(steps, after, strict=True), 1):
            rows.append((f"{i}. {step.label}", samples[:SHOWN]))
    return png_bytes(image_rows(rows))
