"""Cars, chairs and faces in the layouts of the real archives, traps included."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.io import savemat

from ganbench.core.errors import UserError
from ganbench.data.readers.basel_faces import list_basel_faces
from ganbench.data.readers.cad_cars import list_cad_cars, open_car
from ganbench.data.readers.rendered_chairs import list_rendered_chairs

AZIMUTHS_DEG = list(range(75, -90, -15))
SIDE = 4  # of the test's car pictures; the real ones are 128 x 128


def car_pixels(number: int, channels: int = 3) -> np.ndarray:
    """uint8 (height, width, channels, azimuth, elevation), which tell what they are."""
    im = np.zeros((SIDE, SIDE, channels, 24, 4), np.uint8)
    im[0, :, 0] = number
    im[1, :, 0] = np.arange(24)[:, None]
    im[2, :, 0] = np.arange(4)
    return im


def write_car(folder: Path, number: int, im: np.ndarray, name: str = "im") -> None:
    savemat(folder / f"car_{number:03d}_mesh.mat", {name: im}, do_compression=True)


def png(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.touch()


@pytest.fixture
def cars(tmp_path: Path) -> Path:
    """Numbers with gaps, written in no order, beside a file that is no car."""
    for number in (199, 2, 10, 1):
        write_car(tmp_path, number, car_pixels(number))
    write_car(tmp_path, 7, car_pixels(7, channels=1))
    (tmp_path / "car_names.mat").write_bytes(b"not a car")
    return tmp_path


def test_cars_come_by_number_with_eleven_signed_azimuths(cars: Path) -> None:
    listing = list_cad_cars(cars)
    assert [file[4:7] for file in listing.files.names] == ["001", "002", "007", "010", "199"]
    assert listing.truth["identity"].tolist() == [n for n in (1, 2, 7, 10, 199) for _ in range(11)]
    assert listing.truth["azimuth_deg"].tolist() == AZIMUTHS_DEG * 5


@pytest.mark.parametrize("elevation_index", [0, 3])
def test_each_car_part_is_the_view_that_the_labels_say(cars: Path, elevation_index: int) -> None:
    listing = list_cad_cars(cars, elevation_index)
    for i in range(len(listing)):
        picture = listing.pictures(listing.file[i])[listing.part[i]]
        pixels = np.asarray(picture).astype(int)
        number, azimuth, elevation = (pixels if pixels.ndim == 2 else pixels[..., 0])[:3, 0]
        assert pixels.ndim == (2 if number == 7 else 3)
        assert number == listing.truth["identity"][i]
        assert elevation == elevation_index
        assert azimuth * 15 % 360 == listing.truth["azimuth_deg"][i] % 360


@pytest.mark.parametrize("place", ["cars", "data/cars"])
def test_cars_are_found_where_the_archive_has_them(tmp_path: Path, place: str) -> None:
    (tmp_path / place).mkdir(parents=True)
    write_car(tmp_path / place, 1, car_pixels(1))
    assert len(list_cad_cars(tmp_path)) == 11


def test_listing_cars_does_not_open_them(tmp_path: Path) -> None:
    (tmp_path / "car_001_mesh.mat").write_bytes(b"")
    assert len(list_cad_cars(tmp_path)) == 11


def test_broken_cars_are_a_value_error(tmp_path: Path) -> None:
    write_car(tmp_path, 1, car_pixels(1))
    whole = (tmp_path / "car_001_mesh.mat").read_bytes()
    (tmp_path / "cut.mat").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "empty.mat").write_bytes(b"")
    write_car(tmp_path, 2, car_pixels(2), name="image")
    write_car(tmp_path, 3, car_pixels(3)[..., :23, :])
    write_car(tmp_path, 4, car_pixels(4).astype(float))
    for name in ("cut.mat", "empty.mat"):
        with pytest.raises(ValueError, match="not a whole MATLAB file"):
            open_car(tmp_path / name)
    with pytest.raises(ValueError, match="no variable 'im'"):
        open_car(tmp_path / "car_002_mesh.mat")
    with pytest.raises(ValueError, match=r"uint8 \(4, 4, 3, 23, 4\), not"):
        open_car(tmp_path / "car_003_mesh.mat")
    with pytest.raises(ValueError, match="float64"):
        open_car(tmp_path / "car_004_mesh.mat")


def test_no_cars_are_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="does not exist"):
        list_cad_cars(tmp_path / "nowhere")
    with pytest.raises(UserError, match=r"no car_\S+_mesh\.mat in the data folder") as caught:
        list_cad_cars(tmp_path)
    assert caught.value.where == str(tmp_path)
    with pytest.raises(UserError, match="elevation_index=4 is out of range"):
        list_cad_cars(tmp_path, 4)


CHAIRS = ("ff" * 16, "0a" * 16)
TURNS = (0, 11, 174, 180, 185, 270, 348)


@pytest.fixture
def chairs(tmp_path: Path) -> Path:
    """Two chairs at both elevations, beside the archive's other files."""
    root = tmp_path / "rendered_chairs"
    for chair in CHAIRS:
        views = [(p, t) for p in (30, 20) for t in reversed(TURNS)]
        for number, (p, t) in enumerate(views, start=1):
            png(root / chair / "renders" / f"image_{number:03d}_p{p:03d}_t{t:03d}_r096.png")
        png(root / chair / "renders" / "thumbs.db")
    png(root / "all_chair_names.mat")
    png(root / "readme" / "renders" / "image_001_p020_t270_r096.png")
    return tmp_path


