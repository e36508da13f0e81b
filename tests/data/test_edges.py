"""Edges lie where the pictures have them."""

from __future__ import annotations

import numpy as np

from ganbench.data.edges import drawing, edges_of


def square() -> np.ndarray:
    image = np.full((1, 3, 32, 32), 255, np.uint8)
    image[..., 8:24, 8:24] = 40
    return image


def test_the_outline_of_a_square() -> None:
    lines = edges_of(square() / 255.0)[0]
    rows, columns = np.nonzero(lines)
    assert lines.sum() > 40
    for low, high in ((rows.min(), rows.max()), (columns.min(), columns.max())):
        assert 6 <= low <= 9 and 22 <= high <= 25
    assert not lines[11:21, 11:21].any()


def test_a_drawing_is_black_on_white() -> None:
    shown = drawing(square())
    assert shown.dtype == np.uint8 and shown.shape == (1, 3, 32, 32)
    assert set(np.unique(shown)) == {0, 255}
    assert (shown == 0).mean() < 0.2
    assert drawing(np.zeros((0, 3, 8, 8), np.uint8)).shape == (0, 3, 8, 8)
