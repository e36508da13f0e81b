"""Mode metrics on planted translations, against counts made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch

from ganbench.contracts.task import Domain
from ganbench.registry.registry import discover

METRICS = [discover().load("metric", name)() for name in ("modes", "collisions")]
CENTRES = np.array([[float(10 * i), 0.0] for i in range(4)])
SIGMA = 0.5


class PlantedView:
    def __init__(self, points: np.ndarray, source_mode: np.ndarray) -> None:
        self.fakes = torch.from_numpy(points)
        self.inputs = Domain(self.fakes, {"mode": source_mode})
        constants = {"mode_centres": CENTRES, "sigma": np.array(SIGMA)}
        self.targets = Domain(self.fakes, {}, constants)


def scores(target_mode: np.ndarray, source_mode: np.ndarray, off: float = 0.0) -> dict[str, float]:
    points = CENTRES[target_mode] + np.array([0.0, off])
    view = PlantedView(points, source_mode)
    return {name: value for metric in METRICS for name, value in metric.compute(view).items()}


SOURCE = np.repeat([0, 1], 100)


def test_a_right_translation() -> None:
    target = np.tile([0, 1, 2, 3], 50)
    source = target // 2
    assert scores(target, source) == {
        "modes_covered": 4,
        "modes_captured": 4,
        "high_quality_share": 1,
        "mode_collisions": 0,
        "reverse_kl": 0,
    }


def test_collapse_to_one_mode() -> None:
    found = scores(np.zeros(200, int), SOURCE)
    assert found["modes_covered"] == 1
    assert found["mode_collisions"] == 1
    assert found["reverse_kl"] == pytest.approx(math.log(4))


def test_quality_ends_at_three_sigma() -> None:
    assert scores(SOURCE, SOURCE, off=2.99 * SIGMA)["high_quality_share"] == 1
    far = scores(SOURCE, SOURCE, off=3.01 * SIGMA)
    assert (far["high_quality_share"], far["modes_covered"]) == (0, 0)


@pytest.mark.parametrize(("strays", "covered"), [(19, 1), (20, 2)])
def test_cover_needs_twenty_samples(strays: int, covered: int) -> None:
    target = np.zeros(200, int)
    target[:strays] = 3
    assert scores(target, np.zeros(200, int))["modes_covered"] == covered


@pytest.mark.parametrize(("strays", "collisions"), [(5, 0), (6, 1)])
def test_a_collision_needs_more_than_five_percent(strays: int, collisions: int) -> None:
    target = SOURCE.copy()
    target[:strays] = 1
    assert scores(target, SOURCE)["mode_collisions"] == collisions
