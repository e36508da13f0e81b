"""Decoding a listing into the cache: right pictures, each file once, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganbench.core import reports
from ganbench.core.cache import cached_arrays
from ganbench.core.errors import UserError
from ganbench.core.reports import Passing
from ganbench.data import decoded as module
from ganbench.data.decoded import decoded, fingerprint
from ganbench.data.image_folder import read_image_folder
from ganbench.data.listing import Files, Listing, Pictures, one_each
from ganbench.data.pixels import open_picture, square_pixels

SIZE = 8
Decode = Callable[[Listing], np.ndarray]


def colours(seed: int, height: int = 20, width: int = 30) -> np.ndarray:
    return np.random.default_rng(seed).integers(256, size=(height, width, 3), dtype=np.uint8)


def listing_of(folder: Path) -> Listing:
    files = sorted(file.name for file in folder.glob("*.*"))
    return one_each(folder, files, {"identity": np.arange(len(files))})


def open_columns(path: Path) -> Pictures:
    """The pictures that lie side by side in a file, and a line in the log."""
    with (path.parent.parent / "opened").open("a") as log:
        log.write(path.name + "\n")
    with Image.open(path) as image:
        side = image.height
        return [image.crop((x, 0, x + side, side)) for x in range(0, image.width, side)]


def open_backwards(path: Path) -> Pictures:
    return open_columns(path)[::-1]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of every mode, and one that its EXIF turns."""
    path = tmp_path / "pictures"
    path.mkdir()
    rgb = Image.fromarray(colours(0))
    rgb.save(path / "rgb.png")
    rgb.convert("L").save(path / "grey.png")
    rgb.quantize(16).save(path / "palette.png")
    alpha = Image.fromarray(np.dstack([colours(1), np.full((20, 30), 60, np.uint8)]))
    alpha.save(path / "alpha.png")
    exif = Image.Exif()
    exif[0x0112] = 6
    rgb.save(path / "turned.jpg", exif=exif, quality=100, subsampling=0)
    return path


@pytest.fixture
def strips(tmp_path: Path) -> Listing:
    """Two files of three pictures each, listed in no order."""
    path = tmp_path / "strips"
    path.mkdir()
    for index in range(2):
        Image.fromarray(colours(index, 10, 30)).save(path / f"{index}.png")
    files = ("0.png", "1.png")
    file, part = np.array([1, 0, 1, 0, 0]), np.array([2, 0, 0, 2, 1])
    return Listing(Files(path, files), file, part, open_columns, {"identity": np.arange(5)})


@pytest.fixture
def decode(tmp_path: Path) -> Decode:
    return lambda listing: decoded(listing, SIZE, tmp_path / "cache", lambda line: None)


def entries(cache: Path) -> list[str]:
    return [path.name for path in cache.iterdir() if path.is_dir()]


def test_every_mode_is_decoded_as_a_folder_is(folder: Path, decode: Decode) -> None:
    listing = listing_of(folder)
    images = decode(listing)
    assert images.shape == (5, 3, SIZE, SIZE) and images.dtype == np.uint8
    assert isinstance(images, np.memmap) and not images.flags.writeable
    assert np.array_equal(images, module.decode(read_image_folder(folder).listing(), SIZE))
    for file, image in zip(listing.files.names, images, strict=True):
        assert np.array_equal(image, square_pixels(open_picture(folder / file), SIZE))


def test_modes_are_what_they_should_be(folder: Path, decode: Decode) -> None:
    files = listing_of(folder).files.names
    images = dict(zip(files, decode(listing_of(folder)).astype(int), strict=True))
    assert np.ptp(images["grey.png"], axis=0).max() == 0
    assert images["alpha.png"].min() > 150  # mostly white shows through
    upright = square_pixels(open_picture(folder / "rgb.png"), SIZE).astype(int)
    turned = np.rot90(images["turned.jpg"], axes=(1, 2))
    assert np.abs(turned - upright).mean() < np.abs(images["turned.jpg"] - upright).mean() / 3


def test_pictures_stand_where_the_listing_has_them(strips: Listing, decode: Decode) -> None:
    images = decode(strips)
    for i in range(len(strips)):
        part = strips.part[i]
        crop = colours(strips.file[i], 10, 30)[:, 10 * part : 10 * part + 10]
        wanted = Image.fromarray(crop).resize((SIZE, SIZE), Image.Resampling.LANCZOS)
        assert np.array_equal(images[i].transpose(1, 2, 0), np.asarray(wanted))


def test_each_wanted_file_is_opened_once_and_never_again(
    strips: Listing, decode: Decode, tmp_path: Path
) -> None:
    log = tmp_path / "opened"
    first = decode(strips)
    assert sorted(log.read_text().split()) == ["0.png", "1.png"]
    relabelled = Listing(**{**vars(strips), "truth": {"identity": np.zeros(5)}})
    assert np.array_equal(decode(relabelled), first)
    assert len(log.read_text().split()) == 2
    decode(strips.take(np.array([1, 3])))
    assert log.read_text().split()[2:] == ["0.png"]


def test_another_choice_or_size_or_opener_is_another_entry(
    strips: Listing, folder: Path, tmp_path: Path
) -> None:
    same = fingerprint(strips)
    assert fingerprint(strips) == same
    assert fingerprint(strips.take(np.arange(5)[::-1])) != same
    assert fingerprint(strips.take(np.arange(4))) != same
    assert fingerprint(Listing(**{**vars(strips), "open_file": open_backwards})) != same
    for size in (SIZE, 2 * SIZE):
        images = decoded(listing_of(folder), size, tmp_path / "cache", lambda line: None)
        assert images.shape[-1] == size


