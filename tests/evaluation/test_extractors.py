"""Extractors against torch-fidelity itself, their weights, and the cache of features."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch_fidelity import fidelity

from ganbench.core.errors import UserError
from ganbench.evaluation.fidelity.extractors import (
    EMBEDDED,
    EXTRACTORS,
    INCEPTION,
    Extractor,
    Loaded,
    load,
    register,
)
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.folders import score_folders
from ganbench.evaluation.fidelity.perceptual import perceptual_distances
from ganbench.evaluation.fidelity.weights import FromHub, Places, Published, places, sha256
from tests.evaluation.folders import write

SOME = ("fd", "kd", "precision", "recall")
COUNT = 10  # the ten splits of the Inception score need as many


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Real and fake pictures, equally many."""
    root = tmp_path_factory.mktemp("pictures")
    return write(root / "real", 0, COUNT), write(root / "fake", 100, COUNT, noise=60)


@pytest.fixture(scope="module")
def embedded() -> Loaded:
    return load(EXTRACTORS[EMBEDDED], Places((), Path()), "cpu")


def reader(cache: Path, extractors: Mapping[str, Extractor] = EXTRACTORS) -> FeatureReader:
    return FeatureReader(places(cache, None), cache, "cpu", extractors)


def images(n: int, seed: int = 0, side: int = 20) -> torch.Tensor:
    rng = np.random.default_rng(seed)
    return torch.from_numpy(rng.integers(256, size=(n, 3, side, side), dtype=np.uint8))


def test_the_embedded_scores_are_torch_fidelitys(pair: tuple[Path, Path], tmp_path: Path) -> None:
    from torch_fidelity import calculate_metrics

    register()
    theirs = calculate_metrics(
        input1=str(pair[1]),
        input2=str(pair[0]),
        feature_extractor="efficientnet-lite0",
        **dict.fromkeys(("fid", "kid", "prc"), True),
        kid_subsets=2,
        kid_subset_size=COUNT,
        **dict.fromkeys(("cuda", "cache", "verbose"), False),
        save_cpu_ram=True,
    )
    ours = score_folders(*pair, SOME, EXTRACTORS[EMBEDDED], None, reader(tmp_path)).metrics
    for name, key in (
        ("fd", "frechet_inception_distance"),
        ("kd", "kernel_inception_distance_mean"),
        ("precision", "precision"),
        ("recall", "recall"),
    ):
        assert ours[f"{name}_{EMBEDDED}"] == pytest.approx(theirs[key], rel=1e-4), name


@pytest.fixture(scope="module")
def random_inception(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Extractor]:
    """A weight file of Inception's architecture with random values, and the extractor for it."""
    from torch_fidelity import feature_extractor_inceptionv3 as theirs

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(theirs, "load_state_dict_from_url", lambda *a, **k: {})
        patched.setattr(theirs.FeatureExtractorInceptionV3, "load_state_dict", lambda *a: None)
        network = theirs.FeatureExtractorInceptionV3("inception-v3-compat", ["2048"])
    torch.manual_seed(0)
    for module in network.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(module.weight)
    known = EXTRACTORS[INCEPTION].weights
    assert isinstance(known, Published)
    file = tmp_path_factory.mktemp("weights") / known.file
    torch.save(network.state_dict(), file)
    return file, replace(EXTRACTORS[INCEPTION], weights=replace(known, sha256=sha256(file)))


