"""Spectral norm: PyTorch's numbers, for one network and for stacked ones."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils import parametrizations

from ganbench.networks.losses import squared_slopes
from ganbench.networks.penalties import gradient_penalty
from ganbench.networks.spectral import SpectralConv, SpectralNorm, spectral_norm, why_unmapped
from tests.networks.test_families import image_builder, images, point_builder, points

pytestmark = pytest.mark.numeric
SHAPES = {
    "linear": (lambda: nn.Linear(5, 3), (2, 5)),
    "convolution": (lambda: nn.Conv2d(3, 4, 3), (2, 3, 6, 6)),
    "transposed convolution": (lambda: nn.ConvTranspose2d(3, 4, 3), (2, 3, 6, 6)),
}


def norm_in(layer: nn.Module) -> SpectralNorm:
    (norm,) = (part for part in layer.modules() if isinstance(part, SpectralNorm))
    return norm


def weights_of(layer: nn.Module) -> list[Tensor]:
    """Those before the norm, and the bias."""
    return sorted(layer.parameters(), key=lambda param: param.ndim)


@pytest.mark.filterwarnings("ignore:.*is deprecated")
@pytest.mark.parametrize("kind", SHAPES)
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_the_numbers_are_pytorchs(kind: str, layout: torch.memory_format) -> None:
    make, shape = SHAPES[kind]
    torch.manual_seed(0)
    theirs, x = make().double(), torch.randn(shape, dtype=torch.double)
    ours = make().double()
    ours.load_state_dict(theirs.state_dict())
    spectral_norm(ours).to(memory_format=layout)  # type: ignore[call-overload]
    nn.utils.spectral_norm(theirs)
    norm_in(ours).vector.copy_(theirs.weight_u)  # type: ignore[arg-type]
    for _ in range(3):
        of_ours, of_theirs = ours(x), theirs(x)
        torch.testing.assert_close(of_ours, of_theirs, rtol=1e-12, atol=1e-12)
        pairs = zip(
            torch.autograd.grad(of_ours.square().sum(), weights_of(ours)),
            torch.autograd.grad(of_theirs.square().sum(), weights_of(theirs)),
            strict=True,
        )
        for one, other in pairs:
            torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)


@pytest.mark.filterwarnings("ignore:.*is deprecated")
@pytest.mark.parametrize("side", [5, 20], ids=["few places", "many places"])
@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("layout", [torch.contiguous_format, torch.channels_last])
def test_a_convolution_with_its_norm_is_pytorchs(
    side: int, bias: bool, layout: torch.memory_format
) -> None:
    """Where it is a product of matrices, and where it is not; as it trains and as it judges."""
    torch.manual_seed(0)
    ours = SpectralConv(3, 4, 4, 2, bias=bias).double()
    theirs = nn.Conv2d(3, 4, 4, 2, bias=bias).double()
    theirs.load_state_dict({k: v for k, v in ours.state_dict().items() if "." not in k})
    nn.utils.spectral_norm(theirs)
    ours.norm.vector.copy_(theirs.weight_u)  # type: ignore[arg-type]
    ours.to(memory_format=layout)  # type: ignore[call-overload]
    x = torch.randn(2, 3, side, side, dtype=torch.double).requires_grad_()
    assert ours.prefers_product(x) == (side == 5)
    for _ in range(3):
        of_ours, of_theirs = ours(x), theirs(x)
        torch.testing.assert_close(of_ours, of_theirs, rtol=1e-12, atol=1e-12)
        slopes = [
            torch.autograd.grad(y.square().sum(), [x, *weights_of(layer)])
            for y, layer in ((of_ours, ours), (of_theirs, theirs))
        ]
        for one, other in zip(*slopes, strict=True):
            torch.testing.assert_close(one, other, rtol=1e-10, atol=1e-10)
    assert torch.equal(ours.eval()(x), ours(x))


def test_in_bf16_the_singular_value_is_not_rounded() -> None:
    layer, x = SpectralConv(8, 16, 4, bias=False), torch.randn(1, 8, 5, 5)
    plain = layer.eval()(x)
    with torch.autocast("cpu", torch.bfloat16):
        assert not layer.prefers_product(x)
        torch.testing.assert_close(layer(x).float(), plain, rtol=0.05, atol=0.05)


def test_the_largest_singular_value_comes_to_1() -> None:
    layer = spectral_norm(nn.Conv2d(3, 8, 4, bias=False).double())
    for _ in range(100):
        weight = layer.weight
    largest = torch.linalg.svdvals(weight.flatten(1))[0]
    assert largest.item() == pytest.approx(1, abs=1e-6)


def test_the_vector_moves_in_training_alone() -> None:
    torch.manual_seed(0)
    layer = spectral_norm(nn.Linear(60, 40)).eval()
    before = norm_in(layer).vector.clone()
    assert torch.equal(layer(torch.ones(1, 60)), layer(torch.ones(1, 60)))
    assert torch.equal(norm_in(layer).vector, before)
    layer.train()(torch.ones(1, 60))
    assert not torch.equal(norm_in(layer).vector, before)


def test_autocast_does_not_round_the_norm() -> None:
    layer = spectral_norm(nn.Linear(64, 64))
    with torch.autocast("cpu", torch.bfloat16):
        weight = layer.weight
    vector = norm_in(layer).vector
    raw = layer.parametrizations.weight.original.detach()  # type: ignore[union-attr]
    value = torch.dot(vector, raw @ F.normalize(raw.T @ vector, dim=0))
    torch.testing.assert_close(weight.detach(), raw / value, rtol=1e-3, atol=0)


def test_stacked_networks_have_the_numbers_and_vectors_of_each_alone() -> None:
    networks = [spectral_norm(point_builder(seed).critic("B")) for seed in range(3)]
    x = torch.stack([points(4, 5) for _ in networks])
    params, buffers = torch.func.stack_module_state(networks)  # type: ignore[arg-type]

    def scores(p: dict[str, Tensor], b: dict[str, Tensor], x: Tensor) -> Tensor:
        out: Tensor = torch.func.functional_call(networks[0], (p, b), (x,)).scores
        return out

    together = torch.vmap(scores)(params, buffers, x)
    alone = torch.stack([net(one).scores for net, one in zip(networks, x, strict=True)])
    torch.testing.assert_close(together, alone)
    for name, stacked in buffers.items():
        own = [dict(network.named_buffers())[name] for network in networks]
        torch.testing.assert_close(stacked, torch.stack(own))


@pytest.mark.parametrize("family", ["plain", "resnet"])
def test_penalties_leave_its_vectors_alone(family: str) -> None:
    critic, x = spectral_norm(image_builder(16, 2, family=family).critic("B")), images(16)
    before = {name: value.clone() for name, value in critic.named_buffers()}
    assert before
    for penalty in (gradient_penalty(critic, x, 1 - x), squared_slopes(critic, x)):
        slopes = torch.autograd.grad(penalty, list(critic.parameters()), allow_unused=True)
        assert any(slope is not None and slope.any() for slope in slopes)
    assert all(torch.equal(value, before[name]) for name, value in critic.named_buffers())


@pytest.mark.filterwarnings("ignore:.*is deprecated")
@pytest.mark.parametrize("theirs", [nn.utils.spectral_norm, parametrizations.spectral_norm])
def test_a_message_names_pytorchs_own_and_what_takes_its_place(theirs: object) -> None:
    model = nn.Sequential(nn.Linear(2, 2), theirs(nn.Linear(2, 2)))  # type: ignore[operator]
    assert "put `spectral_norm` of ganbench.api in its place" in why_unmapped(model)
    assert not why_unmapped(spectral_norm(nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))))
