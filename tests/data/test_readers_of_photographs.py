"""CelebA, the pix2pix sets, FaceScrub and Fashion-MNIST in the layouts of the real archives."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from ganbench.core.errors import UserError
from ganbench.data.readers.celeba import known_celeba, list_celeba
from ganbench.data.readers.facescrub import list_facescrub
from ganbench.data.readers.fashion_mnist import list_fashion_mnist, open_idx_images
from ganbench.data.readers.pix2pix import list_pix2pix, open_pair

ATTRIBUTES = """4
5_o_Clock_Shadow Blond_Hair Male\x20
000003.jpg  1 -1  1
000001.jpg -1  1 -1
000004.jpg -1 -1   1
000002.jpg -1 -1 -1
"""
PARTITION = "000001.jpg 0\n000002.jpg 0\n000003.jpg 1\n000004.jpg 2\n"
IDENTITIES = "000004.jpg 77\n000001.jpg 2880\n000002.jpg 5\n000003.jpg 77\n000009.jpg 1\n"


@pytest.fixture
def celeba(tmp_path: Path) -> Path:
    (tmp_path / "list_attr_celeba.txt").write_text(ATTRIBUTES)
    (tmp_path / "list_eval_partition.txt").write_text(PARTITION)
    (tmp_path / "identity_CelebA.txt").write_text(IDENTITIES)
    (tmp_path / "img_align_celeba").mkdir()
    for number in (3, 1, 4, 2):
        (tmp_path / "img_align_celeba" / f"{number:06d}.jpg").touch()
    (tmp_path / "img_align_celeba" / "Thumbs.db").touch()
    return tmp_path


def test_celeba_labels_belong_to_their_images(celeba: Path) -> None:
    listing = list_celeba(celeba)
    names = [f"img_align_celeba/00000{i}.jpg" for i in (1, 2, 3, 4)]
    assert list(listing.files.names) == names
    assert listing.label("Male").dtype == bool
    assert listing.label("Male").tolist() == [False, False, True, True]
    assert listing.label("Blond_Hair").tolist() == [True, False, False, False]
    assert listing.label("5_o_Clock_Shadow").tolist() == [False, False, True, False]
    assert listing.truth["identity"].tolist() == [2880, 5, 77, 77]
    assert listing.truth["official"].tolist() == ["train", "train", "validation", "test"]


def test_a_selection_keeps_its_labels(celeba: Path) -> None:
    listing = list_celeba(celeba)
    men = listing.take(listing.label("Male"))
    assert len(men) == 2
    assert [Path(men.files.names[i]).name for i in men.file] == ["000003.jpg", "000004.jpg"]
    assert men.truth["official"].tolist() == ["validation", "test"]


def test_known_labels_of_celeba_are_not_read_again(
    celeba: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path_factory.mktemp("cache")
    read = list_celeba(celeba)
    known_celeba(celeba, cache)
    with monkeypatch.context() as patched:
        patched.setattr(pd, "read_csv", None)
        known = known_celeba(celeba, cache)
    assert known.files == read.files
    assert known.truth.keys() == read.truth.keys()
    for name, values in read.truth.items():
        assert np.array_equal(known.truth[name], values) and known.truth[name].dtype == values.dtype


@pytest.mark.parametrize(
    ("file", "text", "label"),
    [
        ("list_attr_celeba.txt", ATTRIBUTES.replace("   1\n", "  -1\n"), "Male"),
        ("list_eval_partition.txt", PARTITION.replace(" 2", " 0"), "official"),
        ("identity_CelebA.txt", IDENTITIES.replace(" 5\n", " 77\n"), "identity"),
    ],
)
def test_a_changed_label_file_of_celeba_is_read_again(
    celeba: Path, tmp_path: Path, file: str, text: str, label: str
) -> None:
    before = known_celeba(celeba, tmp_path / "cache").truth[label]
    (celeba / file).write_text(text)
    after = known_celeba(celeba, tmp_path / "cache").truth[label]
    assert not np.array_equal(after, before)
    assert np.array_equal(after, list_celeba(celeba).truth[label])


def test_an_image_that_is_gone_is_told_though_the_labels_are_known(
    celeba: Path, tmp_path: Path
) -> None:
    known_celeba(celeba, tmp_path / "cache")
    (celeba / "img_align_celeba" / "000002.jpg").unlink()
    with pytest.raises(UserError, match=r"1 of 4 images are missing: 000002\.jpg"):
        known_celeba(celeba, tmp_path / "cache")


def test_celeba_does_without_partition_and_identities(celeba: Path) -> None:
    (celeba / "list_eval_partition.txt").unlink()
    (celeba / "identity_CelebA.txt").unlink()
    listing = list_celeba(celeba)
    assert "official" not in listing.truth
    assert listing.truth["identity"].tolist() == [1, 2, 3, 4]


def test_an_unknown_attribute_gets_the_closest_name(celeba: Path) -> None:
    with pytest.raises(UserError, match="unknown label 'Blonde_Hair'") as caught:
        list_celeba(celeba).label("Blonde_Hair")
    assert caught.value.fix == "did you mean 'Blond_Hair'?"
    assert caught.value.where == str(celeba)


ROWS = ATTRIBUTES.splitlines(keepends=True)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("".join(ROWS[:-1]), "3 rows of 4: it is cut off"),
        (ATTRIBUTES[:-5], "not a whole table"),
        (ATTRIBUTES.rstrip()[:-1] + "-", "not a whole table"),
        (ATTRIBUTES.replace("  1 -1  1", "  1 -1  1  1"), "does not start with"),
        (ATTRIBUTES.replace("-1 -1 -1", "-1 -1 -1 1"), "not a whole table"),
        (ATTRIBUTES.replace("   1\n", "   0\n"), "a value of 'Male' is neither"),
        (ATTRIBUTES.replace("000003.jpg", "000001.jpg"), "'000001.jpg' has two rows"),
        ("".join(ROWS[1:]), "does not start with"),
        ("", "does not start with"),
    ],
)
def test_damaged_attributes_are_told(celeba: Path, text: str, message: str) -> None:
    assert text != ATTRIBUTES
    (celeba / "list_attr_celeba.txt").write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        list_celeba(celeba)
    assert caught.value.where == str(celeba / "list_attr_celeba.txt")


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("list_eval_partition.txt", PARTITION[:-13], "no row for 1 of 4 images: 000004.jpg"),
        ("list_eval_partition.txt", PARTITION.replace(" 2", " 3"), "not one of 0, 1, 2"),
        ("list_eval_partition.txt", "", "no row for 4 of 4 images"),
        ("identity_CelebA.txt", IDENTITIES.replace(" 2880", ""), "not a whole table"),
        ("identity_CelebA.txt", IDENTITIES[14:], "no row for 1 of 4 images: 000004.jpg"),
    ],
)
def test_damaged_label_files_are_told(celeba: Path, file: str, text: str, message: str) -> None:
    (celeba / file).write_text(text)
    with pytest.raises(UserError, match=message) as caught:
        list_celeba(celeba)
    assert caught.value.where == str(celeba / file)


def test_missing_images_are_told(celeba: Path) -> None:
    (celeba / "img_align_celeba" / "000002.jpg").unlink()
    with pytest.raises(UserError, match=r"1 of 4 images are missing: 000002\.jpg"):
        list_celeba(celeba)
    (celeba / "img_align_celeba").rename(celeba / "images")
    with pytest.raises(UserError, match="no img_align_celeba in the data folder"):
        list_celeba(celeba)


def write_pair(path: Path, size: tuple[int, int] = (512, 256)) -> None:
    """A thin dark line on white at the left, an orange square at the right."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pixels = np.full((size[1], size[0], 3), 255, np.uint8)
    pixels[:, 100] = 0
    pixels[:, 256:] = (255, 128, 0)
    Image.fromarray(pixels).save(path, quality=95)


