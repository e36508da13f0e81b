"""Radial spectra, where the answer is known, and the distance that is made of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from ganbench.core.errors import Undefined
from ganbench.core.large_pictures import enlarged, shrunk
from ganbench.evaluation.spectra import ROUNDING, radial_power
from ganbench.registry.registry import discover
from ganbench.testing import damage

SIDE = 128
SPECTRUM = discover().load("metric", "spectrum")()


@dataclass(frozen=True)
class Shown:
    """What the metric looks at."""

    fakes: Tensor
    target_samples: Tensor


def distance(fake: Tensor, real: Tensor) -> float:
    """Of uint8 pictures (n, 3, SIDE, SIDE)."""
    shown = Shown(fake.float() / 255, real.float() / 255)
    return float(SPECTRUM.compute(shown)["spectrum_distance"])


def pictures(seed: int, count: int = 32) -> Tensor:
    """Discs of a fine texture on grey: with edges and detail, as rendered objects have."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[:SIDE, :SIDE] / SIDE
    (cx, cy), (rx, ry) = (
        rng.uniform(*ends, (2, count, 1, 1)) for ends in ((0.4, 0.6), (0.25, 0.35))
    )
    inside = (((x - cx) / rx) ** 2 + ((y - cy) / ry) ** 2 < 1)[:, None]
    grain = rng.standard_normal((count, 1, SIDE, SIDE))
    grain = sum(np.roll(grain, steps, (2, 3)) for steps in ((0, 0), (0, 1), (1, 0), (1, 1))) / 4
    made = np.where(inside, rng.uniform(0.3, 0.7, (count, 3, 1, 1)) + 0.15 * grain, 0.5)
    return torch.from_numpy((255 * made.clip(0, 1)).round().astype(np.uint8))


@given(st.integers(0, 2**32 - 1), st.floats(0.02, 0.08))
@settings(max_examples=10)
def test_white_noise_has_its_variance_at_all_frequencies(seed: int, deviation: float) -> None:
    noise = torch.randn(24, 3, 64, 64, generator=torch.Generator().manual_seed(seed))
    power = radial_power(0.5 + deviation * noise) - 2 * ROUNDING  # of the pixels, and the floor
    assert power.shape == (33,)
    assert power[4:] == pytest.approx(np.full(29, deviation**2), rel=0.25)
    assert power[4:].mean() == pytest.approx(deviation**2, rel=0.03)


@given(st.integers(4, 30), st.floats(0, np.pi), st.sampled_from([(64, 64), (64, 96), (80, 64)]))
@settings(max_examples=20)
def test_a_wave_has_its_power_at_its_frequency(
    cycles: int, angle: float, sides: tuple[int, int]
) -> None:
    y, x = (torch.arange(n).float() for n in sides)
    along = np.sin(angle) * y[:, None] + np.cos(angle) * x
    wave = 0.5 + 0.4 * torch.sin(2 * torch.pi * cycles / 64 * along)
    power = radial_power(wave.expand(1, 3, *sides))
    assert abs(int(power.argmax()) - cycles) <= 1
    assert power[max(0, cycles - 4) : cycles + 5].sum() > 0.98 * power.sum()


@given(st.integers(9, 30), st.sampled_from([(64, 64), (64, 96), (80, 64)]))
@settings(max_examples=10)
def test_a_wave_has_no_power_at_rest(half_cycles: int, sides: tuple[int, int]) -> None:
    """Although half a cycle leaves a mean."""
    y = torch.arange(sides[0]).float() / sides[0]
    wave = 0.5 + 0.4 * torch.sin(torch.pi * half_cycles * y[:, None]).expand(1, 3, *sides)
    power = radial_power(wave)
    assert power[0] < 1e-3 * power.max()


def test_a_flat_picture_has_the_floor_alone() -> None:
    flat = torch.linspace(0, 1, 3)[:, None, None, None].expand(3, 3, 16, 16)
    assert radial_power(flat) == pytest.approx(np.full(9, ROUNDING), rel=1e-12)


def test_pictures_count_alike_in_any_order_and_batch() -> None:
    some = pictures(0, 40).float() / 255
    alone = np.mean([radial_power(each[None]) for each in some], axis=0)
    assert radial_power(some) == pytest.approx(alone, rel=1e-12)
    assert radial_power(some.flip(0)) == pytest.approx(alone, rel=1e-12)


def test_what_is_not_finite_has_no_spectrum() -> None:
    broken = torch.rand(2, 3, 16, 16)
    broken[1, 0, 3, 3] = torch.nan
    with pytest.raises(Undefined, match="not finite"):
        radial_power(broken)


@given(st.integers(0, 2**31))
@settings(max_examples=2)
def test_real_pictures_are_near_and_the_damaged_are_far(seed: int) -> None:
    """Each the more the worse, and all above what two halves of real pictures are apart."""
    real, other = pictures(seed), pictures(seed + 1)
    floor = distance(other, real)
    assert floor < 0.1
    for worse in (
        [damage.blur(other, sigma_px=s) for s in (0.7, 1.5)],
        [damage.noise(other, sigma=s) for s in (12, 32)],
    ):
        little, much = (distance(each, real) for each in worse)
        assert floor < 0.5 * little < 0.5 * much
    assert distance(enlarged(shrunk(other)), real) > 1


def test_its_formula_is_that_of_the_page() -> None:
    """Mean over the bins above half of Nyquist's frequency of the difference of logarithms."""
    fake, real = pictures(0, 3), pictures(1, 5)
    a, b = (np.log10(radial_power(x.float() / 255)) for x in (fake, real))
    expected = np.mean([abs(a[r] - b[r]) for r in range(SIDE // 4 + 1, SIDE // 2 + 1)])
    assert distance(fake, real) == pytest.approx(expected, rel=1e-12)
    assert distance(real, real) == 0
