"""Strided convolutions as products of matrices: the same numbers as PyTorch's own layers."""

from __future__ import annotations

from collections.abc import Callable
from copy import deepcopy

import pytest
import torch
from torch import Tensor, nn

from ganbench.networks import strided
from ganbench.networks.strided import DoublingConv, HalvingConv, plain
from ganbench.speed import counted_flop

LARGE = {"weight gradient": (128, 256), "convolution too": (256, 512)}
TOLERANCE = 1e-2  # of bf16, whose rounding is 2e-3


def layer_and_input(halve: bool, channels: tuple[int, int]) -> tuple[nn.Module, Tensor]:
    few, many = channels
    torch.manual_seed(0)
    layer = HalvingConv(few, many) if halve else DoublingConv(many, few)
    x = torch.randn(3, layer.in_channels, 6, 4).contiguous(memory_format=torch.channels_last)
    return layer.to(memory_format=torch.channels_last), x.requires_grad_()


def own_layer(layer: nn.Module) -> nn.Module:
    return plain(nn.Sequential(deepcopy(layer)))


def by_product(out: Tensor) -> bool:
    return type(out.grad_fn).__name__ in {"HalvingBackward", "DoublingBackward"}


def assert_close(found: Tensor, expected: Tensor, tolerance: float) -> None:
    assert found.shape == expected.shape
    distance = (found - expected).detach().float().norm() / expected.detach().float().norm()
    assert float(distance) < tolerance


@pytest.mark.parametrize("halve", [True, False], ids=["halving", "doubling"])
@pytest.mark.parametrize("channels", LARGE.values(), ids=LARGE)
def test_products_are_the_convolution(halve: bool, channels: tuple[int, int]) -> None:
    layer, x = layer_and_input(halve, channels)
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


@pytest.mark.parametrize("halve", [True, False], ids=["halving", "doubling"])
def test_small_weights_and_other_precisions_are_left_to_torch(halve: bool) -> None:
    layer, x = layer_and_input(halve, (64, 128))
    assert not by_product(layer.bfloat16()(x.bfloat16()))
    layer, x = layer_and_input(halve, LARGE["convolution too"])
    assert not by_product(layer(x))
    assert by_product(layer.bfloat16()(x.bfloat16()))


@pytest.mark.parametrize("halve", [True, False], ids=["halving", "doubling"])
def test_a_gradient_has_its_gradient(halve: bool) -> None:
    """As a gradient penalty takes it."""
    layer, x = layer_and_input(halve, LARGE["weight gradient"])
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


@pytest.mark.parametrize("halve", [True, False], ids=["halving", "doubling"])
def test_stacked_layers_are_each_layer(halve: bool) -> None:
    layer, x = layer_and_input(halve, LARGE["convolution too"])
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


@pytest.mark.parametrize("halve", [True, False], ids=["halving", "doubling"])
def test_constant_weights_cost_no_gradient(halve: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    layer, x = layer_and_input(halve, LARGE["weight gradient"])
    asked: list[Tensor] = []
    monkeypatch.setattr(strided, "weight_gradient", lambda *given: asked.append(given[-1]))
    layer, x = layer.bfloat16(), x.bfloat16()
    torch.autograd.grad(layer.requires_grad_(False)(x).sum(), x)
    assert not asked
    layer.requires_grad_(True)(x).sum().backward()
    assert len(asked) == 1


@pytest.mark.parametrize("halve", [True, False], ids=["halving", "doubling"])
def test_products_count_as_the_convolution(halve: bool) -> None:
    layer, x = layer_and_input(halve, LARGE["convolution too"])
    layer, x = layer.bfloat16(), x.bfloat16()
    ours, theirs = (
        counted_flop(lambda one=one: one(x).sum().backward())  # type: ignore[misc]
        for one in (layer, own_layer(layer))
    )
    assert ours == theirs > 0


def test_plain_networks_share_the_weights() -> None:
    network = nn.Sequential(nn.Sequential(HalvingConv(3, 4), nn.ReLU()), DoublingConv(4, 3))
    before, x = list(network.parameters()), torch.randn(2, 3, 8, 8)
    expected = network(x)
    found = plain(network)
    assert torch.equal(found(x), expected)
    assert all(a is b for a, b in zip(found.parameters(), before, strict=True))
    assert not any(isinstance(m, HalvingConv | DoublingConv) for m in found.modules())
