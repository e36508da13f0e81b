"""Tiles of texts are large enough for what they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.image_grid import TEXT_BACKGROUND, image_rows, text_tile

PICTURES = np.zeros((2, 3, 32, 32), dtype=np.uint8)


def ink(text: str, side: int) -> np.ndarray:
    """Where a tile is not background, bool (side, side)."""
    found: np.ndarray = (np.asarray(text_tile(text, side)) != TEXT_BACKGROUND).any(2)
    return found


@given(lines=st.integers(1, 12))
def test_no_line_is_cut_off(lines: int) -> None:
    """In the tile that a row of so many lines gets."""
    text = " ".join(["Some_Name"] * lines)
    canvas = image_rows([("a", np.array([text, "x"])), ("b", PICTURES)])
    side = (canvas.height - 9) // 2
    shown = ink(text, side)
    assert shown.any() and not shown[[0, -1]].any()
    assert (np.diff(shown.any(1).astype(int)) == 1).sum() >= lines


@pytest.mark.parametrize(("lines", "height"), [(3, 64), (5, 64), (8, 96), (20, 256)])
def test_pictures_grow_by_whole_pixels_where_texts_are_long(lines: int, height: int) -> None:
    text = " ".join(["word"] * lines)
    canvas = image_rows([("a", np.array([text])), ("b", PICTURES[:1])])
    assert canvas.height == 2 * height + 9
