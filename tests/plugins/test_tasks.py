"""No identity in two places, no pairing, the same data each time, ground truth that is true."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from ganbench.contracts.task import Split, Task
from ganbench.core.errors import UserError
from ganbench.registry.registry import discover
from ganbench.task_families.collection import shared_parts
from tests.data.stand_in_sets import write_animals, write_horses, write_pictures

SPLITS = ("train", "validation", "test")


def make(name: str, cache: Path, paths: dict[str, Path] | None = None, **options: Any) -> Task:
    task_type = discover().load("task", name)
    defaults = {**task_type.preset_options.get("smoke", {}), **options}
    source = next(s for s, needs in task_type.sources.items() if set(needs) == set(paths or {}))
    task: Task = task_type(
        task_type.options_type(**defaults), task_type.presets["smoke"], source, paths or {}, cache
    )
    task.prepare(lambda line: None)
    return task


def equal(a: Split, b: Split) -> bool:
    return torch.equal(a.A.samples, b.A.samples) and torch.equal(a.B.samples, b.B.samples)


def test_the_main_job_has_train_and_test_identities_enough() -> None:
    parts = shared_parts(np.arange(192))
    assert sum(map(len, parts["train"])) > 120
    assert sum(map(len, parts["test"])) > 30


@pytest.mark.parametrize(("name", "limit_deg"), [("car2car", 75), ("face2face", 90)])
def test_views(cache_dir: Path, name: str, limit_deg: int) -> None:
    task = make(name, cache_dir)
    azimuths = list(range(-limit_deg, limit_deg + 1, 15))
    seen: set[int] = set()
    for split in SPLITS:
        data = task.load(split)  # type: ignore[arg-type]
        assert equal(data, task.load(split))  # type: ignore[arg-type]
        for domain in (data.A, data.B):
            assert domain.samples.dtype == torch.uint8
            assert domain.samples.shape[1:] == (3, 16, 16)
            identities = set(domain.truth["identity"].tolist())
            assert not identities & seen
            seen |= identities
            assert len(domain) == len(azimuths) * len(identities)
            assert sorted(set(domain.truth["azimuth_deg"])) == azimuths
    assert seen == set(range(12))
    train = task.load("train")
    assert not np.array_equal(train.A.truth["azimuth_deg"], train.B.truth["azimuth_deg"])


@pytest.mark.parametrize("name", ["car2car", "face2face"])
def test_a_mirrored_view_has_the_opposite_azimuth(cache_dir: Path, name: str) -> None:
    """The ground truth's sign, checked on the pictures: a car at -a is the mirror image of a."""
    domain = make(name, cache_dir).load("train").A
    first = domain.truth["identity"] == domain.truth["identity"][0]
    azimuth = domain.truth["azimuth_deg"]
    for angle in (30, 60, 75):
        right, left = (
            domain.samples[np.flatnonzero(first & (azimuth == a))[0]].float()
            for a in (angle, -angle)
        )
        same, mirrored = (left - right).abs().mean(), (left - right.flip(-1)).abs().mean()
        assert mirrored < 0.5 * same


def test_options_change_the_data_and_the_fingerprint(cache_dir: Path) -> None:
    mixed, grey = (
        make("car2car", cache_dir, paint="mixed"),
        make("car2car", cache_dir, paint="grey"),
    )
    assert mixed.fingerprint() != grey.fingerprint()
    assert not equal(mixed.load("test"), grey.load("test"))


def test_toy_samples_lie_at_their_modes(cache_dir: Path) -> None:
    task = make("toy", cache_dir, sigma_B=0.1, modes_B=7)
    for split in SPLITS:
        domain = task.load(split).B  # type: ignore[arg-type]
        centres = domain.constants["mode_centres"]
        assert centres.shape == (7, 2)
        np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 5)
        off = domain.samples.numpy() - centres[domain.truth["mode"]]
        assert off.std() == pytest.approx(0.1, rel=0.05)
    test, validation = task.load("test"), task.load("validation")
    assert not torch.equal(test.B.samples, validation.B.samples)


def test_every_source_mode_of_the_toy_owns_two_target_modes(cache_dir: Path) -> None:
    task = make("toy", cache_dir)
    split = task.load("test")
    right = task.matches(split, "A", "B")
    a, b = split.A.truth["mode"], split.B.truth["mode"]
    for mode in range(5):
        owned = set(b[right[a == mode].any(axis=0)])
        assert owned == {2 * mode, 2 * mode + 1}
    assert np.array_equal(task.matches(split, "B", "A"), right.T)


