"""The extractor `pytorch_fid` against the package of that name, which is a requirement of tests."""

from __future__ import annotations

import inspect
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image
from pytorch_fid.fid_score import calculate_frechet_distance, get_activations
from pytorch_fid.inception import InceptionV3
from scipy import linalg
from torch import nn

from ganbench.cli.commands.score import extractor_and_scores
from ganbench.core.errors import UserError
from ganbench.data.pixels import open_picture, pixels
from ganbench.evaluation.fidelity.distances import frechet_distance
from ganbench.evaluation.fidelity.extractors import (
    EXTRACTORS,
    INCEPTION,
    PYTORCH_FID,
    Extractor,
    load,
)
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.folders import score_folders
from ganbench.evaluation.fidelity.weights import Places, Published, places, sha256

pytestmark = pytest.mark.numeric
takes_a_root = pytest.mark.skipif(
    "disp" not in inspect.signature(linalg.sqrtm).parameters,
    reason="pytorch-fid 0.3.0 gives scipy.linalg.sqrtm an argument that SciPy 1.18 has no more",
)


def published(name: str) -> Published:
    weights = EXTRACTORS[name].weights
    assert isinstance(weights, Published)
    return weights


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """torch.hub's home with a file of the real one's name and architecture, and random values."""
    from torch_fidelity import feature_extractor_inceptionv3 as theirs

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(theirs, "load_state_dict_from_url", lambda *a, **k: {})
        patched.setattr(theirs.FeatureExtractorInceptionV3, "load_state_dict", lambda *a: None)
        network = theirs.FeatureExtractorInceptionV3("inception-v3-compat", ["2048"])
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)
    home = tmp_path_factory.mktemp("torch home")
    folder = home / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save(network.state_dict(), folder / published(PYTORCH_FID).file)
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TORCH_HOME", str(home))
        yield home


@pytest.fixture(scope="module")
def weights(hub: Path) -> Path:
    return hub / "hub" / "checkpoints" / published(PYTORCH_FID).file


def known_by(weights: Path, name: str) -> Extractor:
    """The extractor with the stand-in in the place of the real weights."""
    known = replace(published(name), sha256=sha256(weights))
    return replace(EXTRACTORS[name], weights=known)


def write(folder: Path, seed: int, count: int, side: int, noise: float) -> list[Path]:
    """Pictures of few colours and some noise: PNGs, and a JPEG."""
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    files = []
    for i in range(count):
        coarse = Image.fromarray(rng.integers(256, size=(5, 5, 3), dtype=np.uint8))
        smooth = np.asarray(coarse.resize((side, side), Image.Resampling.BICUBIC), np.float64)
        noisy = (smooth + rng.normal(0, noise, smooth.shape)).clip(0, 255).astype(np.uint8)
        files.append(folder / f"{i:02d}.{'jpg' if i == 0 else 'png'}")
        Image.fromarray(noisy).save(files[-1])
    return files


@pytest.mark.parametrize("side", [40, 299, 400])
def test_features_are_those_of_the_package(weights: Path, tmp_path: Path, side: int) -> None:
    """Of pictures that are enlarged, left as they are, and made smaller without antialiasing."""
    files = write(tmp_path / "pictures", 1, 2, side, noise=20)
    theirs = get_activations(files, InceptionV3([3]), batch_size=2, device="cpu", num_workers=0)
    batch = torch.from_numpy(np.stack([pixels(open_picture(file)) for file in files]))

    def features(name: str) -> np.ndarray:
        read = load(known_by(weights, name), Places((weights.parent,), Path()), "cpu").read
        return read([batch])["features"].numpy()

    scale = np.abs(theirs).max()
    assert np.abs(features(PYTORCH_FID) - theirs).max() < 3e-6 * scale
    assert np.abs(features(INCEPTION) - theirs).max() > 1e-3 * scale


@takes_a_root
@given(st.integers(0, 2**32 - 1), st.integers(2, 30), st.integers(2, 30))
@example(seed=1798, n_real=2, n_fake=2)
def test_the_distance_is_that_of_the_package(seed: int, n_real: int, n_fake: int) -> None:
    """Also of covariances that are singular, as those of few pictures are."""
    rng = np.random.default_rng(seed)
    mix = rng.normal(size=(12, 12))
    real, fake = (rng.normal(size=(n, 12)) @ mix + rng.normal(size=12) for n in (n_real, n_fake))
    moments = [f(x) for x in (real, fake) for f in (lambda x: x.mean(0), lambda x: np.cov(x.T))]
    ours = frechet_distance(torch.from_numpy(real), torch.from_numpy(fake))
    try:
        theirs = calculate_frechet_distance(*moments)
    except ValueError as error:  # of few samples its matrix root may be complex, and it gives none
        assert "Imaginary component" in str(error) and np.isfinite(ours)
        return
    assert ours == pytest.approx(theirs, rel=1e-6)


@takes_a_root
@pytest.mark.slow
def test_fid_is_that_of_the_command(hub: Path, weights: Path, tmp_path: Path) -> None:
    """`python -m pytorch_fid REAL FAKE` on the same files. Its matrix root takes a minute."""
    folders = [tmp_path / "real", tmp_path / "fake"]
    for seed, (folder, noise) in enumerate(zip(folders, (2, 40), strict=True)):
        write(folder, seed, 12, 64, noise)
    done = subprocess.run(
        [sys.executable, "-m", "pytorch_fid", *folders, "--device", "cpu", "--num-workers", "0"],
        env={**os.environ, "TORCH_HOME": str(hub)},
        capture_output=True,
        text=True,
        check=True,
    )
    theirs = float(done.stdout.split("FID:")[1])
    own = known_by(weights, PYTORCH_FID)
    reader = FeatureReader(places(tmp_path, weights.parent), tmp_path, "cpu", {PYTORCH_FID: own})
    ours = score_folders(*folders, ["fd"], own, None, reader)
    assert ours.metrics["fid_pytorch"] == pytest.approx(theirs, rel=1e-6)


def test_weights_are_found_under_either_name(hub: Path, weights: Path, tmp_path: Path) -> None:
    """Both packages publish one file, byte by byte, under two names."""
    of_both = [published(name) for name in (INCEPTION, PYTORCH_FID)]
    assert len({one.sha256 for one in of_both}) == 1
    other = tmp_path / published(INCEPTION).file
    other.symlink_to(weights)
    for folder, found in ((weights.parent, weights), (tmp_path, other)):
        for name in (INCEPTION, PYTORCH_FID):
            known = known_by(weights, name).weights
            assert known.find(Places((folder,), Path())) == found
    with pytest.raises(UserError, match="wrong weights"):
        published(PYTORCH_FID).find(Places((tmp_path,), Path()))


def test_columns_and_extractors_that_do_not_go_together_are_refused() -> None:
    assert extractor_and_scores(["fid_pytorch"], "") == (EXTRACTORS[PYTORCH_FID], ["fd"])
    assert extractor_and_scores(["fd", "kd"], PYTORCH_FID)[0].column("fd") == "fid_pytorch"
    assert extractor_and_scores(["kd_pytorch_fid"], PYTORCH_FID)[1] == ["kd"]
    for metrics, extractor in ((["fid", "fid_pytorch"], ""), (["fid"], PYTORCH_FID)):
        with pytest.raises(UserError, match="alone"):
            extractor_and_scores(metrics, extractor)
