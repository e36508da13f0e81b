"""Pictures of a report: small, whole, each once, and the most important ones first."""

from __future__ import annotations

import base64
from functools import partial
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganbench.reporting.report.pictures import (
    LIGHT_BYTES,
    MAX_TILE_PX,
    Picture,
    Wanted,
    embedded,
    file_picture,
    strip_picture,
)


def decoded(picture: Picture) -> np.ndarray:
    with Image.open(BytesIO(base64.b64decode(picture.uri.partition(",")[2]))) as image:
        return np.asarray(image.convert("RGB")).astype(float)


def smooth(n: int, side: int) -> np.ndarray:
    """Images whose grey rises from left to right, uint8 (n, 3, side, side)."""
    x = np.linspace(0, 200, side)[None, None, None] + np.linspace(0, 55, n)[:, None, None, None]
    return np.broadcast_to(x, (n, 3, side, side)).astype(np.uint8)


def test_a_strip_has_the_images_side_by_side() -> None:
    images = smooth(5, 32)
    picture = strip_picture(images)
    expected = np.concatenate(list(images.transpose(0, 2, 3, 1)), axis=1)
    assert (picture.height, picture.width) == expected.shape[:2]
    assert np.abs(decoded(picture) - expected).mean() < 3


def test_a_file_that_is_no_picture_is_told_in_plain_words(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_text("text")
    with pytest.raises(ValueError, match=r"a\.png: this is no PNG$"):
        file_picture(tmp_path / "a.png", False)


def test_large_and_grey_images_do_as_well() -> None:
    picture = strip_picture(smooth(2, 256)[:, :1])
    assert (picture.width, picture.height) == (2 * MAX_TILE_PX, MAX_TILE_PX)


@pytest.mark.parametrize("array", [np.zeros((3, 2)), np.zeros((2, 4, 8, 8), np.uint8)])
def test_what_is_no_image_is_refused(array: np.ndarray) -> None:
    with pytest.raises(ValueError, match="are no images"):
        strip_picture(array)


def test_the_first_pictures_have_room_and_equal_ones_cost_nothing() -> None:
    def wanted(key: int, value: int) -> Wanted:
        images = np.full((1, 3, 8, 8), value, np.uint8)
        return Wanted((key,), lambda: strip_picture(images))

    asked = [wanted(key, value) for key, value in enumerate((0, 0, 100, 0, 200, 0))]
    sizes = [len(asked[i].make().uri) for i in (0, 2, 4)]
    found = embedded(asked, sum(sizes[:2]))
    assert found.is_full and list(found.pictures) == [(0,), (1,), (2,), (3,)]
    assert not embedded(asked, sum(sizes)).is_full


def test_a_damaged_picture_is_a_fault_and_others_are_shown(tmp_path: Path) -> None:
    whole, broken = tmp_path / "whole.png", tmp_path / "broken.png"
    noise = np.random.default_rng(0).integers(0, 255, (300, 300, 3), dtype=np.uint8)
    Image.fromarray(noise).save(whole)
    broken.write_bytes(whole.read_bytes()[:-9_000])
    (tmp_path / "text.png").write_text("no picture")
    files = [whole, broken, tmp_path / "text.png"]
    found = embedded(Wanted((f.name,), partial(file_picture, f, False)) for f in files)
    assert list(found.pictures) == [("whole.png",)]
    assert [str(broken) in found.faults[0], "text.png" in found.faults[1]] == [True, True]
    assert len(whole.read_bytes()) > LIGHT_BYTES > 0
    assert len(found.pictures["whole.png",].uri) < len(whole.read_bytes())
