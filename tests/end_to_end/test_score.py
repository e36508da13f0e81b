"""`ganbench score` as a user meets it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from PIL import Image

from ganbench.cli.main import main
from tests.conftest import Command
from tests.evaluation.folders import SIDE, write

DEFAULTS = {f"{name}_efficientnet_lite0" for name in ("kd", "fd", "precision", "recall")}


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("score") / "real", 0, 30)


@pytest.fixture(scope="module")
def fake(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("score") / "fake", 500, 25, noise=15)


@pytest.fixture(scope="module")
def score(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Result]:
    """`ganbench score ARGS` in this process, with a cache of this file's own."""
    cache = tmp_path_factory.mktemp("cache")

    def run(*arguments: str | Path) -> Result:
        given = ["score", *map(str, arguments), "--cache-dir", str(cache)]
        return CliRunner().invoke(main, given)

    return run


def scored(score: Callable[..., Result], *arguments: str | Path) -> dict[str, Any]:
    done = score(*arguments, "--json")
    assert done.exit_code == 0, done.output
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_json_has_the_metrics_their_protocol_and_a_warning(
    score: Callable[..., Result], real: Path, fake: Path
) -> None:
    found = scored(score, real, fake)
    assert set(found["metrics"]) == DEFAULTS
    protocol = found["protocol"]
    assert (protocol["n_real"], protocol["n_fake"]) == (30, 25)
    assert (protocol["height_px"], protocol["extractor"]) == (SIDE, "efficientnet_lite0")
    assert "128 px" in protocol["resizer"] and protocol["weights"].startswith("sha256:")
    assert protocol["ties"] == "a distance equal to the radius is within reach"
    assert "too large" in found["warnings"][0]


def test_the_saved_features_give_the_scores(
    score: Callable[..., Result], real: Path, fake: Path, tmp_path: Path
) -> None:
    file = tmp_path / "features.npz"
    found = scored(score, real, fake, "--metrics", "fd,diversity", "--save-features", file)
    with np.load(file) as kept:
        a, b = kept["real"].astype(np.float64), kept["fake"].astype(np.float64)
    assert a.shape == (30, 1280) and b.shape == (25, 1280)
    ra, rb = ((x - x.mean(0)) / np.sqrt(len(x) - 1) for x in (a, b))
    root = np.linalg.svd(ra @ rb.T, compute_uv=False).sum()
    wanted = ((a.mean(0) - b.mean(0)) ** 2).sum() + (ra**2).sum() + (rb**2).sum() - 2 * root
    assert found["metrics"]["fd_efficientnet_lite0"] == pytest.approx(wanted, rel=1e-6)
    unit = b / np.linalg.norm(b, axis=1, keepdims=True)
    pairs = ~np.eye(len(b), dtype=bool)
    assert found["metrics"]["diversity_efficientnet_lite0"] == pytest.approx(
        1 - (unit @ unit.T)[pairs].mean(), rel=1e-6
    )


def test_the_same_pixels_score_the_same_in_another_file_format(
    score: Callable[..., Result], real: Path, fake: Path, tmp_path: Path
) -> None:
    """JPEG loses pixels when written; read back, they are as good as any others."""
    jpegs, decoded = tmp_path / "jpegs", tmp_path / "decoded"
    jpegs.mkdir(), decoded.mkdir()
    for file in fake.iterdir():
        jpeg = jpegs / f"{file.stem}.jpg"
        Image.open(file).save(jpeg, quality=70)
        Image.open(jpeg).convert("RGBA").save(decoded / file.name)
    first = scored(score, real, jpegs)["metrics"]
    assert scored(score, real, decoded)["metrics"] == first
    assert scored(score, real, fake)["metrics"] != first


def test_noise_blur_and_lost_pictures_show(
    score: Callable[..., Result], real: Path, tmp_path: Path
) -> None:
    more = [
        write(tmp_path / "clean", 1000, 30),
        write(tmp_path / "noisy", 1000, 30, noise=15),
        write(tmp_path / "noisier", 1000, 30, noise=40),
    ]
    blurred = write(tmp_path / "blurred", 1000, 30, blur=4)
    found = [scored(score, real, folder)["metrics"] for folder in (*more, blurred)]
    for name in ("kd_efficientnet_lite0", "fd_efficientnet_lite0"):
        clean, noisy, noisier, blurry = (scores[name] for scores in found)
        assert clean < noisy < noisier and clean < blurry


