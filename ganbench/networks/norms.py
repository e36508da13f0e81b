"""Norms of an image's maps, by what PyTorch computes fast on a CPU.

There `torch.var` is many times as slow as a sum of squares, and the instance norm of PyTorch first
brings what lies channels last into another order.
"""

from __future__ import annotations

from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.core.roots import square_root

EPS = 1e-5  # of the variances
PLACES = (2, 3)  # dimensions of maps (n, c, h, w)


class Normalised(torch.autograd.Function):
    """Maps by their own means and deviations (n, c, h, w), with the means, and the sums of the
    squared distances from them, (n, c, 1, 1); in single precision at least.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        dtype = torch.promote_types(x.dtype, torch.float32)
        mean = x.mean(PLACES, keepdim=True, dtype=dtype)
        left = x - mean
        squares = (left * left).sum(PLACES, keepdim=True)
        return left / deviation(squares, places_in(x)), mean, squares

    @staticmethod
    def setup_context(ctx: Any, inputs: tuple[Tensor], output: tuple[Tensor, ...]) -> None:
        y, _, squares = output
        ctx.save_for_backward(y, squares)

    @staticmethod
    def backward(ctx: Any, of_y: Tensor, of_mean: Tensor, of_squares: Tensor) -> Tensor:
        y, squares = ctx.saved_tensors
        places = places_in(y)
        scale = deviation(squares, places)
        along = 2 * scale * of_squares - (of_y * y).mean(PLACES, keepdim=True) / scale
        level = of_mean / places - of_y.mean(PLACES, keepdim=True) / scale
        return torch.addcmul(torch.addcmul(level, of_y, 1 / scale), y, along)


def places_in(x: Tensor) -> int:
    return x.shape[-2] * x.shape[-1]


def deviation(squares: Tensor, number: int) -> Tensor:
    return square_root(squares / number + EPS)


class InstanceNorm(nn.Module):
    """nn.InstanceNorm2d without parameters, of maps (n, c, h, w); on a CPU in single precision at
    least. (In bf16 PyTorch's leaves the maps in an order that slows down the next convolution.)
    """

    def forward(self, x: Tensor) -> Tensor:
        if x.device.type == "cpu":
            y: Tensor = Normalised.apply(x)[0]
            return y
        normed: Tensor = F.instance_norm(x, eps=EPS)
        return normed


def layer_instance_norm(x: Tensor, rho: Tensor, gamma: Tensor, beta: Tensor) -> Tensor:
    """gamma * (rho * instance norm + (1 - rho) * layer norm) + beta of maps (n, c, h, w), as
    Kim et al. (2020) have it.

    rho, gamma, beta: (1, c, 1, 1) or (n, c, 1, 1). Variances are those of samples, as in the
    authors' code. Those of the layer follow from those of its maps.
    """
    y, mean, squares = Normalised.apply(x)
    channels, places = x.shape[1], places_in(x)
    offset = mean - mean.mean(1, keepdim=True)  # from the mean of the layer
    squares_of_layer = (squares + places * offset.square()).sum(1, keepdim=True)
    of_instance = rho / deviation(squares, places - 1)
    of_layer = (1 - rho) / deviation(squares_of_layer, channels * places - 1)
    shift = beta + gamma * of_layer * offset
    scale = gamma * (of_instance + of_layer) * deviation(squares, places)
    out: Tensor = y * scale + shift
    return out
