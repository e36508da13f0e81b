"""Two folders of images scored against each other."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganbench.data.images import (
    UNREADABLE,
    ImageFolder,
    broken_images,
    decode_image,
    pixels_as_they_are,
    read_image_folder,
)
from ganbench.errors import UserError
from ganbench.fidelity.distances import LEAST_SAMPLES
from ganbench.fidelity.extractors import FEATURES, Extractor
from ganbench.fidelity.kept import FeatureReader
from ganbench.fidelity.scores import scores, warnings
from ganbench.types import JSON

BATCH_FILES = 128
THREADS = 4


@dataclass(frozen=True)
class Score:
    """metrics: numbers by column, or "skipped: reason". features: of real and of fake, (n, d)."""

    metrics: Mapping[str, float | str]
    protocol: JSON
    warnings: Sequence[str]
    features: Mapping[str, np.ndarray]


def score_folders(
    real: Path,
    fake: Path,
    names: Sequence[str],
    extractor: Extractor,
    size: int | None,
    reader: FeatureReader,
) -> Score:
    """The scores `names` of the images below `fake` against those below `real`.

    size: side in pixels that all are cropped and resized to; None for images of one size.

    Raises UserError for folders without enough images, broken images or mixed sizes.
    """
    folders = [read_image_folder(path, LEAST_SAMPLES) for path in (real, fake)]
    if real.resolve() == fake.resolve():
        raise UserError("REAL and FAKE are the same folder", str(real), "give two folders")
    read = (lambda file: decode_image(file, size)) if size else pixels_as_they_are
    shapes = [read_first(folder, read).shape for folder in folders]
    if shapes[0] != shapes[1]:
        told = " and ".join(f"{w}x{h}" for _, h, w in shapes)
        raise UserError(
            f"the two folders have images of {told} pixels",
            f"{real} and {fake}",
            "resize them alike first, or give --size PX",
        )
    found = [read_features(folder, read, shapes[0], size, extractor, reader) for folder in folders]
    by_score = scores(names, found[0], found[1], extractor)
    protocol = {
        **reader.extractor(extractor.name).protocol,
        "n_real": len(folders[0].files),
        "n_fake": len(folders[1].files),
        "height_px": shapes[0][1],
        "width_px": shapes[0][2],
        "resized_before": f"centre crop, Lanczos to {size} px" if size else "no",
        "device": reader.device,
    }
    return Score(
        {extractor.column(name): value for name, value in by_score.items()},
        protocol,
        warnings(by_score, *found),
        {side: part[FEATURES].numpy() for side, part in zip(("real", "fake"), found, strict=True)},
    )


def read_first(folder: ImageFolder, read: Callable[[Path], np.ndarray]) -> np.ndarray:
    try:
        return read(folder.files[0])
    except UNREADABLE as error:
        told = f"{folder.names[0]} ({error})"
        raise broken_images([told], len(folder.files), folder.path) from error


def read_features(
    folder: ImageFolder,
    read: Callable[[Path], np.ndarray],
    shape: tuple[int, ...],
    size: int | None,
    extractor: Extractor,
    reader: FeatureReader,
) -> Mapping[str, Tensor]:
    """From the cache, where a folder of the same files was read before, or one batch at a time."""
    content: JSON = {"files": folder.content_hash(), "size": size}
    return reader.kept(extractor.name, content, lambda: batches(folder, read, shape))


def batches(
    folder: ImageFolder, read: Callable[[Path], np.ndarray], shape: tuple[int, ...]
) -> Iterator[Tensor]:
    """uint8 (k, 3, H, W); while one batch is used the next is decoded."""

    def decode(file: Path) -> np.ndarray | str:
        try:
            return read(file)
        except UNREADABLE as error:
            return f"{file.relative_to(folder.path)} ({error})"

    groups = [folder.files[i : i + BATCH_FILES] for i in range(0, len(folder.files), BATCH_FILES)]
    with ThreadPoolExecutor(THREADS) as pool:
        ahead = [pool.submit(decode, file) for file in groups[0]]
        for number in range(len(groups)):
            found = [future.result() for future in ahead]
            if number + 1 < len(groups):
                ahead = [pool.submit(decode, file) for file in groups[number + 1]]
            yield torch.from_numpy(checked(folder, groups[number], found, shape))


def checked(
    folder: ImageFolder,
    files: Sequence[Path],
    found: Sequence[np.ndarray | str],
    shape: tuple[int, ...],
) -> np.ndarray:
    """The images as one array. Raises UserError for broken ones and for another size."""
    broken = [image for image in found if isinstance(image, str)]
    if broken:
        raise broken_images(broken, len(folder.files), folder.path)
    for file, image in zip(files, found, strict=True):
        assert not isinstance(image, str)
        if image.shape != shape:
            raise UserError(
                f"images of mixed sizes: {file.name} has {image.shape[2]}x{image.shape[1]} pixels, "
                f"others {shape[2]}x{shape[1]}",
                str(folder.path),
                "resize them alike first, or give --size PX",
            )
    return np.stack([image for image in found if not isinstance(image, str)])
