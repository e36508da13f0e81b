"""Movies of trainings, from snapshots in cells' folders."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganbench.cli.commands.movie import movie_command
from ganbench.core.errors import UserError
from ganbench.registry.registry import discover
from ganbench.reporting.movies import animated, movies
from ganbench.results.curves import add_point
from ganbench.results.folder import append_row, cell_folder
from ganbench.results.samples import keep_samples
from tests.reporting.test_tables import row

STEPS = (10, 20, 40)
REGISTRY = discover()


def silent(line: str) -> None:
    raise AssertionError(line)


def picture(value: int) -> np.ndarray:
    return np.full((6, 3, 8, 8), value, dtype=np.uint8)


def cars(folder: Path, model: str, seed: int, steps: tuple[int, ...]) -> None:
    own = row(model, seed, 0.5, task="car2car", recipe="paper")
    append_row(folder, own)
    path = cell_folder(folder, own.cell)
    path.mkdir(parents=True)
    for step in steps:
        keep_samples(path, step, {"AB/samples/input": picture(7), "AB/samples/fake": picture(step)})


def test_pictures_follow_the_training(tmp_path: Path) -> None:
    """One seed of each model; a model with fewer snapshots stands still in between."""
    cars(tmp_path, "standard", 0, STEPS)
    cars(tmp_path, "standard", 1, STEPS)
    cars(tmp_path, "discogan", 0, STEPS[::2])
    (data,) = movies(tmp_path, None, 100, REGISTRY, silent).values()
    with Image.open(io.BytesIO(data)) as film:
        assert film.n_frames == len(STEPS)  # type: ignore[attr-defined]
        tiles = []
        for i in range(len(STEPS)):
            film.seek(i)
            shades, counts = np.unique(np.asarray(film.convert("L")), return_counts=True)
            tiles.append({int(s): round(n / 64**2) for s, n in zip(shades, counts, strict=True)})
        assert [[tile.get(step, 0) for step in STEPS] for tile in tiles] == [
            [12, 0, 0],
            [6, 6, 0],
            [0, 0, 12],
        ]


def test_points_are_drawn_as_a_metric_draws_them(tmp_path: Path) -> None:
    own = row("standard", 0, 0.5, task="toy", recipe="paper", metrics={"modes_covered": 3.0})
    append_row(tmp_path, own)
    path = cell_folder(tmp_path, own.cell)
    path.mkdir(parents=True)
    rng = np.random.default_rng(0)
    for step in STEPS:
        points = rng.normal(step / 40, 0.1, (50, 2)).astype(np.float32)
        keep_samples(
            path,
            step,
            {
                "AB/samples/input": points[:10],
                "AB/samples/fake": points[:10],
                "AB/points": points,
                "AB/mode_centres": np.array([[0.0, 0.0], [1.0, 1.0]]),
                "AB/plane_corners": np.array([[-2.0, -2.0], [2.0, 2.0]]),
            },
        )
        add_point(path, step, {"modes_covered": 2.0})
    (data,) = movies(tmp_path, None, 100, REGISTRY, silent).values()
    with Image.open(io.BytesIO(data)) as film:
        assert film.n_frames == len(STEPS)  # type: ignore[attr-defined]


@pytest.mark.parametrize("steps", [(), (10,)])
def test_one_snapshot_is_no_movie(tmp_path: Path, steps: tuple[int, ...]) -> None:
    cars(tmp_path, "standard", 0, steps)
    with pytest.raises(UserError, match="two snapshots"):
        movies(tmp_path, None, 100, REGISTRY, silent)
    with pytest.raises(UserError, match="of seed 7"):
        movies(tmp_path, 7, 100, REGISTRY, silent)


def test_frames_of_several_sizes_are_whole() -> None:
    frames = [Image.new("RGB", size, "black") for size in ((20, 10), (10, 30))]
    with Image.open(io.BytesIO(animated(frames, 50))) as film:
        assert film.size == (20, 30)
        film.seek(1)
        pixels = np.asarray(film.convert("L"))
    assert pixels[29, 5] == 0 and pixels[5, 15] == 255


def test_a_movie_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """Here a file is in the way; a folder that is not writable is told alike."""
    cars(tmp_path, "standard", 0, STEPS)
    (tmp_path / "figures").write_text("in the way")
    with pytest.raises(UserError, match="the movie cannot be written"):
        movie_command(tmp_path, None, 100, REGISTRY)
