"""The families of CycleGAN and pix2pix: published sizes, what a logit sees, what goes where."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.losses import squared_slopes
from tests.networks.test_families import image_builder, images

pytestmark = pytest.mark.numeric


def millions(network: nn.Module) -> float:
    return sum(p.numel() for p in network.parameters()) / 1e6


@pytest.mark.parametrize(
    ("family", "size", "published"),
    [("resnet", 256, 11.378), ("resnet", 128, 7.838), ("unet", 256, 54.41)],
)
def test_translators_have_as_many_parameters_as_their_authors_print(
    family: str, size: int, published: float
) -> None:
    """Less the biases before instance norms, a thousandth, which do nothing."""
    net = image_builder(size, width=64, family=family).translator("A", "B")
    assert millions(net) == pytest.approx(published, abs=0.011)


@pytest.mark.parametrize("family", ["resnet", "unet"])
def test_a_logit_sees_a_patch_of_70_px(family: str) -> None:
    judge = image_builder(256, width=1, family=family).discriminator("B")
    assert millions(image_builder(256, 64, family=family).discriminator("B")) == pytest.approx(
        2.765, abs=0.0015
    )
    plain = nn.Sequential(*(layer for layer in judge.modules() if isinstance(layer, nn.Conv2d)))
    for layer in plain:
        nn.init.ones_(layer.weight)  # type: ignore[arg-type]
    x = images(256, 1).requires_grad_()
    logits = plain(x)
    assert logits.shape == (1, 1, 30, 30)
    (slope,) = torch.autograd.grad(logits[0, 0, 15, 15], x)
    rows, columns = slope[0, 0].nonzero(as_tuple=True)
    assert [int(i.max() - i.min()) + 1 for i in (rows, columns)] == [70, 70]


@pytest.mark.parametrize("family", ["resnet", "unet"])
@pytest.mark.parametrize("size", [16, 32, 256])
def test_a_score_is_the_mean_of_a_samples_patches(family: str, size: int) -> None:
    judged: DiscriminatorOutput = image_builder(size, 2, family=family).discriminator("A")(
        images(size, 3)
    )
    side = {16: 2, 32: 2, 256: 30}[size]
    assert judged.logits.shape == (3, side, side)
    assert torch.allclose(judged.scores, judged.logits.mean((1, 2)))


def test_r1_takes_the_slope_of_a_score_not_of_the_sum_of_patches() -> None:
    class Summing(nn.Module):
        def forward(self, x: torch.Tensor) -> DiscriminatorOutput:
            return DiscriminatorOutput(x.sum(1), ())

    x = torch.ones(2, 3, 4, 4, dtype=torch.double)
    assert squared_slopes(Summing(), x).item() == pytest.approx(3 * 16 / 16**2)


def test_the_unet_carries_what_one_pixel_cannot() -> None:
    """With all weights of the innermost maps at zero, two pictures still differ in the output."""
    net = image_builder(32, 2, family="unet").translator("A", "B")
    nn.init.zeros_(net.downs[-1][1].weight)  # type: ignore[index, union-attr, arg-type]
    one, other = net(images(32, 2))
    assert not torch.allclose(one, other)


@pytest.mark.parametrize("family", ["resnet", "unet"])
def test_initial_weights_are_normal_with_a_deviation_of_a_fiftieth(family: str) -> None:
    net = image_builder(64, 16, family=family).translator("A", "B")
    for layer in net.modules():
        if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
            assert layer.bias is None or not layer.bias.any()
            if layer.weight.numel() > 2000:
                assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
