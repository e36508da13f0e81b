"""Figures of a run from its rows and arrays, whether the metrics they name are numbers or not."""

from __future__ import annotations

import warnings
from pathlib import Path

import numpy as np
import pytest
from msgspec import structs
from PIL import Image

from ganbench.reporting.figures import correlation_told, draw_figures, modes_told
from ganbench.results.folder import cell_folder
from ganbench.results.records import Row, number_of
from tests.reporting.test_tables import row

REASON = "undefined: the azimuths of the inputs have no spread, or no mean direction"


def stored(output: Path, metrics: dict[str, float | str], **arrays: np.ndarray) -> Row:
    """A done row whose arrays, all of A to B, lie in its cell's folder."""
    found = structs.replace(row("standard", 0, 1.0), metrics=metrics)
    folder = cell_folder(output, found.cell)
    folder.mkdir(parents=True)
    np.savez(folder / "arrays.npz", **{f"AB/{name}": each for name, each in arrays.items()})
    return found


def drawn(output: Path, found: Row) -> list[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        files = draw_figures([found], output)
    for file in files:
        Image.open(file).verify()
    return [file.stem.rpartition("-")[2] for file in files]


@pytest.mark.parametrize("metrics", [{"azimuth_correlation": REASON}, {}])
def test_azimuths_are_drawn_where_all_inputs_have_one(
    tmp_path: Path, metrics: dict[str, float | str]
) -> None:
    given, read = np.full(12, 10.0), np.linspace(-90, 90, 12)
    found = stored(tmp_path, metrics, input_azimuth_deg=given, azimuth_deg=read)
    assert drawn(tmp_path, found) == ["azimuth"]


def test_points_are_drawn_without_a_number_of_modes(tmp_path: Path) -> None:
    points, corners = np.zeros((5, 2)), np.array([[-1.0, -1.0], [1.0, 1.0]])
    arrays = {"points": points, "mode_centres": points[:2], "plane_corners": corners}
    found = stored(tmp_path, {"modes_covered": "undefined: not finite"}, **arrays)
    assert drawn(tmp_path, found) == ["points"]


def test_titles_tell_numbers_and_never_a_number_that_is_not_there() -> None:
    def of(**metrics: float | str) -> Row:
        return structs.replace(row("standard", 0, 1.0), metrics=metrics)

    assert correlation_told(of(azimuth_correlation=-0.456)) == "r = -0.46"
    assert correlation_told(of(azimuth_correlation=REASON)) == "r undefined"
    assert modes_told(of(modes_covered=8.0, mode_collisions=0.0)) == "8 modes, 0 shared"
    assert modes_told(of(modes_covered="skipped: why", mode_collisions=2.0)) == "2 shared"
    assert modes_told(of()) == "modes undefined"


@pytest.mark.parametrize(
    ("value", "expected"), [(0.0, 0.0), (3, 3.0), ("undefined: why", None), (None, None)]
)
def test_a_metric_is_a_number_or_none(value: float | str | None, expected: float | None) -> None:
    assert number_of(value) == expected


@pytest.mark.parametrize("damage", [b"", b"no archive", b"PK\x03\x04 cut off"])
def test_a_cell_whose_arrays_are_damaged_is_left_out(tmp_path: Path, damage: bytes) -> None:
    found = stored(tmp_path, {}, input_azimuth_deg=np.zeros(3), azimuth_deg=np.zeros(3))
    (cell_folder(tmp_path, found.cell) / "arrays.npz").write_bytes(damage)
    assert drawn(tmp_path, found) == []
