"""Convolutions of kernel 4 without bias: those with stride 2 and padding 1, which halve an image's
side or double it, and those between a map of 4 x 4 and a vector.

On a CPU in bf16, oneDNN is at half its speed where maps are small and weights large, and at a tenth
where the map is as small as the kernel. There a convolution and the gradient of its weights are
products of two matrices, the images' patches and the weights (`docs/speed.md` has the gain).
Everywhere else the layers are PyTorch's own.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

KERNEL, STRIDE, PADDING = 4, 2, 1
MIN_WEIGHTS_GRADIENT = 2**19  # for the gradient of the weights as a product
MIN_WEIGHTS_CONVOLUTION = 2**21  # for the convolution


class HalvingConv(nn.Conv2d):
    """(n, c, h, w) to (n, d, h/2, w/2); no bias."""

    sample_by_sample = True

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, KERNEL, STRIDE, PADDING, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        if not prefers_product(x, self.weight):
            return super().forward(x)
        out: Tensor = Halving.apply(*in_bf16(x, self.weight))
        return out


class DoublingConv(nn.ConvTranspose2d):
    """(n, c, h, w) to (n, d, 2h, 2w); no bias."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, KERNEL, STRIDE, PADDING, bias=False)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        if output_size is not None or not prefers_product(x, self.weight):
            return super().forward(x, output_size)
        out: Tensor = Doubling.apply(*in_bf16(x, self.weight))
        return out


class CollapsingConv(nn.Conv2d):
    """(n, c, 4, 4) to (n, d, 1, 1); no bias."""

    sample_by_sample = True

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, KERNEL, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        if not is_bf16_on_cpu(x):
            return super().forward(x)
        rows = x.permute(0, 2, 3, 1).flatten(1)
        return F.linear(rows, channels_last_rows(self.weight))[:, :, None, None]


class ExpandingConv(nn.ConvTranspose2d):
    """(n, c, 1, 1) to (n, d, 4, 4); no bias."""

    def __init__(self, channels_in: int, channels_out: int) -> None:
        super().__init__(channels_in, channels_out, KERNEL, bias=False)

    def forward(self, x: Tensor, output_size: list[int] | None = None) -> Tensor:
        if output_size is not None or not is_bf16_on_cpu(x):
            return super().forward(x, output_size)
        rows = x.flatten(1) @ channels_last_rows(self.weight)
        return rows.view(len(x), KERNEL, KERNEL, -1).permute(0, 3, 1, 2)


Convolution = HalvingConv | DoublingConv | CollapsingConv | ExpandingConv


def prefers_product(x: Tensor, weight: Tensor) -> bool:
    """Whether a product may be faster than oneDNN's convolution of such images and weights."""
    return weight.numel() >= MIN_WEIGHTS_GRADIENT and is_bf16_on_cpu(x)


def is_bf16_on_cpu(x: Tensor) -> bool:
    dtype = torch.get_autocast_dtype("cpu") if torch.is_autocast_enabled("cpu") else x.dtype
    return x.device.type == "cpu" and dtype == torch.bfloat16


def in_bf16(*tensors: Tensor) -> list[Tensor]:
    """As a convolution would take them: autocast does not look into functions of our own."""
    return [tensor.bfloat16() for tensor in tensors]


class Strided(torch.autograd.Function):
    """Of (x, weight), with the gradients that are asked for."""

    generate_vmap_rule = True

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor, Tensor], output: Tensor) -> None:
        ctx.save_for_backward(*inputs)


class Halving(Strided):
    @staticmethod
    def forward(x: Tensor, weight: Tensor) -> Tensor:
        return halved(x, weight)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        of_x, of_weight = ctx.needs_input_grad
        return (
            doubled(gradient, weight) if of_x else None,
            weight_gradient(x, gradient, weight) if of_weight else None,
        )


class Doubling(Strided):
    """The other way round: weights (c, d, 4, 4) halve the larger side into the smaller one."""

    @staticmethod
    def forward(x: Tensor, weight: Tensor) -> Tensor:
        return doubled(x, weight)

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None]:
        x, weight = ctx.saved_tensors
        of_x, of_weight = ctx.needs_input_grad
        return (
            halved(gradient, weight) if of_x else None,
            weight_gradient(gradient, x, weight) if of_weight else None,
        )


def doubled(small: Tensor, weight: Tensor) -> Tensor:
    return F.conv_transpose2d(small, weight, None, STRIDE, PADDING)


def halved(large: Tensor, weight: Tensor) -> Tensor:
    """(n, c, 2h, 2w) and (d, c, 4, 4) to (n, d, h, w)."""
    if weight.numel() < MIN_WEIGHTS_CONVOLUTION:
        return F.conv2d(large, weight, None, STRIDE, PADDING)
    n, _, height, width = large.shape
    product = patches(large) @ channels_last_rows(weight).T
    return product.view(n, height // STRIDE, width // STRIDE, -1).permute(0, 3, 1, 2)


def weight_gradient(large: Tensor, small: Tensor, weight: Tensor) -> Tensor:
    """Of weights (d, c, 4, 4) between (n, c, 2h, 2w) and (n, d, h, w)."""
    if torch.is_grad_enabled():  # a gradient of this gradient will be asked for
        out: Tensor = torch.ops.aten.convolution_backward(
            small, large, weight, None,
            [STRIDE] * 2, [PADDING] * 2, [1, 1], False, [0, 0], 1, [False, True, False],
        )[1]  # fmt: skip
        return out
    d, c, _, _ = weight.shape
    rows = small.permute(0, 2, 3, 1).reshape(-1, d)
    return (rows.T @ patches(large)).view(d, KERNEL, KERNEL, c).permute(0, 3, 1, 2)


def patches(large: Tensor) -> Tensor:
    """(n, c, 2h, 2w) to a row (4 · 4 · c) for each place of the smaller side."""
    windows = F.pad(large, (PADDING,) * 4).unfold(2, KERNEL, STRIDE).unfold(3, KERNEL, STRIDE)
    return windows.permute(0, 2, 3, 4, 5, 1).reshape(-1, KERNEL * KERNEL * large.shape[1])


def channels_last_rows(weight: Tensor) -> Tensor:
    """(d, c, 4, 4) to (d, 4 · 4 · c); no copy where the weights lie in channels-last layout."""
    return weight.permute(0, 2, 3, 1).reshape(len(weight), -1)


def plain(network: nn.Module) -> nn.Module:
    """The network with layers that are PyTorch's own everywhere; weights are shared."""
    for name, layer in network.named_children():
        if isinstance(layer, Convolution):
            network.set_submodule(name, plain_layer(layer))
        else:
            plain(layer)
    return network


def plain_layer(layer: Convolution) -> nn.Module:
    kind = nn.Conv2d if isinstance(layer, nn.Conv2d) else nn.ConvTranspose2d
    channels = layer.in_channels, layer.out_channels
    with torch.device("meta"):
        made = kind(*channels, KERNEL, layer.stride, layer.padding, bias=False)  # type: ignore[arg-type]
    made.weight = layer.weight
    return made
