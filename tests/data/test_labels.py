"""Labels beside the images: read in the images' order, and mistakes told."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganbench.data.image_folder import read_image_folder
from ganbench.data.labels import read_labels
from ganbench.errors import UserError


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sub").mkdir()
    for name in ("b.png", "a.png", "sub/c.png"):
        Image.new("RGB", (4, 4)).save(tmp_path / name)
    return tmp_path


def test_labels_come_in_the_order_of_the_images(folder: Path) -> None:
    assert read_labels(read_image_folder(folder)) == {}
    text = "file, colour,azimuth_deg\nsub/c.png, red ,3.5\nb.png,blue,-7\nother.png,x,0\na.png,,1\n"
    (folder / "labels.csv").write_text(text)
    found = read_labels(read_image_folder(folder))
    assert found["colour"].tolist() == ["", "blue", "red"]
    np.testing.assert_array_equal(found["azimuth_deg"], [1, -7, 3.5])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,colour\na.png,red\n", "no column 'file' among: name, colour"),
        ("file,colour\na.png,red\n", "2 of 3 images have no label: b.png, sub/c.png"),
        ("file,x_deg\na.png,1\nb.png,west\nsub/c.png,2\n", "column x_deg"),
        ("", "no table"),
    ],
)
def test_mistakes_are_told(folder: Path, text: str, message: str) -> None:
    (folder / "labels.csv").write_text(text)
    with pytest.raises(UserError) as caught:
        read_labels(read_image_folder(folder))
    assert message in str(caught.value)
