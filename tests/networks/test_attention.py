"""Attention and its norms by hand, the published sizes, and discriminators that judge together."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.attention import (
    AdaptiveLayerInstanceNorm,
    ClassActivation,
    LayerInstanceNorm,
)
from ganbench.networks.blocks import DiscriminatorOutput, Judges
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.losses import LEAST_SQUARES, over_heads
from ganbench.networks.norms import layer_instance_norm
from tests.networks.test_families import image_builder, images, point_builder

pytestmark = pytest.mark.numeric
EPS = 1e-5
ATTENTIVE = ("plain", "resnet")


def maps(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=generator, dtype=torch.double)


def normalised(x: Tensor, dims: tuple[int, ...]) -> Tensor:
    """By mean and deviation over the dimensions, as the authors' code has it."""
    return (x - x.mean(dims, keepdim=True)) / (x.var(dims, keepdim=True) + EPS).sqrt()


def by_definition(x: Tensor, rho: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    mixed = rho * normalised(x, (2, 3)) + (1 - rho) * normalised(x, (1, 2, 3))
    return gamma * mixed + beta


@settings(max_examples=25, deadline=None)
@given(
    st.integers(1, 3), st.integers(1, 5), st.integers(2, 6), st.integers(1, 6), st.integers(0, 99)
)
def test_the_norm_is_the_mix_of_both_norms(n: int, c: int, h: int, w: int, seed: int) -> None:
    x = (3 + 5 * maps(n, c, h, w, seed=seed)).requires_grad_()
    rho = maps(c, 1, 1, seed=seed + 1).sigmoid().requires_grad_()
    gamma, beta = (maps(n, c, 1, 1, seed=seed + i).requires_grad_() for i in (2, 3))
    arguments = x, rho, gamma, beta
    ours, expected = layer_instance_norm(*arguments), by_definition(*arguments)
    torch.testing.assert_close(ours, expected, rtol=1e-9, atol=1e-9)
    upstream = maps(n, c, h, w, seed=seed + 4)
    of_ours, of_expected = (torch.autograd.grad(y, arguments, upstream) for y in (ours, expected))
    for one, other in zip(of_ours, of_expected, strict=True):
        torch.testing.assert_close(one, other, rtol=1e-8, atol=1e-8)


@pytest.mark.parametrize(("rho", "dims"), [(0.0, (1, 2, 3)), (1.0, (2, 3))])
def test_its_ends_are_the_norms_of_a_layer_and_of_an_instance(
    rho: float, dims: tuple[int, ...]
) -> None:
    x, ones = maps(2, 3, 4, 5), torch.ones(3, 1, 1, dtype=torch.double)
    torch.testing.assert_close(
        layer_instance_norm(x, rho * ones, ones, 0 * ones), normalised(x, dims)
    )


def test_its_ends_are_pytorchs_but_for_the_variance_of_a_sample() -> None:
    x, ones = maps(2, 3, 64, 64), torch.ones(3, 1, 1, dtype=torch.double)
    for rho, theirs in ((1.0, F.instance_norm(x)), (0.0, F.layer_norm(x, x.shape[1:]))):
        ours = layer_instance_norm(x, rho * ones, ones, 0 * ones)
        torch.testing.assert_close(ours, theirs, rtol=2e-4, atol=1e-6)


def test_the_adaptive_norm_starts_as_that_of_an_instance_and_the_other_of_a_layer() -> None:
    """As in the authors' code in TensorFlow."""
    x, style = maps(2, 3, 4, 4).float(), torch.tensor([[2.0, 2, 2, 1, 1, 1]]).expand(2, -1)
    torch.testing.assert_close(
        AdaptiveLayerInstanceNorm(3)(x, style), 2 * normalised(x, (2, 3)) + 1
    )
    torch.testing.assert_close(LayerInstanceNorm(3)(x), normalised(x, (1, 2, 3)))


def test_attention_weighs_each_map_by_both_classifiers() -> None:
    attention, x = ClassActivation(3, nn.ReLU()).double(), maps(2, 3, 4, 5)
    by_mean, by_maximum = attention.of_mean.weight[0], attention.of_maximum.weight[0]
    twice = torch.cat([by_mean[:, None, None] * x, by_maximum[:, None, None] * x], dim=1)
    found, logits = attention(x)
    torch.testing.assert_close(found, attention.join(twice).relu())
    for n in range(2):
        for i, (weight, pooled) in enumerate(
            ((by_mean, x[n].mean((1, 2))), (by_maximum, x[n].flatten(1).max(1).values))
        ):
            torch.testing.assert_close(logits[n, i], weight @ pooled)


@pytest.mark.parametrize(("light", "published"), [(False, 278_959_808), (True, 10_589_888)])
def test_translators_have_as_many_parameters_as_the_authors(light: bool, published: int) -> None:
    with torch.device("meta"):
        nets = image_builder(256, width=64, family="resnet")
        net = nets.attentive_translator("A", "B", light=light)
    assert sum(p.numel() for p in net.parameters()) == published


def test_discriminators_have_as_many_parameters_as_the_authors() -> None:
    with torch.device("meta"):
        judges = image_builder(256, width=64, family="resnet").attentive_discriminator("B")
    counts = [sum(p.numel() for p in judge.parameters()) for judge in judges]  # type: ignore[union-attr]
    assert counts == [53_130_176, 3_290_560]  # the global one and the local one


@pytest.mark.parametrize("family", ATTENTIVE)
@pytest.mark.parametrize("size", [16, 64, 128])
def test_attentive_networks_of_every_size(family: str, size: int) -> None:
    nets, x = image_builder(size, width=2, family=family), images(size)
    attended = nets.attentive_translator("A", "B")(x)
    assert attended.samples.shape == x.shape and attended.logits.shape == (2, 2)
    assert attended.samples.min() >= 0 and attended.samples.max() <= 1
    judged: DiscriminatorOutput = nets.attentive_discriminator("B")(x)
    whole, *others = judged.heads
    assert len(others) == 3 and judged.scores.shape == (2,)
    of_whole, patches, of_patches = others
    assert of_whole.shape == of_patches.shape == (2, 2)
    assert patches[0].numel() > whole[0].numel()
    assert torch.equal(
        judged.scores,
        torch.stack([h.flatten(1).mean(1) if h.ndim > 1 else h for h in judged.heads]).mean(0),
    )


def test_a_light_translator_does_not_know_places() -> None:
    """Its scales and shifts come from means; the whole one has weights for each place."""
    nets = image_builder(32, width=2, family="resnet")
    for light in (True, False):
        style, x = nets.attentive_translator("A", "B", light=light).style, torch.rand(1, 8, 8, 8)
        assert torch.allclose(style(x), style(x.flip(3)), atol=1e-6) == light  # type: ignore[operator]


@pytest.mark.parametrize("family", ["starganv2", "stylegan2", "unet", "vit-unet"])
@pytest.mark.parametrize("role", ["translator", "discriminator"])
def test_a_family_without_attention_names_those_that_have_it(family: str, role: str) -> None:
    nets = image_builder(16, family=family)
    with pytest.raises(UserError, match=f"'{family}' has no attentive {role}") as told:
        if role == "translator":
            nets.attentive_translator("A", "B")
        else:
            nets.attentive_discriminator("B")
    assert told.value.where == f"--set network={family}"
    assert told.value.fix == "choose plain or resnet"


def test_points_have_no_attention() -> None:
    with pytest.raises(UserError, match="'plain' has no attentive translator") as told:
        point_builder().attentive_translator("A", "B")
    assert told.value.fix == "use a model without attention"


@pytest.mark.parametrize("size", [8, 48, 512])
@pytest.mark.parametrize("family", ATTENTIVE)
def test_other_sizes_are_refused(family: str, size: int) -> None:
    nets = image_builder(size, width=1, family=family)
    for make in (
        lambda: nets.attentive_translator("A", "B"),
        lambda: nets.attentive_discriminator("B"),
    ):
        with pytest.raises(UserError, match="power of two"):
            make()


def test_initial_weights_depend_on_seed_and_role_alone() -> None:
    spec = DataSpec("image", (3, 16, 16), (3, 16, 16))

    def built(seed: int) -> list[dict[str, Tensor]]:
        nets = NetworkBuilder(spec, Architecture(2), seed, "resnet")
        torch.randn(3)
        made = nets.attentive_translator("B", "A"), nets.attentive_discriminator("A")
        return [network.state_dict() for network in made]

    for one, same, other in zip(built(0), built(0), built(1), strict=True):
        assert all(torch.equal(one[key], same[key]) for key in one)
        assert not all(torch.equal(one[key], other[key]) for key in one)


class Fixed(nn.Module):
    """Answers what it is given."""

    def __init__(self, answer: DiscriminatorOutput) -> None:
        super().__init__()
        self.answer = answer

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        return self.answer


def test_judges_answer_with_the_heads_and_features_of_all() -> None:
    a, b, c, d, e = (maps(2, seed=seed) for seed in range(5))
    first = DiscriminatorOutput(a, (d,), (b,))
    second = DiscriminatorOutput(c, (e,))
    joined = Judges(Fixed(first), Fixed(second))(torch.zeros(2))
    assert joined.heads == (a, b, c) and joined.features == (d, e)
    torch.testing.assert_close(joined.scores, (a + b + c) / 3)


def test_the_game_is_played_with_each_head() -> None:
    real = DiscriminatorOutput(maps(2), (), (maps(2, 4, 4),))
    fake = DiscriminatorOutput(maps(2, seed=1), (), (maps(2, 4, 4, seed=2),))
    expected = sum(
        LEAST_SQUARES.discriminator(r, f) for r, f in zip(real.heads, fake.heads, strict=True)
    )
    assert over_heads(LEAST_SQUARES.discriminator, real, fake).item() == expected.item()  # type: ignore[union-attr]
    alone = DiscriminatorOutput(real.logits, ())
    assert over_heads(LEAST_SQUARES.generator, alone).equal(LEAST_SQUARES.generator(real.logits))
