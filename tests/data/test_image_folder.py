"""A user's folders of images: what is read, what is left out and told, what is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import PIL
import pytest
from PIL import Image

from ganbench.core.errors import UserError
from ganbench.core.spec import Reading
from ganbench.data.image_folder import ImageFolder, read_image_folder
from ganbench.data.listing import Files
from ganbench.data.overlap import pixel_digests, repeats_told, require_apart
from ganbench.evaluation.fidelity import folders as scored
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.weights import places

SKIP = Reading(skip_unreadable=True)


def pictures(folder: Path, count: int, seed: int = 0, side: int = 32) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    rng = np.random.default_rng(seed)
    for i in range(count):
        coarse = rng.integers(0, 256, (4, 4, 3), np.uint8)
        Image.fromarray(coarse).resize((side, side)).save(folder / f"{i:02d}.png")
    return folder


def damaged(folder: Path) -> None:
    """Four files that cannot be read, each for a reason of its own."""
    whole = (folder / "00.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    (folder / "text.jpg").write_text("404")
    (folder / "gone.png").symlink_to("nowhere.png")
    Image.fromarray(np.zeros((4, 4), np.float32)).save(folder / "float.tif")


def test_all_that_cannot_be_read_is_counted_at_once(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "a", 3)
    damaged(folder)
    with pytest.raises(UserError, match="4 of 7 images cannot be read") as caught:
        read_image_folder(folder, cache_dir=tmp_path / "cache")
    assert "gone.png (a link to nothing)" in caught.value.what
    assert "and 1 more" in caught.value.what
    assert "--skip-unreadable" in caught.value.fix


def test_it_is_left_out_and_told_where_the_user_says_so(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "a", 3)
    damaged(folder)
    for _ in range(2):  # once from the files, once from the cache
        found = read_image_folder(folder, reading=SKIP, cache_dir=tmp_path / "cache")
        assert found.names == ("00.png", "01.png", "02.png")
        (line,) = found.told
        assert "4 of 7 images that cannot be read: gone.png (a link to nothing)" in line


def test_too_few_that_can_be_read_are_refused(tmp_path: Path) -> None:
    folder = pictures(tmp_path / "a", 2)
    damaged(folder)
    with pytest.raises(UserError, match="only 2 images in the folder, 3 are needed; left out in"):
        read_image_folder(folder, 3, SKIP, tmp_path / "cache")


def test_photographs_of_a_phone_are_named_where_there_are_no_others(tmp_path: Path) -> None:
    for name in ("IMG_1.HEIC", "IMG_2.heic"):
        (tmp_path / name).write_bytes(b"photo")
    with pytest.raises(UserError, match=r"no images .*2 \.heic") as caught:
        read_image_folder(tmp_path)
    assert "HEIF" in caught.value.fix


def files_of(folder: Path) -> Files:
    return read_image_folder(folder).listing().files


def nested(root: Path) -> tuple[Path, Path]:
    return root / "real", pictures(root / "real" / "generated", 3)


def nested_the_other_way(root: Path) -> tuple[Path, Path]:
    return pictures(root / "all" / "real", 3), root / "all"


def linked_inside(root: Path) -> tuple[Path, Path]:
    (pictures(root / "a", 3) / "more").symlink_to(pictures(root / "disk", 3))
    return root / "a", root / "disk"


def linked_on_both_sides(root: Path) -> tuple[Path, Path]:
    disk = pictures(root / "disk", 3)
    for side in ("a", "b"):
        (pictures(root / side, 3) / "more").symlink_to(disk)
    return root / "a", root / "b"


def one_by_two_names(root: Path) -> tuple[Path, Path]:
    (root / "b").symlink_to(pictures(root / "a", 3))
    return root / "a", root / "b"


def by_a_detour(root: Path) -> tuple[Path, Path]:
    pictures(root / "b", 3)
    return pictures(root / "a", 3), root / "b" / ".." / "a"


OVERLAPS: list[Callable[[Path], tuple[Path, Path]]] = [
    nested,
    nested_the_other_way,
    linked_inside,
    linked_on_both_sides,
    one_by_two_names,
    by_a_detour,
]


@pytest.mark.parametrize("make", OVERLAPS)
def test_folders_that_overlap_are_refused(
    tmp_path: Path, make: Callable[[Path], tuple[Path, Path]]
) -> None:
    pictures(tmp_path / "real", 3)
    one, other = map(files_of, make(tmp_path))
    with pytest.raises(UserError, match=r"REAL and FAKE (overlap|are the same)"):
        require_apart(one, other, ("REAL", "FAKE"))


def test_folders_side_by_side_are_apart(tmp_path: Path) -> None:
    """Hidden ones are no data, so they do not overlap with what is around them."""
    pictures(tmp_path / "real", 3)
    hidden = files_of(pictures(tmp_path / "real" / ".generated", 3))
    names = ("REAL", "FAKE")
    require_apart(files_of(tmp_path / "real"), hidden, names)
    require_apart(files_of(tmp_path / "real"), files_of(pictures(tmp_path / "real-2", 3)), names)


def test_repeats_are_told_for_each_pair_of_parts() -> None:
    images = np.random.default_rng(0).integers(0, 256, (6, 3, 4, 4), np.uint8)
    images[4] = images[1]
    images[5] = images[0]
    digests = pixel_digests(images)
    parts = {
        "train": [(str(i), digests[i]) for i in (0, 1, 2)],
        "test": [(str(i), digests[i]) for i in (3, 4, 5)],
        "other": [("x", digests[0])],
    }
    assert repeats_told(parts) == [
        "2 of 3 pictures of test are in train too: 1 = 4; 0 = 5",
        "1 of 1 pictures of other are in train too: 0 = x",
        "1 of 1 pictures of other are in test too: 5 = x",
    ]


@pytest.fixture
def reader(tmp_path: Path) -> FeatureReader:
    return FeatureReader(places(tmp_path / "cache", None), tmp_path / "cache", "cpu")


@pytest.mark.parametrize(
    "change",
    [
        lambda patch: patch.setattr(PIL, "__version__", "99.0"),
        lambda patch: patch.setattr(scored, "source_hash", lambda files: "another decoder"),
    ],
)
def test_features_are_read_again_by_another_decoder(
    tmp_path: Path,
    reader: FeatureReader,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[pytest.MonkeyPatch], None],
) -> None:
    """Or who has features of wrongly decoded pictures in the cache would keep them."""
    real, fake = (pictures(tmp_path / side, 6, seed) for side, seed in (("r", 1), ("f", 2)))
    opened: list[Path] = []
    own = scored.open_picture

    def counted(path: Path) -> Image.Image:
        opened.append(path)
        return own(path)

    monkeypatch.setattr(scored, "open_picture", counted)
    extractor = reader.extractors["efficientnet_lite0"]

    def read() -> int:
        before = len(opened)
        scored.score_folders(real, fake, ["kd"], extractor, 32, reader)
        return len(opened) - before

    assert read() >= 12
    assert read() == 2, "the sizes of both folders' first alone"
    change(monkeypatch)
    assert read() >= 12


def test_a_folder_knows_its_content_whatever_its_names(tmp_path: Path) -> None:
    pictures(tmp_path, 2)
    (tmp_path / "00.png").rename(tmp_path / "caf\udce9.png")
    first = read_image_folder(tmp_path)
    assert first.content_hash() == read_image_folder(tmp_path).content_hash()
    other = ImageFolder(tmp_path, first.names[:1])
    assert other.content_hash() != first.content_hash()