def test_chairs_keep_one_elevation_and_the_half_circle(chairs: Path) -> None:
    listing = list_rendered_chairs(chairs)
    assert listing.truth["identity"].tolist() == [c for c in sorted(CHAIRS) for _ in range(3)]
    assert sorted(listing.truth["azimuth_deg"][:3].tolist()) == [-85, 0, 78]
    assert all("_p020_" in file for file in listing.files.names)
    for file, azimuth_deg in zip(listing.files.names, listing.truth["azimuth_deg"], strict=True):
        assert f"_t{int(azimuth_deg) + 270}_" in file
    same = list_rendered_chairs(chairs / "rendered_chairs", elevation_deg=30)
    assert all("_p030_" in file for file in same.files.names)
    assert len(list_rendered_chairs(chairs, over_deg=-1, under_deg=360)) == 2 * len(TURNS)


def test_chairs_that_are_not_there_are_told(chairs: Path, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="elevation of 25") as caught:
        list_rendered_chairs(chairs, elevation_deg=25)
    assert caught.value.fix == "known: 20, 30"
    with pytest.raises(UserError, match="over 12 and under 100"):
        list_rendered_chairs(chairs, over_deg=12, under_deg=100)
    bare = chairs / "rendered_chairs" / ("bb" * 16)
    bare.mkdir()
    with pytest.raises(UserError, match="cannot be listed") as caught:
        list_rendered_chairs(chairs)
    assert caught.value.where == str(bare / "renders")
    (bare / "renders").mkdir()
    with pytest.raises(UserError, match="a chair without a view"):
        list_rendered_chairs(chairs)
    png(tmp_path / "other" / "name" / "renders" / "x.png")
    with pytest.raises(UserError, match="no chair's folder"):
        list_rendered_chairs(tmp_path / "other")


PATTERN = r"_az(?P<azimuth>[+-]?\d+)\."


def test_faces_have_identity_and_azimuth_in_their_names(tmp_path: Path) -> None:
    folder = tmp_path / "PublicMM1" / "05_renderings"
    for name in ("00002_20061015_00448_az+30.png", "00001_20061015_00418_az-90.png"):
        png(folder / name)
        png(folder / name.replace("az", "b_az1"))
    png(folder / "readme.txt")
    listing = list_basel_faces(tmp_path, r"az1?(?P<azimuth>[+-]\d+)")
    assert set(listing.truth["identity"]) == {"00001_20061015_00418", "00002_20061015_00448"}
    assert listing.truth["azimuth_deg"].tolist() == [-90, -90, 30, 30]
    assert list(listing.files.names) == sorted(listing.files.names)


def test_face_names_without_an_azimuth_are_refused_together(tmp_path: Path) -> None:
    for number in range(5):
        png(tmp_path / f"0000{number}_20061015_00418_left.png")
    png(tmp_path / "00009_20061015_00418_az5.png")
    png(tmp_path / "short_az5.png")
    with pytest.raises(
        UserError, match="names of 6 of 7 files: 00000_20061015_00418_left"
    ) as caught:
        list_basel_faces(tmp_path, PATTERN)
    assert caught.value.what.count("left") == 3
    assert PATTERN in caught.value.fix


@pytest.mark.parametrize(
    ("pattern", "message"),
    [("az(", "not a regular expression"), (r"az(\d+)", "no group named azimuth")],
)
def test_wrong_azimuth_patterns_are_told(tmp_path: Path, pattern: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        list_basel_faces(tmp_path, pattern)


@pytest.mark.parametrize("word", ["left", "nan", "inf", "1e999"])
def test_an_azimuth_that_is_no_finite_number_is_refused(tmp_path: Path, word: str) -> None:
    Image.new("RGB", (2, 2)).save(tmp_path / f"00009_20061015_00418_{word}.png")
    with pytest.raises(UserError, match="1 of 1 files"):
        list_basel_faces(tmp_path, r"_(?P<azimuth>\w+)\.png")
