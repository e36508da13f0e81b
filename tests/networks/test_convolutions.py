"""Convolutions as products of matrices: the same numbers as PyTorch's own layers."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

from ganbench.networks import convolutions
from ganbench.networks.convolutions import (
    CollapsingConv,
    Convolution,
    DoublingConv,
    ExpandingConv,
    HalvingConv,
    plain,
)
from ganbench.running.workload import counted_flop

pytestmark = pytest.mark.numeric

LARGE = {"weight gradient": (128, 256), "convolution too": (256, 512)}
TOLERANCE = 1e-2  # of bf16, whose rounding is 2e-3

Case = Callable[[], tuple[nn.Module, Tensor]]  # a layer and its input


def case(kind: Callable[[int, int], Convolution], few: int, many: int, *sides: int) -> Case:
    def made() -> tuple[nn.Module, Tensor]:
        torch.manual_seed(0)
        shrinks = issubclass(kind, nn.Conv2d)  # type: ignore[arg-type]
        layer = kind(few, many) if shrinks else kind(many, few)
        x = torch.randn(3, layer.in_channels, *sides).contiguous(memory_format=torch.channels_last)
        return layer.to(memory_format=torch.channels_last), x.requires_grad_()

    return made


STRIDED = {
    f"{kind.__name__}, {name}": case(kind, *channels, 6, 4)
    for kind in (HalvingConv, DoublingConv)
    for name, channels in LARGE.items()
}
TO_VECTOR = {
    "collapsing": case(CollapsingConv, 64, 7, 4, 4),
    "to one logit": case(CollapsingConv, 64, 1, 4, 4),
    "expanding": case(ExpandingConv, 64, 7, 1, 1),
}
ALL = STRIDED | TO_VECTOR
every_case = pytest.mark.parametrize("made", ALL.values(), ids=ALL)
every_strided = pytest.mark.parametrize("made", STRIDED.values(), ids=STRIDED)


def own_layer(layer: nn.Module) -> nn.Module:
    return plain(nn.Sequential(deepcopy(layer)))


def by_product(out: Tensor) -> bool:
    return type(out.grad_fn).__name__ != "ConvolutionBackward0"


def assert_close(found: Tensor, expected: Tensor, tolerance: float) -> None:
    assert found.shape == expected.shape
    distance = (found - expected).detach().float().norm() / expected.detach().float().norm()
    assert float(distance) < tolerance


@every_case
def test_products_are_the_convolution(made: Case) -> None:
    layer, x = made()
    found = []
    for one in (layer, own_layer(layer)):
        with torch.autocast("cpu", torch.bfloat16):
            out = one(x)
        weight = next(one.parameters())
        gradients = torch.autograd.grad(out.float().square().sum(), [x, weight])
        assert out.dtype == torch.bfloat16
        assert by_product(out) == (one is layer)
        found.append((out, *gradients))
    for ours, theirs in zip(*found, strict=True):
        assert_close(ours, theirs, TOLERANCE)
    assert found[0][2].stride() == next(layer.parameters()).stride()  # as the optimiser wants it


@every_case
def test_other_precisions_are_left_to_torch(made: Case) -> None:
    layer, x = made()
    assert not by_product(layer(x))
    assert by_product(layer.bfloat16()(x.bfloat16()))


@pytest.mark.parametrize("kind", [HalvingConv, DoublingConv])
def test_small_weights_of_strided_ones_are_left_to_torch(kind: type[Convolution]) -> None:
    layer, x = case(kind, 64, 128, 6, 4)()
    assert not by_product(layer.bfloat16()(x.bfloat16()))


@every_case
def test_a_gradient_has_its_gradient(made: Case) -> None:
    """As a gradient penalty takes it."""
    layer, x = made()
    found = []
    for one in (layer, own_layer(layer)):
        weight = next(one.parameters())
        with torch.autocast("cpu", torch.bfloat16):
            out = one(x).float().square().sum()
            inner = torch.autograd.grad(out, [x, weight], create_graph=True)
            penalty = torch.stack([gradient.float().square().sum() for gradient in inner]).sum()
        found.append(torch.autograd.grad(penalty, [x, weight]))
    for ours, theirs in zip(*found, strict=True):
        assert_close(ours, theirs, TOLERANCE)


@every_case
def test_stacked_layers_are_each_layer(made: Case) -> None:
    layer, x = made()
    weights = torch.stack([next(layer.parameters()).detach() * factor for factor in (1, 2)])

    def loss(weight: Tensor, sample: Tensor) -> Tensor:
        with torch.autocast("cpu", torch.bfloat16):
            out = torch.func.functional_call(layer, {"weight": weight}, (sample,))
        return out.float().square().sum()

    gradient: Callable[..., Tensor] = torch.func.grad(loss)
    inputs = torch.stack([x.detach(), x.detach().flip(0)])
    stacked = torch.func.vmap(gradient)(weights, inputs)
    for i in range(2):
        assert_close(stacked[i], gradient(weights[i], inputs[i]), TOLERANCE)


@every_strided
def test_constant_weights_cost_no_gradient(made: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = made()
    asked: list[Tensor] = []
    monkeypatch.setattr(convolutions, "weight_gradient", lambda *given: asked.append(given[-1]))
    layer, x = layer.bfloat16(), x.bfloat16()
    torch.autograd.grad(layer.requires_grad_(False)(x).sum(), x)
    assert not asked
    layer.requires_grad_(True)(x).sum().backward()
    assert len(asked) == 1


@every_case
def test_products_count_as_the_convolution(made: Case) -> None:
    layer, x = made()
    layer, x = layer.bfloat16(), x.bfloat16()
    ours, theirs = (
        counted_flop(lambda one=one: one(x).sum().backward())  # type: ignore[misc]
        for one in (layer, own_layer(layer))
    )
    assert ours == theirs > 0


def test_plain_networks_share_the_weights() -> None:
    vector = nn.Sequential(CollapsingConv(4, 2), ExpandingConv(2, 4))
    network = nn.Sequential(nn.Sequential(HalvingConv(3, 4), nn.ReLU()), vector, DoublingConv(4, 3))
    before, x = list(network.parameters()), torch.randn(2, 3, 8, 8)
    expected = network(x)
    found = plain(network)
    assert torch.equal(found(x), expected)
    assert all(a is b for a, b in zip(found.parameters(), before, strict=True))
    assert not any(isinstance(m, Convolution) for m in found.modules())