@pytest.mark.broad
def test_fid_kid_and_isc_are_those_of_torch_fidelitys_command(
    pair: tuple[Path, Path],
    random_inception: tuple[Path, Extractor],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file, extractor = random_inception
    own = replace(reader(tmp_path, {INCEPTION: extractor}), places=places(tmp_path, file.parent))
    ours = score_folders(*pair, (*SOME, "isc"), extractor, None, own)
    arguments = (
        *("fidelity", "--fid", "--kid", "--isc", "--prc"),
        *("--feature-extractor", "inception-v3-compat", "--cpu", "--json", "--no-cache"),
        *("--feature-extractor-weights-path", file, "--silent", "--save-cpu-ram"),
        *("--input1", pair[1], "--input2", pair[0]),
        *("--kid-subset-size", COUNT, "--kid-subsets", 2),
    )
    monkeypatch.setattr(sys, "argv", [*map(str, arguments)])
    capsys.readouterr()
    fidelity.main()
    theirs = json.loads(capsys.readouterr().out)
    assert ours.metrics["fid"] == pytest.approx(theirs["frechet_inception_distance"], rel=1e-4)
    assert ours.metrics["kid"] == pytest.approx(theirs["kernel_inception_distance_mean"], rel=1e-4)
    assert ours.metrics["isc"] == pytest.approx(theirs["inception_score_mean"], rel=1e-4)
    for name in ("precision", "recall"):
        assert ours.metrics[f"{name}_{INCEPTION}"] == pytest.approx(theirs[name], rel=1e-4)
    assert ours.protocol["weights"] == f"sha256:{sha256(file)[:16]}"


def test_random_weights_are_not_taken_for_inception(
    random_inception: tuple[Path, Extractor], tmp_path: Path
) -> None:
    among = places(tmp_path, random_inception[0].parent)
    with pytest.raises(UserError, match="wrong weights: SHA-256"):
        load(EXTRACTORS[INCEPTION], among, "cpu")
    reason = replace(reader(tmp_path), places=among).missing(INCEPTION)
    assert reason.startswith("wrong weights") and "toshas/torch-fidelity" in reason


def test_weights_that_are_nowhere_are_told_with_the_way_to_get_them(tmp_path: Path) -> None:
    nowhere = Places((tmp_path,), tmp_path)
    for name, words in (
        (INCEPTION, ("weights-inception", "--weights-dir", "96 MB")),
        ("clip_vit_b_32", ("ViT-B-32.pt", "--weights-dir")),
        ("dinov2_vit_b_14", ("hubconf.py", "torch.hub.load('facebookresearch/dinov2'")),
    ):
        reason = replace(reader(tmp_path), places=nowhere).missing(name)
        assert all(word in reason for word in words), reason


def test_a_file_that_is_no_network_is_told(tmp_path: Path) -> None:
    known = EXTRACTORS[INCEPTION].weights
    assert isinstance(known, Published)
    file = tmp_path / known.file
    torch.save({"fc.weight": torch.zeros(2)}, file)
    extractor = replace(EXTRACTORS[INCEPTION], weights=replace(known, sha256=sha256(file)))
    with pytest.raises(UserError, match="weights of inception_v3 cannot be read"):
        load(extractor, Places((tmp_path,), tmp_path), "cpu")


def test_dinov2_comes_from_torch_hubs_folder(tmp_path: Path) -> None:
    """With a small network in its place, for its own code and weights cannot be had here."""
    code = tmp_path / "facebookresearch_dinov2_main"
    code.mkdir()
    (tmp_path / "checkpoints").mkdir()
    (tmp_path / "checkpoints" / "dinov2_vitb14_pretrain.pth").write_bytes(b"weights")
    (code / "hubconf.py").write_text(
        "import torch\n"
        "class Small(torch.nn.Module):\n"
        "    def forward(self, x):\n"
        "        assert x.shape[-1] == 224\n"
        "        return x.flatten(1)[:, :768]\n"
        "def dinov2_vitb14():\n    return Small()\n"
    )
    # set_dir cannot be undone: TORCH_HOME counts no more
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(torch.hub, "_hub_dir", str(tmp_path))
        found = load(EXTRACTORS["dinov2_vit_b_14"], places(tmp_path, None), "cpu")
    assert isinstance(found.extractor.weights, FromHub)
    assert found.read([images(2)])["features"].shape == (2, 768)


@settings(deadline=None, max_examples=10)
@given(st.lists(st.integers(1, 9), min_size=1, max_size=4))
def test_batches_do_not_show_in_features(embedded: Loaded, sizes: list[int]) -> None:
    pixels = images(sum(sizes))
    whole = embedded.read([pixels])["features"]
    parts = embedded.read(torch.split(pixels, sizes))["features"]
    torch.testing.assert_close(parts, whole, rtol=1e-4, atol=1e-4)
    assert whole.shape == (len(pixels), EXTRACTORS[EMBEDDED].dimensions)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA device")
def test_features_on_a_gpu_are_those_of_the_cpu(embedded: Loaded) -> None:
    pixels = images(20)
    there = load(EXTRACTORS[EMBEDDED], Places((), Path()), "cuda")
    torch.testing.assert_close(
        there.read([pixels])["features"], embedded.read([pixels])["features"], rtol=1e-3, atol=1e-3
    )


def test_perceptual_distance_is_nothing_for_equals_and_grows_with_change(embedded: Loaded) -> None:
    a = images(4, side=32)
    near = (a.int() + torch.randint(-9, 10, a.shape)).clamp(0, 255).to(torch.uint8)
    same, close, far = (perceptual_distances(embedded, a, b) for b in (a, near, images(4, 1, 32)))
    assert same.abs().max() < 1e-9
    assert (same < close).all() and (close < far).all()
    torch.testing.assert_close(close, perceptual_distances(embedded, near, a))


class Counting(FeatureReader):
    """Counts how often the network reads."""

    read_images = 0

    def extractor(self, name: str) -> Loaded:
        found = super().extractor(name)
        outer = self

        class Watched(Loaded):
            def read(self, batches: object) -> dict[str, torch.Tensor]:
                parts = list(batches)  # type: ignore[call-overload]
                object.__setattr__(
                    outer, "read_images", outer.read_images + sum(len(p) for p in parts)
                )
                return found.read(parts)

        return Watched(found.extractor, found.network, found.weights, found.device)


def test_real_features_are_kept_and_damage_to_them_is_noticed(tmp_path: Path) -> None:
    eyes = Counting(places(tmp_path, None), tmp_path, "cpu")
    pixels = images(5)
    first = eyes.read_cached(EMBEDDED, pixels)["features"]
    assert torch.equal(eyes.read_cached(EMBEDDED, pixels)["features"], first)
    assert eyes.read_images == 5
    (entry,) = (p for p in (tmp_path / "features").iterdir() if p.is_dir())
    file = entry / "features.npy"
    whole = file.read_bytes()
    poisoned = bytearray(whole)
    poisoned[-3] ^= 64
    for damage in (bytes(poisoned), whole[: len(whole) // 2], b"", whole[:-4]):
        file.write_bytes(damage)
        before = eyes.read_images
        assert torch.equal(eyes.read_cached(EMBEDDED, pixels)["features"], first)
        assert eyes.read_images == before + 5
    other = eyes.read_cached(EMBEDDED, images(5, seed=1))["features"]
    (foreign,) = (
        p for p in (tmp_path / "features").iterdir() if p.is_dir() and p.name != entry.name
    )
    for part in foreign.iterdir():
        (entry / part.name).write_bytes(part.read_bytes())
    assert torch.equal(eyes.read_cached(EMBEDDED, pixels)["features"], first)
    assert not torch.equal(first, other)


def test_features_are_kept_by_pixels_weights_and_pipeline(tmp_path: Path) -> None:
    eyes = Counting(places(tmp_path, None), tmp_path, "cpu")
    pixels = images(3)
    eyes.read_cached(EMBEDDED, pixels)
    changed = pixels.clone()
    changed[0, 0, 0, 0] ^= 1
    for other in (changed, pixels.flip(0), pixels.transpose(2, 3).contiguous()):
        before = eyes.read_images
        eyes.read_cached(EMBEDDED, other)
        assert eyes.read_images == before + 3
    resized = replace(EXTRACTORS[EMBEDDED], resizer="another")
    before = eyes.read_images
    replaced = Counting(places(tmp_path, None), tmp_path, "cpu", {EMBEDDED: resized})
    replaced.read_cached(EMBEDDED, pixels)
    assert replaced.read_images == 3
