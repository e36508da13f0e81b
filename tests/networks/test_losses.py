"""Loss terms against their textbook forms."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F

from ganbench.networks.losses import (
    adversarial_discriminator_loss,
    adversarial_generator_loss,
    feature_matching_loss,
    reconstruction_distance,
)

pytestmark = pytest.mark.numeric

REAL, FAKE = torch.tensor([0.3, -1.2, 4.0]), torch.tensor([-0.5, 2.0, 0.1])


def test_adversarial_losses_are_the_binary_cross_entropy_of_a_sigmoid() -> None:
    ones, zeros = torch.ones(3), torch.zeros(3)
    bce = F.binary_cross_entropy
    expected = 0.5 * (bce(REAL.sigmoid(), ones) + bce(FAKE.sigmoid(), zeros))
    torch.testing.assert_close(adversarial_discriminator_loss(REAL, FAKE), expected)
    torch.testing.assert_close(adversarial_generator_loss(FAKE), bce(FAKE.sigmoid(), ones))


def test_large_logits_stay_finite() -> None:
    assert adversarial_generator_loss(torch.tensor([-1e4])).isfinite()


def test_feature_matching_compares_batch_means() -> None:
    real, fake = torch.tensor([[0.0, 2.0], [2.0, 0.0]]), torch.tensor([[1.0, 1.0], [1.0, 1.0]])
    assert feature_matching_loss((real,), (fake,)) == 0
    shifted = feature_matching_loss((real, real), (fake + 2, fake + 1))
    assert shifted == pytest.approx(4 + 1)


@pytest.mark.parametrize(("name", "expected"), [("l1", 2.0), ("l2", 4.0), ("huber", 1.5)])
def test_distances(name: str, expected: float) -> None:
    assert reconstruction_distance(name)(torch.full((5,), 2.0), torch.zeros(5)) == pytest.approx(
        expected
    )