def test_a_table_for_people(score: Callable[..., Result], real: Path, fake: Path) -> None:
    done = score(real, fake, "--metrics", "kd,coverage,fd_inf")
    assert done.exit_code == 1
    assert "coverage_efficientnet_lite0" in done.stdout
    table, _, notes = done.stdout.partition("\n\n")
    assert re.search(r"^fd_inf_efficientnet_lite0 +skipped$", table, re.MULTILINE)
    assert "  fd_inf_efficientnet_lite0 skipped: 5120 images a side are needed" in notes


def test_no_metric_at_all_is_refused(score: Callable[..., Result], real: Path, fake: Path) -> None:
    done = score(real, fake, "--metrics", "")
    assert done.exit_code == 2 and "no metric is given" in done.output


def test_fid_without_weights_is_skipped_with_the_fix(
    ganbench: Command, real: Path, fake: Path, tmp_path: Path
) -> None:
    done = ganbench(
        *("score", real, fake, "--metrics", "fid,kid", "--offline", "--json"),
        *("--cache-dir", tmp_path),
    )
    assert done.returncode == 1
    metrics = json.loads(done.stdout)["metrics"]
    assert set(metrics) == {"fid", "kid"}
    assert all(text.startswith("skipped: the weights") for text in metrics.values())
    assert "--weights-dir" in metrics["fid"]


def test_wrong_weights_give_no_number_and_start_no_download(
    score: Callable[..., Result], real: Path, fake: Path, tmp_path: Path
) -> None:
    (tmp_path / "weights-inception-2015-12-05-6726825d.pth").write_bytes(b"something else")
    done = score(real, fake, "--metrics", "fid", "--json", "--weights-dir", tmp_path)
    assert done.exit_code == 1 and "downloading" not in done.stderr
    assert json.loads(done.stdout)["metrics"]["fid"].startswith("skipped: wrong weights: SHA-256")


def mistakes(root: Path) -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Arguments after REAL, and words of the message."""
    few, mixed, other = root / "few", root / "mixed", root / "other"
    write(few, 0, 3), write(mixed, 0, 9), write(other, 0, 9)
    Image.new("RGB", (SIDE + 1, SIDE)).save(mixed / "z.png")
    for file in other.iterdir():
        Image.open(file).resize((2 * SIDE, SIDE)).save(file)
    broken, deep = root / "broken", root / "deep"
    write(broken, 0, 9), write(deep, 0, 9), write(root / "enough", 1, 9)
    (broken / "x.png").write_bytes(b"no picture")
    Image.fromarray(np.full((SIDE, SIDE), np.nan, np.float32)).save(deep / "nan.tif")
    return {
        "few": ((str(few),), ("only 3 images", "few", "6 are needed")),
        "mixed": ((str(mixed),), ("mixed sizes", "z.png", "25x24", "--size")),
        "other size": ((str(other),), ("24x24 and 48x24", "--size")),
        "broken": ((str(broken),), ("1 of 10 images cannot be read", "x.png")),
        "NaN": ((str(deep),), ("nan.tif", "floats, of no known range")),
        "no folder": ((str(root / "none"),), ("does not exist", "none")),
        "metric": ((str(few), "--metrics", "fdd"), ("unknown metric 'fdd'", "'fd'")),
        "extractor": ((str(few), "--extractor", "incepton_v3"), ("'inception_v3'",)),
        "small": (
            (str(root / "enough"), "--extractor", "visible_quarter"),
            ("visible_quarter is for pictures of 128 px or more, not 24",),
        ),
        "two": (
            (str(few), "--metrics", "fid", "--extractor", "clip_vit_b_32"),
            ("fid is of inception_v3 alone",),
        ),
        "weights": ((str(few), "--weights-dir", str(root / "none")), ("weights folder",)),
    }


@pytest.mark.parametrize(
    "name",
    [
        *("few", "mixed", "other size", "broken", "NaN", "no folder"),
        *("metric", "extractor", "small", "two", "weights"),
    ],
)
def test_a_mistake_gets_one_message(
    score: Callable[..., Result], real: Path, tmp_path: Path, name: str
) -> None:
    arguments, words = mistakes(tmp_path)[name]
    done = score(real, *arguments)
    assert done.exit_code == 2 and isinstance(done.exception, SystemExit)
    assert all(word in done.stderr for word in words), done.stderr


def test_images_of_other_sizes_are_scored_once_resized(
    score: Callable[..., Result], real: Path, tmp_path: Path
) -> None:
    arguments, _ = mistakes(tmp_path)["mixed"]
    found = scored(score, real, *arguments, "--size", "16")
    assert found["protocol"]["resized_before"] == "centre crop, Lanczos to 16 px"