@pytest.mark.parametrize(("name", "modes", "sigma"), [("ring8", 8, 0.01), ("grid25", 25, 0.05)])
def test_noise_to_a_known_mixture(cache_dir: Path, name: str, modes: int, sigma: float) -> None:
    """PacGAN's settings: a ring of radius 1; a grid from -4 to 4 in steps of 2."""
    split = make(name, cache_dir).load("test")
    centres = split.B.constants["mode_centres"]
    assert centres.shape == (modes, 2)
    if name == "ring8":
        np.testing.assert_allclose(np.linalg.norm(centres, axis=1), 1)
    else:
        assert {tuple(c) for c in centres} == {
            (x, y) for x in range(-4, 5, 2) for y in range(-4, 5, 2)
        }
    off = split.B.samples.numpy() - centres[split.B.truth["mode"]]
    assert off.std() == pytest.approx(sigma, rel=0.05)
    assert split.A.samples.std().item() == pytest.approx(1, rel=0.05)
    assert len(split.A) == len(split.B) == 2_500
    assert not split.A.truth


def test_toy_refuses_a_square_of_other_than_five(cache_dir: Path) -> None:
    with pytest.raises(UserError, match="the square has 5 modes"):
        make("toy", cache_dir, modes_A=4)
    assert len(make("toy", cache_dir, modes_A=4, layout_A="circle").load("test").A) == 2_500


def test_folder_splits_by_file(cache_dir: Path, tmp_path: Path) -> None:
    for name in "AB":
        (tmp_path / name).mkdir()
        for i in range(30):
            colour = (i, 100, 0 if name == "A" else 255)
            Image.new("RGB", (40, 20), colour).save(tmp_path / name / f"{i}.png")
    task = make("folder", cache_dir, {name: tmp_path / name for name in "AB"})
    reds = []
    for split in SPLITS:
        data = task.load(split)  # type: ignore[arg-type]
        assert set(data.A.samples[:, 2].unique().tolist()) == {0}
        assert set(data.B.samples[:, 2].unique().tolist()) == {255}
        reds += data.A.samples[:, 0, 0, 0].tolist()
    assert sorted(reds) == list(range(30))
    before = task.fingerprint()
    Image.new("RGB", (40, 20), "white").save(tmp_path / "A" / "0.png")
    assert task.fingerprint() != before


def colours(split: Split) -> list[int]:
    return [
        round(mean.item()) for d in (split.A, split.B) for mean in d.samples.float().mean((1, 2, 3))
    ]


def test_a_set_is_tested_on_its_own_test_images(cache_dir: Path, tmp_path: Path) -> None:
    """Train and validation are of the train images alone, whatever the shares."""
    for number, name in enumerate(("trainA", "trainB", "testA", "testB")):
        (tmp_path / name).mkdir()
        for i in range(20):
            shade = (50 * number + 2 * i,) * 3
            Image.new("RGB", (40, 20), shade).save(tmp_path / name / f"{i}.png")
    task = make("folder", cache_dir, {"set": tmp_path}, validation_share=0.2)
    shades = {i: [50 * n + 2 * k for n in (i, i + 1) for k in range(20)] for i in (0, 2)}
    assert sorted(colours(task.load("test"))) == shades[2]
    train, validation = colours(task.load("train")), colours(task.load("validation"))
    assert (len(train), len(validation)) == (32, 8)
    assert sorted(train + validation) == shades[0]
    people = [set(task.load(s).A.truth["identity"].tolist()) for s in SPLITS]  # type: ignore[arg-type]
    assert len(set.union(*people)) == sum(map(len, people)) == 40
    everything = make("folder", cache_dir, {"set": tmp_path}, validation_share=0)
    assert len(everything.load("train").A) == 20
    with pytest.raises(UserError, match="there is no validation split"):
        everything.load("validation")


