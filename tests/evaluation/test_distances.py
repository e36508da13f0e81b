"""Distances against independent computations, torch-fidelity's own, and what must always hold."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.linalg
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import cdist
from torch import Tensor

from ganbench.evaluation.fidelity.distances import (
    MIN_SAMPLES,
    diversity,
    extrapolated_frechet_distance,
    extrapolates,
    frechet_distance,
    pairwise,
)

pytestmark = pytest.mark.numeric


def cloud(n: int, d: int, seed: int, shift: float = 0.0, scale: float = 1.0) -> Tensor:
    """Features like a network's: float32, not negative, of unequal spread."""
    rng = np.random.default_rng(seed)
    spread = np.linspace(0.1, 2, d)
    return torch.from_numpy((np.abs(rng.normal(size=(n, d))) * spread * scale + shift).astype("f4"))


def independent_frechet(a: np.ndarray, b: np.ndarray) -> float:
    """By SciPy's root of a matrix product."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    product = np.cov(a, rowvar=False) @ np.cov(b, rowvar=False)
    root = np.trace(scipy.linalg.sqrtm(product).real)
    between = ((a.mean(0) - b.mean(0)) ** 2).sum()
    return float(
        between + np.trace(np.cov(a, rowvar=False)) + np.trace(np.cov(b, rowvar=False)) - 2 * root
    )


@pytest.mark.parametrize(("m", "n"), [(300, 300), (400, 150)])
def test_frechet_is_that_of_an_independent_computation(m: int, n: int) -> None:
    a, b = cloud(m, 24, 0), cloud(n, 24, 1, shift=0.2)
    wanted = independent_frechet(a.numpy(), b.numpy())
    assert frechet_distance(a, b) == pytest.approx(wanted, rel=1e-6)


def test_frechet_of_fewer_samples_than_dimensions() -> None:
    """Where roots of matrix products are at their worst; the eigenvalues of the product tell."""
    a, b = cloud(40, 96, 0).double().numpy(), cloud(30, 96, 1, 0.1).double().numpy()
    product = np.cov(a, rowvar=False) @ np.cov(b, rowvar=False)
    root = np.sqrt(np.abs(np.sort(np.linalg.eigvals(product).real)[-29:])).sum()
    wanted = (
        ((a.mean(0) - b.mean(0)) ** 2).sum() + a.var(0, ddof=1).sum() + b.var(0, ddof=1).sum()
    ) - 2 * root
    found = frechet_distance(torch.from_numpy(a), torch.from_numpy(b))
    assert found == pytest.approx(wanted, rel=1e-6)


def test_frechet_and_kernel_are_torch_fidelitys() -> None:
    from torch_fidelity.metric_fid import fid_features_to_statistics, fid_statistics_to_metric
    from torch_fidelity.metric_kid import kid_features_to_metric

    a, b = cloud(200, 32, 0), cloud(200, 32, 1, shift=0.1)
    theirs = fid_statistics_to_metric(
        fid_features_to_statistics(a), fid_features_to_statistics(b), False
    )["frechet_inception_distance"]
    assert frechet_distance(a, b) == pytest.approx(theirs, rel=1e-5)
    kid = kid_features_to_metric(
        a.double(), b.double(), kid_subsets=2, kid_subset_size=200, rng_seed=1, verbose=False
    )["kernel_inception_distance_mean"]
    assert pairwise(a, b).kernel_distance == pytest.approx(kid, rel=1e-9)


def independent_kernel(a: np.ndarray, b: np.ndarray) -> float:
    def kernel(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return (x @ y.T / x.shape[1] + 1) ** 3

    m, n = len(a), len(b)
    within = [(kernel(x, x).sum() - np.trace(kernel(x, x))) for x in (a, b)]
    return float(within[0] / (m * (m - 1)) + within[1] / (n * (n - 1)) - 2 * kernel(a, b).mean())


@pytest.mark.parametrize(("m", "n"), [(90, 130), (130, 90)])
def test_pairwise_scores_are_those_of_independent_computations(m: int, n: int) -> None:
    real, fake = cloud(m, 12, 0), cloud(n, 12, 1, shift=0.1, scale=0.9)
    a, b = real.double().numpy(), fake.double().numpy()
    found = pairwise(real, fake)
    assert found.kernel_distance == pytest.approx(independent_kernel(a, b), rel=1e-9)
    reach = {k: np.sort(cdist(a, a), axis=1)[:, k] for k in (3, 5)}
    reach_fake = np.sort(cdist(b, b), axis=1)[:, 3]
    between = cdist(a, b)
    assert found.precision == (between <= reach[3][:, None]).any(0).mean()
    assert found.recall == (between <= reach_fake[None]).any(1).mean()
    assert found.density == pytest.approx((between <= reach[5][:, None]).sum() / (5 * n))
    assert found.coverage == (between <= reach[5][:, None]).any(1).mean()


def test_precision_and_recall_are_torch_fidelitys() -> None:
    from torch_fidelity.metric_prc import prc_features_to_metric

    real, fake = cloud(120, 16, 0), cloud(110, 16, 1, shift=0.05)
    theirs = prc_features_to_metric(fake.double(), real.double(), verbose=False)
    found = pairwise(real, fake)
    assert found.precision == pytest.approx(theirs["precision"], abs=1e-7)
    assert found.recall == pytest.approx(theirs["recall"], abs=1e-7)


def test_chunks_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    real, fake = cloud(70, 8, 0), cloud(45, 8, 1)
    whole = pairwise(real, fake)
    monkeypatch.setattr("ganbench.evaluation.fidelity.distances.CHUNK_ROWS", 7)
    parts = pairwise(real, fake)
    assert parts.kernel_distance == pytest.approx(whole.kernel_distance, rel=1e-12)
    assert (parts.precision, parts.recall) == (whole.precision, whole.recall)
    assert (parts.density, parts.coverage) == (whole.density, whole.coverage)


clouds = st.tuples(
    st.integers(MIN_SAMPLES, 40), st.integers(1, 12), st.integers(0, 1000), st.floats(0.0, 1.0)
)


@settings(deadline=None, max_examples=40)
@given(clouds, st.integers(MIN_SAMPLES, 40))
def test_what_must_always_hold(first: tuple[int, int, int, float], n: int) -> None:
    m, d, seed, shift = first
    a, b = cloud(m, d, seed), cloud(n, d, seed + 1, shift)
    ab, ba = pairwise(a, b), pairwise(b, a)
    assert frechet_distance(a, b) == pytest.approx(frechet_distance(b, a), rel=1e-9, abs=1e-9)
    assert ab.kernel_distance == pytest.approx(ba.kernel_distance, rel=1e-9, abs=1e-12)
    assert (ab.precision, ab.recall) == (ba.recall, ba.precision)
    assert min(ab.precision, ab.recall, ab.coverage, ab.density) >= 0
    assert max(ab.precision, ab.recall, ab.coverage) <= 1
    assert frechet_distance(a, a) == pytest.approx(0, abs=1e-8)
    same = pairwise(a, a)
    assert (same.precision, same.recall, same.coverage) == (1, 1, 1)
    assert same.kernel_distance <= 1e-9  # unbiased: an image's likeness to itself is left out
    order = torch.from_numpy(np.random.default_rng(seed).permutation(n))
    shuffled = pairwise(a, b[order])
    assert shuffled.kernel_distance == pytest.approx(ab.kernel_distance, rel=1e-9, abs=1e-12)
    assert (shuffled.precision, shuffled.recall) == (ab.precision, ab.recall)
    assert frechet_distance(a, b[order]) == pytest.approx(frechet_distance(a, b), abs=1e-8)


def test_copies_are_at_no_distance_from_each_other() -> None:
    """A collapsed set: rounding must not push a copy out of a reach of nothing."""
    one = cloud(1, 64, 3) * 50
    same = one.expand(20, -1)
    found = pairwise(same, same.clone())
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
    assert diversity(same) == pytest.approx(0, abs=1e-12)


def copies(of: Tensor, times: int) -> Tensor:
    return of.repeat_interleave(times, 0)


@pytest.mark.parametrize(
    ("times", "density"), [(1, 6 / 5), (2, 6 / 5), (3, 6 / 5), (6, 6 / 5), (8, 8 / 5)]
)
def test_a_distance_equal_to_the_radius_is_within_reach(times: int, density: float) -> None:
    """Of two equal sets: the neighbours up to the fifth and the sample itself, copies among them.

    torch-fidelity has the same of precision and recall; prdc leaves it out, so there a set whose
    pictures all occur more than five times is at odds with itself.
    """
    from torch_fidelity.metric_prc import prc_features_to_metric

    real = copies(cloud(24 // times, 16, 4), times)
    fake = real[torch.randperm(len(real), generator=torch.Generator().manual_seed(0))]
    found = pairwise(real, fake)
    assert (found.precision, found.recall, found.coverage) == (1, 1, 1)
    if times in (1, 6, 8):
        assert found.density == pytest.approx(density)
    theirs = prc_features_to_metric(fake.double(), real.double(), verbose=False)
    assert theirs["precision"] == theirs["recall"] == 1


def test_one_copy_for_all_is_precise_and_recalls_itself_alone() -> None:
    real = cloud(40, 16, 0)
    found = pairwise(real, copies(real[:1], 40))
    assert (found.precision, found.recall) == (1, 1 / 40)


def test_distances_grow_with_noise_and_with_lost_modes() -> None:
    rng = np.random.default_rng(0)
    centres = rng.normal(size=(8, 16)) * 3

    def drawn(modes: int, noise: float, seed: int) -> Tensor:
        g = np.random.default_rng(seed)
        points = centres[g.integers(modes, size=400)] + g.normal(size=(400, 16)) * noise
        return torch.from_numpy(points.astype("f4"))

    real = drawn(8, 0.5, 1)
    for steps in (
        [drawn(8, noise, 2) for noise in (0.5, 1.0, 2.0)],
        [drawn(modes, 0.5, 2) for modes in (8, 4, 1)],
    ):
        frechet = [frechet_distance(real, fake) for fake in steps]
        kernel = [pairwise(real, fake).kernel_distance for fake in steps]
        assert frechet == sorted(frechet) and kernel == sorted(kernel)
    lost = [pairwise(real, drawn(modes, 0.5, 2)) for modes in (8, 4, 1)]
    assert lost[0].coverage > lost[1].coverage > lost[2].coverage
    assert lost[2].recall < 0.5 < lost[0].recall and lost[2].precision > 0.7
    spread = [diversity(drawn(modes, 0.5, 2)) for modes in (8, 4, 1)]
    assert spread == sorted(spread)[::-1]


def test_the_extrapolated_distance_loses_the_bias() -> None:
    """Of two samples of one distribution, whose true distance is 0."""
    d, n = 16, 400
    biased, found = [], []
    for seed in range(8):
        a, b = cloud(n, d, 10 + seed), cloud(n, d, 100 + seed)
        biased.append(frechet_distance(a, b))
        found.append(extrapolated_frechet_distance(a, b, seed))
    assert np.mean(biased) > 0.05
    assert abs(np.mean(found)) < np.mean(biased) / 4
    assert extrapolates(4 * d, d) and not extrapolates(4 * d - 1, d)
