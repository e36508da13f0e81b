"""The style-based decoder against its paper's equations (Karras et al., 2020)."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor

from ganbench.contracts.task import Domain, Split
from ganbench.core.spec import Architecture, Preset
from ganbench.networks.stylegan2 import EPSILON, Finish, ModulatedConv, Noise, StyleBlock
from ganbench.networks.stylegan2 import decoder as style_decoder
from ganbench.registry.registry import discover
from tests.plugins.test_models import IMAGES

pytestmark = pytest.mark.numeric

SHAPE, LATENT = (3, 32, 32), 6


def normal(*shape: int, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def convolution(kernel: int, channels_in: int = 4, channels_out: int = 5) -> ModulatedConv:
    torch.manual_seed(0)
    return ModulatedConv(channels_in, channels_out, kernel, style_dim=3).double()


def decoder() -> torch.nn.Sequential:
    torch.manual_seed(0)
    return style_decoder(LATENT, SHAPE, Architecture(2)).double()


@pytest.mark.parametrize("kernel", [1, 3])
def test_a_modulated_convolution_has_weights_of_its_own_for_each_sample(kernel: int) -> None:
    """w' = s_i w (equation 1), w'' = w' / sqrt(sum of w'^2 over i, k + epsilon) (equation 3)."""
    conv, x, style = convolution(kernel), normal(6, 4, 8, 8), normal(6, 3, seed=2)
    expected = []
    for sample, s in zip(x, conv.affine(style), strict=True):
        modulated = conv.conv.weight * s[None, :, None, None]
        norms = [(w.square().sum() + EPSILON).sqrt() for w in modulated]
        demodulated = torch.stack([w / norm for w, norm in zip(modulated, norms, strict=True)])
        expected.append(F.conv2d(sample[None], demodulated, padding=kernel // 2))
    torch.testing.assert_close(conv(x, style), torch.cat(expected))


def test_a_scaled_modulation_leaves_the_output_as_it_is() -> None:
    conv, x, style = convolution(3), normal(6, 4, 8, 8), normal(6, 3, seed=2)
    torch.nn.init.zeros_(conv.affine.bias)  # so that scaling the style scales the modulation
    out = conv(x, style)
    for factor in (0.5, 20.0):
        torch.testing.assert_close(conv(x, factor * style), out, rtol=1e-4, atol=1e-4)
    assert not torch.allclose(conv(x, style.flip(1)), out, rtol=0.1)


def test_a_demodulated_output_keeps_the_deviation_of_its_input() -> None:
    x = normal(2, 4, 64, 64)
    out = convolution(3)(x, normal(2, 3, seed=2))
    assert out[:, :, 1:-1, 1:-1].std(dim=(0, 2, 3)).tolist() == pytest.approx([1] * 5, abs=0.1)


def test_noise_is_fixed_after_training() -> None:
    torch.manual_seed(0)
    layer, x = Noise(8).eval(), torch.zeros(5, 2, 8, 8)
    out = layer(x)
    assert torch.equal(layer(x), out)
    assert torch.equal(layer(x[3:4]), out[3:4])
    torch.testing.assert_close(out, 1e-2 * layer.fixed.expand(5, 2, 8, 8))
    assert out.std() > 0


def test_noise_is_new_in_each_pass_of_training_and_for_each_sample() -> None:
    torch.manual_seed(0)
    layer, x = Noise(8).train(), torch.zeros(5, 2, 8, 8)
    first, second = layer(x), layer(x)
    assert not torch.equal(first, second)
    assert not torch.equal(first[0], first[1])
    assert torch.equal(first[:, 0], first[:, 1])  # one number a place, not one a channel
    first.square().sum().backward()
    assert layer.strength.grad is not None and layer.strength.grad.item() > 0
    torch.nn.init.zeros_(layer.strength)
    assert not layer(x).any()


def test_a_decoder_gives_a_latent_one_picture_after_training() -> None:
    net, z = decoder().eval(), normal(4, LATENT)
    out = net(z)
    assert torch.equal(net(z), out)
    torch.testing.assert_close(net(z[2:3]), out[2:3])
    net.train()
    torch.manual_seed(0)
    assert not torch.equal(net(z), net(z))


def test_a_picture_is_the_sum_over_the_sizes() -> None:
    net, blocks = decoder().eval(), []
    for module in net:
        block = module.block if isinstance(module, Finish) else module
        if isinstance(block, StyleBlock):
            torch.nn.init.zeros_(block.to_picture.conv.weight)
            torch.nn.init.constant_(block.to_picture.conv.bias, 1.0 + len(blocks))
            blocks.append(block)
    assert len(blocks) == 3  # 8, 16 and 32 px
    expected = torch.full((2, *SHAPE), 1.0 + 2.0 + 3.0, dtype=torch.float64)
    torch.testing.assert_close(net(normal(2, LATENT)).logit(), expected)


def test_the_untrained_reference_has_the_networks_of_the_run() -> None:
    image = torch.randint(0, 256, (3, 3, 16, 16), generator=torch.Generator().manual_seed(0))
    split = Split(Domain(image.to(torch.uint8)), Domain(image.to(torch.uint8)))
    reference = discover().load("reference", "untrained")()
    made = []
    for network in ("plain", "stylegan2"):
        preset = Preset("tiny", budget_steps=1, width=4, size=16, network=network)
        task = SimpleNamespace(spec=IMAGES, architecture=Architecture(4), preset=preset)
        made.append(reference.fakes(task, split, "A", "B", np.random.default_rng(0)))
    assert not torch.equal(*made)