def test_pairs_come_by_number_and_split(tmp_path: Path) -> None:
    for name in ("train/10_AB.jpg", "train/9_AB.jpg", "val/9_AB.jpg", "train/readme.txt"):
        write_pair(tmp_path / name) if name.endswith("jpg") else (tmp_path / name).touch()
    both = list_pix2pix(tmp_path)
    assert both.truth["identity"].tolist() == [
        i for i in ("train/9", "train/10", "val/9") for _ in range(2)
    ]
    assert both.truth["official"].tolist() == ["train"] * 4 + ["validation"] * 2
    assert both.part.tolist() == [0, 1] * 3
    photos = list_pix2pix(tmp_path, sides=("photo",))
    assert photos.part.tolist() == [1, 1, 1]
    assert photos.truth["side"].tolist() == ["photo"] * 3
    chosen = both.take(both.label("side") == "photo")
    assert chosen.file.tolist() == photos.file.tolist()
    assert chosen.part.tolist() == photos.part.tolist()


def test_a_pair_is_thick_edges_left_and_the_photo_right(tmp_path: Path) -> None:
    write_pair(tmp_path / "1_AB.jpg")
    edges, photo = (np.asarray(picture).astype(int) for picture in open_pair(tmp_path / "1_AB.jpg"))
    assert edges.shape == photo.shape == (256, 256, 3)
    dark = np.flatnonzero((edges < 100).all(axis=(0, 2)))
    assert dark.tolist() == [99, 100, 101]
    assert np.abs(photo[:, 16:] - [255, 128, 0]).max() < 8


