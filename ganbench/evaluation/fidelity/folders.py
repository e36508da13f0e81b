"""Two folders of images scored against each other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL
import torch
from torch import Tensor

from ganbench.core.errors import UserError
from ganbench.core.reports import Report, counted, no_report
from ganbench.core.source_hash import reach, source_hash
from ganbench.core.spec import DEFAULT_READING, JSON, Reading
from ganbench.data.image_folder import ImageFolder, read_image_folder, refuse_unreadable
from ganbench.data.listing import UNREADABLE
from ganbench.data.overlap import repeats_told, require_apart
from ganbench.data.pixels import open_picture, picture_limit, pixels, square_pixels
from ganbench.evaluation.fidelity.distances import MIN_SAMPLES
from ganbench.evaluation.fidelity.extractors import FEATURES, Extractor
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.scores import scores, warnings

BATCH_FILES = 128
THREADS = 4
SIDES = ("REAL", "FAKE")


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
    reading: Reading = DEFAULT_READING,
    report: Report = no_report,
) -> Score:
    """The scores `names` of the images below `fake` against those below `real`.

    size: side in pixels that all are cropped and resized to; None for images of one size.
    report: takes lines of progress.

    Raises UserError for folders without enough images or that overlap, images that cannot be read
    unless `reading` leaves them out, mixed sizes, and images that are too small for the extractor.
    """
    with picture_limit(reading.max_megapixels):
        folders = [
            read_image_folder(path, MIN_SAMPLES, reading, reader.cache_dir) for path in (real, fake)
        ]
        real_files, fake_files = (folder.listing().files for folder in folders)
        require_apart(real_files, fake_files, SIDES)
        try:
            shape = common_shape(folders, size)
            require_side(shape, extractor)
            parts = [read_features(f, shape, size, extractor, reader, report) for f in folders]
        except UNREADABLE:
            refuse_unreadable(folders, reading, reader.cache_dir)  # all of them at once
            raise
    by_score = scores(names, parts[0], parts[1], extractor)
    protocol = protocol_of(folders, shape, size, extractor, reader)
    return Score(
        {extractor.column(name): value for name, value in by_score.items()},
        protocol,
        [*warnings(by_score, *parts), *folder_remarks(folders)],
        {side: part[FEATURES].numpy() for side, part in zip(("real", "fake"), parts, strict=True)},
    )


def protocol_of(
    folders: Sequence[ImageFolder],
    shape: tuple[int, ...],
    size: int | None,
    extractor: Extractor,
    reader: FeatureReader,
) -> JSON:
    return {
        **reader.extractor(extractor.name).protocol,
        "n_real": len(folders[0].names),
        "n_fake": len(folders[1].names),
        "height_px": shape[1],
        "width_px": shape[2],
        "resized_before": f"centre crop, Lanczos to {size} px" if size else "no",
        "device": reader.device,
    }


def folder_remarks(folders: Sequence[ImageFolder]) -> list[str]:
    """What was left out, and which pictures are there twice."""
    contents = {
        side: list(zip(folder.names, folder.digests, strict=True))
        for side, folder in zip(SIDES, folders, strict=True)
    }
    return [line for folder in folders for line in folder.told] + repeats_told(contents)


def read_picture(path: Path, size: int | None) -> np.ndarray:
    """uint8 (3, H, W), or (3, size, size)."""
    picture = open_picture(path)
    return square_pixels(picture, size) if size else pixels(picture)


def common_shape(folders: Sequence[ImageFolder], size: int | None) -> tuple[int, ...]:
    """Of the folders' first images. Raises UserError where they differ."""
    shapes = [read_picture(folder.files[0], size).shape for folder in folders]
    if shapes[0] != shapes[1]:
        sizes = " and ".join(f"{w}x{h}" for _, h, w in shapes)
        raise UserError(
            f"the two folders have images of {sizes} pixels",
            " and ".join(str(folder.path) for folder in folders),
            "resize them alike first, or give --size PX",
        )
    return shapes[0]


def require_side(shape: tuple[int, ...], extractor: Extractor) -> None:
    """Raises UserError for images (C, H, W) that are too small for the extractor."""
    if min(shape[1:]) < extractor.min_px:
        raise UserError(
            f"{extractor.name} is for pictures of {extractor.min_px} px or more, not "
            f"{min(shape[1:])}",
            f"--extractor {extractor.name}",
            "take another extractor",
        )


def read_features(
    folder: ImageFolder,
    shape: tuple[int, ...],
    size: int | None,
    extractor: Extractor,
    reader: FeatureReader,
    report: Report,
) -> Mapping[str, Tensor]:
    """From the cache, where a folder of the same files was read by the same code before, or one
    batch at a time.
    """
    content: JSON = {
        "files": folder.content_hash(),
        "size": size,
        "code": source_hash(reach([Path(__file__)])),
        "pillow": PIL.__version__,
    }

    def read() -> Iterator[Tensor]:
        number, what = len(folder.names), f"pictures of {folder.path.name} read"
        return counted(batches(folder, size, shape), number, what, report, BATCH_FILES)

    return reader.cached(extractor.name, content, read)


def batches(folder: ImageFolder, size: int | None, shape: tuple[int, ...]) -> Iterator[Tensor]:
    """uint8 (k, 3, H, W); while one batch is used the next is decoded."""
    files = folder.files
    groups = [files[i : i + BATCH_FILES] for i in range(0, len(files), BATCH_FILES)]
    with ThreadPoolExecutor(THREADS) as pool:
        ahead = [pool.submit(read_picture, file, size) for file in groups[0]]
        for number in range(len(groups)):
            images = [future.result() for future in ahead]
            if number + 1 < len(groups):
                ahead = [pool.submit(read_picture, file, size) for file in groups[number + 1]]
            check_shapes(folder, groups[number], images, shape)
            yield torch.from_numpy(np.stack(images))


def check_shapes(
    folder: ImageFolder,
    files: Sequence[Path],
    images: Sequence[np.ndarray],
    shape: tuple[int, ...],
) -> None:
    """Raises UserError for an image of another size than the first."""
    for file, image in zip(files, images, strict=True):
        if image.shape != shape:
            raise UserError(
                f"images of mixed sizes: {file.name} has {image.shape[2]}x{image.shape[1]} pixels, "
                f"others {shape[2]}x{shape[1]}",
                str(folder.path),
                "resize them alike first, or give --size PX",
            )
