"""Scores by name: numbers, or why there are none."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from ganbench.evaluation.fidelity.distances import diversity
from ganbench.evaluation.fidelity.extractors import (
    EMBEDDED,
    FEATURES,
    INCEPTION,
    LOGITS,
    find_extractor,
)
from ganbench.evaluation.fidelity.scores import SCORES, conventions, scores, warnings

NAMES = ("kd", "fd", "precision", "recall", "density", "coverage", "diversity", "isc")


def side(seed: int) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    sizes = {FEATURES: 8, LOGITS: 5}
    return {name: torch.rand(12, d, generator=generator) for name, d in sizes.items()}


@pytest.mark.parametrize("part", [FEATURES, LOGITS])
@pytest.mark.parametrize("whose", [0, 1])
@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_no_score_hides_what_is_not_finite(part: str, whose: int, value: float) -> None:
    sides = [side(0), side(1)]
    sound = scores(NAMES, sides[0], sides[1], find_extractor(INCEPTION))
    assert all(isinstance(number, float) for number in sound.values())
    sides[whose][part][3, 2] = value
    found = scores(NAMES, sides[0], sides[1], find_extractor(INCEPTION))
    assert set(found.values()) == {"undefined: the features are not finite"}


def test_features_of_length_zero_have_no_diversity() -> None:
    features = side(0)[FEATURES]
    assert 0 < diversity(features) < 1
    features[2] = 0
    both = {FEATURES: features}
    found = scores(["diversity"], both, both, find_extractor(EMBEDDED))
    assert found == {"diversity": "undefined: not finite"}


def test_a_side_of_one_picture_is_told() -> None:
    real, fake = side(0), side(1)
    found = scores(["kd"], real, fake, find_extractor(EMBEDDED))
    assert warnings(found, real, fake) == []
    one = {FEATURES: real[FEATURES][:1].expand(12, -1) * (1 + 1e-6 * torch.rand(12, 1))}
    assert warnings(found, one, fake) == ["all 12 images of REAL look the same: check the folder"]
    assert "FAKE" in warnings(found, real, one)[0]


def test_how_ties_count_is_told_with_what_they_change() -> None:
    assert set(conventions(["fd", "density"])) == {"ties"}
    assert conventions([name for name in SCORES if name in ("kd", "fd", "isc")]) == {}
