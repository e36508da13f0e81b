"""The picture of both domains."""

from __future__ import annotations

import io

import numpy as np
import pytest
import torch
from PIL import Image

from ganbench.contracts.task import Domain, Split
from ganbench.core.spec import DataSpec
from ganbench.running.preview import captions, preview, tiles_of

IMAGES = DataSpec(
    "image", (3, 8, 8), (1, 8, 8), kept=("azimuth_deg", "colour", "glasses", "kind"), changed="male"
)
POINTS = DataSpec("points", (2,), (1,), kept=("mode",))


def faces(number: int, channels: int, male: bool) -> Domain:
    rng = np.random.default_rng(number)
    pixels = rng.integers(0, 256, (number, channels, 8, 8), dtype=np.uint8)
    truth = {
        "azimuth_deg": np.linspace(-30, 30, number),
        "colour": np.array(["red"] * number),
        "glasses": np.arange(number) % 2 == 0,
        "male": np.full(number, male),
        "identity": np.arange(number),
    }
    return Domain(torch.from_numpy(pixels), truth)


def test_captions_have_what_is_known_and_what_a_sample_has() -> None:
    """Not its identity, nor an attribute that it lacks or that the data do not know."""
    assert captions(faces(3, 3, male=True), IMAGES) == [
        "male\nazimuth -30°\nred\nglasses",
        "male\nazimuth 0°\nred",
        "male\nazimuth 30°\nred\nglasses",
    ]
    assert captions(faces(1, 3, male=False), IMAGES) == ["azimuth -30°\nred\nglasses"]


@pytest.mark.parametrize("number", [1, 3, 20])
def test_any_number_of_pictures_is_shown(number: int) -> None:
    """Of domains of other colours too, and where nothing is known."""
    grey = Domain(faces(2, 1, male=True).samples)
    with Image.open(io.BytesIO(preview("x", Split(faces(number, 3, False), grey), IMAGES))) as file:
        shown = np.asarray(file.convert("RGB"))
    assert (shown != 255).any(axis=2).mean() > 0.02


def test_points_are_shown_by_their_modes() -> None:
    A = Domain(torch.randn(50, 2), {"mode": np.arange(50) % 5})
    with Image.open(io.BytesIO(preview("x", Split(A, Domain(torch.randn(9, 1))), POINTS))) as file:
        assert file.width > file.height


def test_words_say_by_themselves_what_is_known_of_them() -> None:
    words = torch.eye(2, dtype=torch.bool)[torch.tensor([[0], [1]])]
    told = Domain(words, {"colour": np.array(["red", "blue"])})
    spec = DataSpec(
        ("tokens", "image"), (1, 2), (3, 8, 8), kept=("colour",), words_A=("red", "blue")
    )
    sheet = tiles_of("x", Split(told, faces(2, 3, male=True)), spec)
    rows = [[axes.get_title() for axes in sheet.axes[i : i + 2]] for i in (0, 8)]
    assert rows == [[" ", " "], ["red", "red"]]
    assert [axes.texts[-1].get_text() for axes in sheet.axes[:2]] == ["red", "blue"]
