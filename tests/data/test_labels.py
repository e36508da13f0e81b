"""Labels beside the images: read in the images' order, and mistakes told."""

from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from ganbench.core.errors import UserError
from ganbench.data.image_folder import ImageFolder, read_image_folder
from ganbench.data.labels import labels_told, read_labels


def filled(path: Path) -> Path:
    (path / "sub").mkdir(parents=True)
    for name in ("b.png", "a.png", "sub/c.png"):
        Image.new("RGB", (4, 4)).save(path / name)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return filled(tmp_path / "pictures")


def test_labels_come_in_the_order_of_the_images(folder: Path) -> None:
    assert read_labels(read_image_folder(folder)) == {}
    text = (
        "file, colour,azimuth_deg\nsub/c.png, red ,3.5\nb.png,blue,-7\nother.png,x,0\na.png,x,1\n"
    )
    (folder / "labels.csv").write_text(text)
    found = read_labels(read_image_folder(folder))
    assert found["colour"].tolist() == ["x", "blue", "red"]
    np.testing.assert_array_equal(found["azimuth_deg"], [1, -7, 3.5])


@given(
    angles=st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1, max_size=8),
    texts=st.data(),
)
def test_what_a_csv_writer_writes_comes_back(
    tmp_path_factory: pytest.TempPathFactory, angles: list[float], texts: st.DataObject
) -> None:
    word = st.text("abc,\" \n'é;", min_size=1).filter(str.strip)
    words = texts.draw(st.lists(word, min_size=len(angles), max_size=len(angles)))
    path = tmp_path_factory.mktemp("labels")
    files = tuple(f"{i}.png" for i in range(len(angles)))
    with (path / "labels.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "x_deg", "word"])
        writer.writerows(zip(files, map(repr, angles), words, strict=True))
    found = read_labels(ImageFolder(path, files))
    assert found["x_deg"].tolist() == angles
    assert found["word"].tolist() == [w.strip() for w in words]


REST = "b.png,2,y\nsub/c.png,3,y\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("name,colour\na.png,red\n", "no column 'file' among: name, colour"),
        ("file,colour\na.png,red\n", "2 of 3 images have no label: b.png, sub/c.png"),
        ("file,x_deg\na.png,1\nb.png,west\nsub/c.png,2\n", "line 3, column x_deg"),
        ("", "no table"),
        ('file,colour\na.png,"red\n', "no table"),
        (",file,colour\n0,a.png,red\n", "a column has no name"),
        ("file,colour,colour\na.png,red,red\n", "two columns are called 'colour'"),
        ("file,x_deg\na.png,1,5\n", "line 2"),
        *(
            (f"file,x_deg,c\n\na.png,{bad},y\n{REST}", "line 3, column x_deg")
            for bad in ("nan", "NaN", "-inf", "Infinity", "1e999", "", "1 deg")
        ),
        *((f"file,x_deg,c\na.png,1,{bad}\n{REST}", "line 2, column c") for bad in ("", " ", "nan")),
        (f"file,x_deg,c\na.png,1,y\n{REST}a.png,5,y\n", "lines 2 and 5"),
        (f"file,x_deg,c\na.png,1,y\n{REST}a.png,1,z\n", "c is y and z"),
    ],
)
def test_mistakes_are_told(folder: Path, text: str, message: str) -> None:
    (folder / "labels.csv").write_text(text)
    with pytest.raises(UserError) as caught:
        read_labels(read_image_folder(folder))
    assert message in str(caught.value)
    assert str(folder / "labels.csv") in caught.value.where


def test_a_table_of_another_encoding_is_told(folder: Path) -> None:
    (folder / "labels.csv").write_bytes("file,colour\na.png,grün\n".encode("utf-16"))
    with pytest.raises(UserError, match="as UTF-8"):
        read_labels(read_image_folder(folder))


def test_what_does_no_harm_passes(folder: Path) -> None:
    """A mark of the byte order, equal rows, empty lines, and what is said of no image here."""
    text = "\ufefffile,x_deg\na.png,1\na.png,1.0\n,\nb.png,2\nsub/c.png,3\ngone.png,nan\n\n"
    (folder / "labels.csv").write_text(text, encoding="utf-8")
    assert read_labels(read_image_folder(folder))["x_deg"].tolist() == [1, 2, 3]


def test_what_a_user_ought_to_know_is_told(folder: Path, tmp_path: Path) -> None:
    other = filled(tmp_path / "others")
    (folder / "labels.csv").write_text(
        "file,colour,color,size\na.png,red,x,s\nb.png,blue,x,m\nsub/c.png,red,x,l\ngone.png,a,b,c\n"
    )
    (other / "labels.csv").write_text(
        "file,colour,size\na.png,Red,s\nb.png,Red,m\nsub/c.png,Red,l\n"
    )
    both = {"A": read_image_folder(folder), "B": read_image_folder(other)}
    assert labels_told(both) == [
        "labels of A: 1 rows name no image: gone.png",
        "labels of A: not used, for A alone has them: color",
        "labels of B: 'colour' is Red for every image, so nothing can show that it stays",
        "labels of A: no image of the other has 'colour' blue, red",
        "labels of B: no image of the other has 'colour' Red",
    ]
    (other / "labels.csv").unlink()
    assert labels_told(both) == ["labels of A: 1 rows name no image: gone.png"]


@pytest.mark.parametrize(("kind", "target"), [("folder", ""), ("link to nothing", "gone.csv")])
def test_labels_that_are_no_file_are_refused(folder: Path, kind: str, target: str) -> None:
    path = folder / "labels.csv"
    if target:
        path.symlink_to(folder / target)
    else:
        path.mkdir()
    for read in (read_labels, lambda found: labels_told({"A": found})):
        with pytest.raises(UserError, match=f"the labels are a {kind}") as caught:
            read(read_image_folder(folder))
        assert str(path) in str(caught.value)


def test_labels_behind_a_link_are_read(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.csv").write_text("file,k\na.png,x\nb.png,y\nsub/c.png,x\n")
    (folder / "labels.csv").symlink_to(tmp_path / "kept.csv")
    assert read_labels(read_image_folder(folder))["k"].tolist() == ["x", "y", "x"]