def test_a_file_that_no_picture_needs_plays_no_part(strips: Listing, decode: Decode) -> None:
    first = strips.take(strips.file == 0)
    key = fingerprint(first)
    (strips.files.root / strips.files.names[1]).unlink()
    assert fingerprint(first) == key
    assert len(decode(first)) == 3


@pytest.mark.parametrize("small_files", [0, 1_000])
def test_a_changed_file_is_noticed(
    folder: Path, decode: Decode, monkeypatch: pytest.MonkeyPatch, small_files: int
) -> None:
    """In a large set by size and time, in a small one by its content."""
    monkeypatch.setattr(module, "SMALL_FILES", small_files)
    monkeypatch.setattr(module, "SAMPLED_FILES", 1)
    listing = listing_of(folder)
    before = decode(listing).copy()
    changed = folder / "turned.jpg"
    Image.fromarray(colours(9)).save(changed)
    after = decode(listing_of(folder))
    assert not np.array_equal(after[-1], before[-1])
    assert np.array_equal(after[:-1], before[:-1])
    key = fingerprint(listing_of(folder))
    os.utime(changed, ns=(0, 0))
    assert (fingerprint(listing_of(folder)) == key) == bool(small_files)


def test_a_large_set_of_the_same_sizes_and_times_is_told_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SMALL_BYTES", 100)
    keys = []
    for value in (0, 1):
        file = tmp_path / "picture.bmp"
        Image.new("RGB", (20, 20), (value, 0, 0)).save(file)
        os.utime(file, ns=(0, 0))
        keys.append(fingerprint(listing_of(tmp_path)))
    assert keys[0] != keys[1]


def test_an_entry_that_is_cut_off_is_made_again(strips: Listing, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    whole = decoded(strips, SIZE, cache, lambda line: None).copy()
    (file,) = cache.glob("*/images.npy")
    os.truncate(file, file.stat().st_size - 1)
    assert np.array_equal(decoded(strips, SIZE, cache, lambda line: None), whole)
    assert len((tmp_path / "opened").read_text().split()) == 4


def test_broken_pictures_are_named_and_nothing_stays(folder: Path, tmp_path: Path) -> None:
    whole = (folder / "rgb.png").read_bytes()
    (folder / "cut.png").write_bytes(whole[: len(whole) // 2])
    for name in ("a.jpg", "b.jpg", "z.jpg"):
        (folder / name).write_bytes(b"" if name == "a.jpg" else b"no picture")
    with pytest.raises(UserError, match="4 of 9 images cannot be read") as caught:
        decoded(listing_of(folder), SIZE, tmp_path / "cache", lambda line: None)
    assert all(f"{name} (" in caught.value.what for name in ("a.jpg", "b.jpg", "cut.png"))
    assert caught.value.what.endswith("and 1 more")
    assert caught.value.where == str(folder)
    assert entries(tmp_path / "cache") == []


def test_a_part_that_a_file_does_not_have_is_told(strips: Listing, decode: Decode) -> None:
    beyond = Listing(**{**vars(strips), "part": strips.part + 1})
    with pytest.raises(UserError, match=r"2 of 2 images cannot be read: 0\.png"):
        decode(beyond)


def test_an_interruption_leaves_nothing(
    strips: Listing, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*args: object) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "_reason", interrupt)
    with pytest.raises(KeyboardInterrupt):
        decoded(strips, SIZE, tmp_path / "cache", lambda line: None)
    assert entries(tmp_path / "cache") == []


def test_a_listed_file_that_is_gone_is_told(folder: Path, decode: Decode) -> None:
    listing = listing_of(folder)
    (folder / "rgb.png").unlink()
    with pytest.raises(
        UserError, match=r"1 of 5 images cannot be read: rgb.png \(No such file"
    ) as caught:
        decode(listing)
    assert caught.value.where == str(folder)


def test_progress_is_told_now_and_then(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "FILES_A_JOB", 1)
    monkeypatch.setattr(reports, "EVERY_SEC", 0.0)
    for index in range(25):
        Image.new("RGB", (4, 4)).save(tmp_path / f"{index:02d}.png")
    lines: list[str] = []
    for _ in range(2):
        decoded(listing_of(tmp_path), SIZE, tmp_path / "cache", lines.append)
    assert lines[0] == f"decoding 25 pictures at {SIZE} px"
    assert lines[1:] == [f"files read: {done} of 25" for done in range(1, 25)]
    assert all(isinstance(line, Passing) for line in lines[1:])


def test_an_opener_that_no_name_tells_apart_is_refused(folder: Path, decode: Decode) -> None:
    unnamed = Listing(**{**vars(listing_of(folder)), "open_file": lambda path: []})
    with pytest.raises(ValueError, match="at the top of its module"):
        decode(unnamed)


def test_a_full_disk_is_an_error_and_not_a_crash(
    strips: Listing, decode: Decode, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    with pytest.raises(UserError, match="No space left on device"):
        decode(strips)


def test_arrays_made_in_memory_are_cached_as_before(tmp_path: Path) -> None:
    calls: list[int] = []

    def make() -> dict[str, np.ndarray]:
        calls.append(1)
        return {"a": np.arange(3), "b": np.eye(2)}

    for _ in range(2):
        arrays = cached_arrays(tmp_path, "test", {"x": 1}, make)
        assert sorted(arrays) == ["a", "b"]
        assert arrays["a"].tolist() == [0, 1, 2]
    assert len(calls) == 1