def test_broken_pairs_are_told(tmp_path: Path) -> None:
    write_pair(tmp_path / "train" / "1_AB.jpg", (300, 256))
    with pytest.raises(ValueError, match="300x256 pixels"):
        open_pair(tmp_path / "train" / "1_AB.jpg")
    with pytest.raises(UserError, match="no val in the data folder"):
        list_pix2pix(tmp_path)
    (tmp_path / "val").mkdir()
    with pytest.raises(UserError, match="no file named as 1_AB") as caught:
        list_pix2pix(tmp_path)
    assert caught.value.where == str(tmp_path / "val")


def test_facescrub_knows_persons_by_their_files(tmp_path: Path) -> None:
    names = {
        "actors": ("Al_Roe_2.jpg", "Al_Roe_10_345.jpg", "7.jpg"),
        "actresses": ("Ann_Lee_1.JPG", "7.jpg", "notes.txt"),
    }
    for group, files in names.items():
        (tmp_path / "facescrub" / group / "face").mkdir(parents=True)
        for file in files:
            (tmp_path / "facescrub" / group / "face" / file).touch()
    listing = list_facescrub(tmp_path)
    assert listing.truth["identity"].tolist() == [
        "actors/7",
        "actors/Al_Roe",
        "actors/Al_Roe",
        "actresses/7",
        "actresses/Ann_Lee",
    ]
    assert listing.truth["actress"].tolist() == [False, False, False, True, True]
    assert len(list_facescrub(tmp_path / "facescrub")) == 5
    for file in (tmp_path / "facescrub" / "actors" / "face").iterdir():
        file.unlink()
    with pytest.raises(UserError, match=r"no \.jpg"):
        list_facescrub(tmp_path)
    with pytest.raises(UserError, match="no actors/face and no actresses/face"):
        list_facescrub(tmp_path / "facescrub" / "actors")


def idx(values: np.ndarray) -> bytes:
    """An IDX file of unsigned bytes."""
    return struct.pack(f">HBB{values.ndim}I", 0, 8, values.ndim, *values.shape) + values.tobytes()


FASHION = np.random.default_rng(0).integers(256, size=(5, 28, 28), dtype=np.uint8)
CLASSES = np.array([8, 7, 9, 5, 8], np.uint8)


def write_fashion(folder: Path, suffix: str = "") -> Path:
    """Three pictures to train on and two to test on."""
    folder.mkdir(parents=True, exist_ok=True)
    pack = gzip.compress if suffix else bytes
    for prefix, part in (("train", slice(0, 3)), ("t10k", slice(3, 5))):
        images, labels = idx(FASHION[part]), idx(CLASSES[part])
        (folder / f"{prefix}-images-idx3-ubyte{suffix}").write_bytes(pack(images))
        (folder / f"{prefix}-labels-idx1-ubyte{suffix}").write_bytes(pack(labels))
    return folder


@pytest.mark.parametrize("suffix", ["", ".gz"])
@pytest.mark.parametrize("place", ["", "fashion-mnist", "FashionMNIST/raw"])
def test_fashion_is_read_plain_and_packed(tmp_path: Path, place: str, suffix: str) -> None:
    write_fashion(tmp_path / place, suffix)
    listing = list_fashion_mnist(tmp_path)
    assert listing.truth["label"].tolist() == CLASSES.tolist()
    assert listing.truth["official"].tolist() == ["train"] * 3 + ["test"] * 2
    assert listing.truth["identity"].tolist() == list(range(5))
    for i in range(5):
        picture = listing.pictures(listing.file[i])[listing.part[i]]
        assert np.array_equal(np.asarray(picture), FASHION[i])


@pytest.mark.parametrize("suffix", ["", ".gz"])
def test_damaged_fashion_files_are_told(tmp_path: Path, suffix: str) -> None:
    folder = write_fashion(tmp_path, suffix)
    for name in ("train-labels-idx1-ubyte", "train-images-idx3-ubyte"):
        file = folder / f"{name}{suffix}"
        whole = file.read_bytes()
        for damaged in (whole[:-1], b"garbage", b""):
            file.write_bytes(damaged)
            if "images" in name:
                with pytest.raises((ValueError, OSError)):
                    open_idx_images(file)
            else:
                with pytest.raises(UserError, match="labels cannot be read") as caught:
                    list_fashion_mnist(tmp_path)
                assert caught.value.where == str(file)
        file.write_bytes(whole)


def test_fashion_needs_a_label_for_each_picture(tmp_path: Path) -> None:
    write_fashion(tmp_path)
    (tmp_path / "t10k-images-idx3-ubyte").write_bytes(idx(FASHION[:3]))
    with pytest.raises(UserError, match="3 pictures for 2 labels") as caught:
        list_fashion_mnist(tmp_path)
    assert caught.value.where.endswith("t10k-images-idx3-ubyte")
    (tmp_path / "t10k-images-idx3-ubyte").unlink()
    with pytest.raises(UserError, match=r"no t10k-images-idx3-ubyte\* in the data folder"):
        list_fashion_mnist(tmp_path)
