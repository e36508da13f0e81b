"""Real data sets as mirrors and archives pack them: the same listing, or a message."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganbench.core.errors import UserError
from ganbench.data.datasets.catalogue import find_data_set, load_reader
from ganbench.data.readers.celeba import known_celeba, list_celeba
from tests.plugins.real_sets import WRITERS, celeba, pix2pix

LISTS = ("list_attr_celeba", "list_eval_partition", "identity_CelebA")


def as_csv(root: Path, name: str, head: str) -> None:
    lines = [line.split() for line in (root / f"{name}.txt").read_text().splitlines()]
    if name == "list_attr_celeba":
        head, lines = ",".join(["image_id", *lines[1]]), lines[2:]
    text = "\r\n".join([head, *(",".join(line) for line in lines)])
    (root / f"{name}.csv").write_bytes(b"\xef\xbb\xbf" + f"{text}\r\n".encode())
    (root / f"{name}.txt").unlink()


def kaggle(root: Path) -> None:
    """CSV lists, no identities, and images a folder deeper."""
    as_csv(root, "list_attr_celeba", "")
    as_csv(root, "list_eval_partition", "image_id,partition")
    (root / "identity_CelebA.txt").unlink()
    (root / "list_bbox_celeba.csv").write_text("image_id,x_1,y_1,width,height\n")
    (root / "img_align_celeba").rename(root / "pictures")
    (root / "img_align_celeba").mkdir()
    (root / "pictures").rename(root / "img_align_celeba" / "img_align_celeba")


def csv_identities(root: Path) -> None:
    as_csv(root, "identity_CelebA", "image_id,identity")


def authors(root: Path) -> None:
    for folder, names in (("Anno", LISTS[::2]), ("Eval", LISTS[1:2])):
        (root / folder).mkdir()
        for name in names:
            (root / f"{name}.txt").rename(root / folder / f"{name}.txt")
    (root / "Img").mkdir()
    (root / "img_align_celeba").rename(root / "Img" / "img_align_celeba")


def as_png(root: Path) -> None:
    """The lists still name JPEGs."""
    (root / "img_align_celeba_png").mkdir()
    for file in sorted((root / "img_align_celeba").iterdir()):
        with Image.open(file) as picture:
            picture.save(root / "img_align_celeba_png" / f"{file.stem}.png")
    shutil.rmtree(root / "img_align_celeba")


def png_in_authors_tree(root: Path) -> None:
    as_png(root)
    (root / "Img").mkdir()
    (root / "img_align_celeba_png").rename(root / "Img" / "img_align_celeba_png")


def deeper(root: Path, name: str = "celeba") -> None:
    """Beside what systems and archives leave there."""
    (root.parent / "inner").mkdir()
    root.rename(root.parent / "inner" / name)
    (root.parent / "inner").rename(root)
    (root / "__MACOSX" / name).mkdir(parents=True)
    (root / ".DS_Store").touch()


def kaggle_deeper(root: Path) -> None:
    kaggle(root)
    deeper(root)


def authors_deeper(root: Path) -> None:
    authors(root)
    deeper(root)


LAYOUTS = (
    kaggle,
    csv_identities,
    authors,
    as_png,
    png_in_authors_tree,
    deeper,
    kaggle_deeper,
    authors_deeper,
)


@pytest.mark.parametrize("change", LAYOUTS)
def test_every_layout_of_celeba_gives_the_same(
    tmp_path: Path, change: Callable[[Path], None]
) -> None:
    celeba(tmp_path / "set")
    wanted = list_celeba(tmp_path / "set")
    change(tmp_path / "set")
    for found in (
        list_celeba(tmp_path / "set"),
        known_celeba(tmp_path / "set", tmp_path / "cache"),
        known_celeba(tmp_path / "set", tmp_path / "cache"),
    ):
        stems = [Path(name).stem for name in found.files.names]
        assert stems == [Path(name).stem for name in wanted.files.names]
        assert all((found.files.root / name).is_file() for name in found.files.names)
        assert len(found.pictures(3)) == 1
        names = wanted.truth.keys()
        assert found.truth.keys() == names
        for name in names - ({"identity"} if "kaggle" in change.__name__ else set()):
            assert np.array_equal(found.truth[name], wanted.truth[name])


def test_the_authors_lists_and_jpegs_go_first(tmp_path: Path) -> None:
    celeba(tmp_path)
    wanted = list_celeba(tmp_path)
    (tmp_path / "list_attr_celeba.csv").write_text("image_id,Male\n000001.jpg,1\n")
    (tmp_path / "img_align_celeba_png").mkdir()
    assert list_celeba(tmp_path).files.names == wanted.files.names


CUT = {
    "no head": (lambda text: text.partition("\r\n")[2], "does not start with a head"),
    "a line short": (lambda text: text.rpartition("000120")[0], "no row for 1 images: 000120.jpg"),
    "in a number": (lambda text: text[:-3], "not a whole table|neither 1 nor -1"),
    "0 and 1": (lambda text: text.replace("-1", "0"), "is neither 1 nor -1"),
    "semicolons": (lambda text: text.replace(",", ";"), "does not start with a head"),
    "empty": (lambda text: "", "does not start with a head"),
    "twice": (lambda text: text.replace("000003", "000001"), "'000001.jpg' has two rows"),
}


@pytest.mark.parametrize("case", CUT)
def test_damaged_csv_lists_are_told(tmp_path: Path, case: str) -> None:
    celeba(tmp_path)
    kaggle(tmp_path)
    change, message = CUT[case]
    file = tmp_path / "list_attr_celeba.csv"
    file.write_bytes(change(file.read_bytes().decode()).encode())
    with pytest.raises(UserError, match=message) as caught:
        list_celeba(tmp_path)
    assert caught.value.where == str(file)


@pytest.mark.parametrize("name", WRITERS)
def test_one_folder_deeper_is_the_same_set(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / "set")
    read = load_reader(find_data_set(name))
    wanted = read(tmp_path / "set")
    deeper(tmp_path / "set", f"{name} v2")
    found = read(tmp_path / "set")
    assert found.files.names == wanted.files.names and len(found.pictures(0)) > 0
    for label, values in wanted.truth.items():
        assert np.array_equal(found.truth[label], values)


@pytest.mark.parametrize("name", WRITERS)
def test_two_sets_or_none_are_told(tmp_path: Path, name: str) -> None:
    WRITERS[name](tmp_path / "one")
    shutil.copytree(tmp_path / "one", tmp_path / "two")
    read = load_reader(find_data_set(name))
    with pytest.raises(UserError, match=r"2 folders have the data: one, two"):
        read(tmp_path)
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "one").rename(tmp_path / "a" / "b" / "one")
    with pytest.raises(UserError, match=r"in the data folder, which holds b\n"):
        read(tmp_path / "a")


def test_a_link_to_the_set_is_not_a_second_one(tmp_path: Path) -> None:
    pix2pix(tmp_path / "edges2shoes")
    (tmp_path / "latest").symlink_to("edges2shoes")
    assert len(load_reader(find_data_set("edges2shoes"))(tmp_path)) == 64
