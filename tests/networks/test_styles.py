"""Styles by domain, and the networks that both domains have in common."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture, DataSpec, DomainName
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.styles import ByDomain, half_drawn, he_normal
from tests.networks.test_families import FAMILIES, STYLE, image_builder, images, weights

pytestmark = pytest.mark.numeric

LATENT = 6
POINTS = DataSpec("points", (2,), (2,))


def builder(family: str, seed: int = 0) -> NetworkBuilder:
    if family == "points":
        return NetworkBuilder(POINTS, Architecture(8), seed)
    return image_builder(16, 4, 0, seed, family)


def samples(family: str, n: int) -> Tensor:
    return torch.rand(n, 2) if family == "points" else images(16, n)


@pytest.mark.parametrize("family", [*FAMILIES, "points"])
def test_one_network_makes_samples_of_both_domains_and_tells_styles_by_domain(family: str) -> None:
    both, x = builder(family).shared_autoencoder(STYLE).eval(), samples(family, 3)
    of_a, of_b = both.style(x, "A"), both.style(x, "B")
    assert of_a.shape == of_b.shape == (3, STYLE) and not torch.allclose(of_a, of_b)
    made = both.decode(both.content(x), of_a)
    assert made.shape == x.shape
    assert not torch.allclose(made, both.decode(both.content(x), of_b))


@pytest.mark.parametrize("family", [*FAMILIES, "points"])
def test_critics_have_all_but_the_last_layer_in_common(family: str) -> None:
    critics = builder(family).shared_critics()
    first, second = critics["D_A"], critics["D_B"]
    assert first.blocks is second.blocks
    assert not torch.equal(weights(first.head), weights(second.head))  # type: ignore[arg-type]


def test_a_domains_styles_are_half_of_what_a_network_gives() -> None:
    split = ByDomain(nn.Identity())
    x = torch.arange(8.0).view(2, 4)
    assert split(x, "A").tolist() == [[0, 1], [4, 5]]
    assert split(x, "B").tolist() == [[2, 3], [6, 7]]


def test_a_mapping_has_layers_of_both_domains_and_of_each() -> None:
    mapping, z = builder("plain").mapping(LATENT, STYLE), torch.randn(3, LATENT)
    linear = [m for m in mapping.modules() if isinstance(m, nn.Linear)]
    assert [m.out_features for m in linear] == [32] * 4 + 2 * ([32] * 3 + [STYLE])
    assert not torch.allclose(mapping(z, "A"), mapping(z, "B"))
    mapping(z, "A").sum().backward()
    unused = {n for n, p in mapping.named_parameters() if p.grad is None}
    assert unused == {n for n, _ in mapping.named_parameters() if n.startswith("own.B.")}


def test_a_seed_has_its_style_whatever_was_drawn_before() -> None:
    mapping = builder("plain").mapping(LATENT, STYLE)
    before = torch.get_rng_state()
    style = mapping.seeded("B", 3)
    assert torch.equal(before, torch.get_rng_state())
    torch.randn(2)
    assert style.shape == (1, STYLE) and torch.equal(style, mapping.seeded("B", 3))
    assert not torch.equal(style, mapping.seeded("B", 4))
    assert not torch.equal(style, mapping.seeded("A", 3))


@pytest.mark.parametrize(("n", "drawn"), [(1, 1), (2, 1), (3, 2), (8, 4)])
def test_half_of_the_styles_are_drawn_and_half_are_those_of_samples(n: int, drawn: int) -> None:
    mapping, like = builder("plain").mapping(LATENT, STYLE), torch.rand(n, STYLE)

    def encode(x: Tensor, domain: DomainName) -> Tensor:
        return x if domain == "B" else -x

    torch.manual_seed(0)
    styles = half_drawn(mapping, encode, like, "B")
    torch.manual_seed(0)
    expected = mapping(torch.randn(drawn, LATENT), "B")
    torch.testing.assert_close(styles[:drawn], expected)
    assert torch.equal(styles[drawn:], like[drawn:])


@pytest.mark.parametrize("make", ["shared_autoencoder", "mapping", "shared_critics"])
def test_initial_weights_depend_on_seed_and_role_alone(make: str) -> None:
    def built(seed: int, *, last: bool) -> Tensor:
        nets = builder("plain", seed)
        roles = {
            "shared_autoencoder": lambda: nets.shared_autoencoder(STYLE),
            "mapping": lambda: nets.mapping(LATENT, STYLE),
            "shared_critics": lambda: nn.ModuleDict(nets.shared_critics()),
        }
        for role in roles.values():
            if last:
                role()
        return weights(roles[make]())

    before = torch.get_rng_state()
    assert torch.equal(built(0, last=False), built(0, last=True))
    assert torch.equal(before, torch.get_rng_state())
    assert not torch.equal(built(0, last=False), built(1, last=False))


@pytest.mark.parametrize("make", ["shared_autoencoder", "shared_critics"])
def test_domains_of_two_shapes_have_no_network_in_common(make: str) -> None:
    nets = NetworkBuilder(DataSpec("image", (1, 16, 16), (3, 16, 16)), Architecture(4), 0)
    arguments = (STYLE,) if make == "shared_autoencoder" else ()
    with pytest.raises(UserError, match=r"\(1, 16, 16\) and \(3, 16, 16\)"):
        getattr(nets, make)(*arguments)


def test_first_weights_keep_the_variance_through_relus() -> None:
    torch.manual_seed(0)
    weight = he_normal(torch.empty(300, 200))
    assert weight.std().item() == pytest.approx((2 / 200) ** 0.5, rel=0.02)
    x = torch.randn(500, 1000).relu()
    out = nn.functional.linear(x, he_normal(torch.empty(1000, 1000)))
    assert out.relu().square().mean().item() == pytest.approx(x.square().mean().item(), rel=0.1)


def test_the_deviation_of_the_first_weights_is_also_that_of_a_mapping() -> None:
    nets = NetworkBuilder(POINTS, Architecture(64, init_std=0.02), 0)
    mapping = nets.mapping(LATENT, STYLE)
    assert mapping.shared[2].weight.std().item() == pytest.approx(0.02, rel=0.1)  # type: ignore[operator, union-attr]