def test_the_owners_validation_images_are_for_validation(cache_dir: Path, tmp_path: Path) -> None:
    write_horses(tmp_path)
    for domain in "AB":
        write_pictures(tmp_path / f"val{domain}", 5, 9)
    task = make("folder", cache_dir, {"set": tmp_path})
    both = {s: task.load(s) for s in SPLITS}  # type: ignore[arg-type]
    lengths = {name: (len(split.A), len(split.B)) for name, split in both.items()}
    assert lengths == {"train": (12, 14), "validation": (5, 5), "test": (6, 7)}
    animals = {"set": write_animals(tmp_path / "animals")}
    other = make("folder", cache_dir, animals, class_A="cat", class_B="dog")
    assert len(other.load("test").B) == 7 and other.fingerprint() != task.fingerprint()


def test_training_sees_larger_pictures_and_all_else_the_samples(
    cache_dir: Path, tmp_path: Path
) -> None:
    paths = {"set": write_horses(tmp_path)}
    task = make("folder", cache_dir, paths, load_px=18, mirrored=True)
    train, plain = task.load("train"), make("folder", cache_dir, paths).load("train")
    assert equal(train, plain) and plain.A.jitter is None
    assert train.A.jitter is not None and train.A.jitter.mirrored
    assert train.A.drawn_from.shape == (len(train.A), 3, 18, 18)
    small = torch.nn.functional.interpolate(train.A.drawn_from.float(), (16, 16), mode="area")
    off = [(small[[i]] - train.A.samples.float()).abs().mean((1, 2, 3)) for i in range(len(small))]
    assert [int(o.argmin()) for o in off] == list(range(len(small)))  # the same ones, in one order
    assert task.load("test").A.jitter is None and task.load("validation").A.jitter is None
    with pytest.raises(UserError, match="load_px"):
        assert make("folder", cache_dir, paths, load_px=15).spec


def test_labels_of_a_folder_ought_to_stay(cache_dir: Path, tmp_path: Path) -> None:
    for name in "AB":
        (tmp_path / name).mkdir()
        rows = ["file,shade,only" + name]
        for i in range(20):
            Image.new("RGB", (20, 20), (12 * i, 0, 0)).save(tmp_path / name / f"{i:02d}.png")
            rows.append(f"{i:02d}.png,{'dark' if i < 10 else 'light'},x")
        (tmp_path / name / "labels.csv").write_text("\n".join(rows))
    task = make("folder", cache_dir, {name: tmp_path / name for name in "AB"})
    assert task.spec.kept == ("shade",)
    for split in SPLITS:
        data = task.load(split)  # type: ignore[arg-type]
        bright = data.A.samples[:, 0, 0, 0].numpy() >= 120
        assert np.array_equal(data.A.truth["shade"] == "light", bright)
    before = task.fingerprint()
    (tmp_path / "A" / "labels.csv").write_text("\n".join(rows).replace("dark", "dim"))
    again = make("folder", cache_dir, {name: tmp_path / name for name in "AB"})
    assert again.fingerprint() != before


def test_own_offsets_fill_the_range_and_keep_the_steps(cache_dir: Path) -> None:
    task = make("car2car", cache_dir, azimuth_offset="own")
    for name in ("train", "test"):
        for domain in (task.load(name).A, task.load(name).B):  # type: ignore[arg-type]
            azimuth, identity = domain.truth["azimuth_deg"], domain.truth["identity"]
            assert azimuth.min() >= -75 and azimuth.max() < 75
            for one in np.unique(identity):
                assert np.diff(np.sort(azimuth[identity == one])) == pytest.approx(15.0)
            shares = {round(a % 15, 6) for a in azimuth}
            assert len(shares) == len(np.unique(identity))
            assert len(domain.constants["azimuths_deg"]) == 11


def test_an_offset_turns_the_object(cache_dir: Path) -> None:
    """Pictures of one car by shared and by own offsets are alike where their azimuths are near."""
    both = [
        make("car2car", cache_dir, azimuth_offset=offset).load("train").A
        for offset in ("shared", "own")
    ]
    (shared, own) = both
    for i in range(0, len(own), 5):
        same = np.flatnonzero(shared.truth["identity"] == own.truth["identity"][i])
        gaps = np.abs(shared.truth["azimuth_deg"][same] - own.truth["azimuth_deg"][i])
        pixels = shared.samples[torch.from_numpy(same)].float() - own.samples[i].float()
        errors = pixels.square().mean((1, 2, 3)).numpy()
        assert gaps[errors.argmin()] <= 7.6
