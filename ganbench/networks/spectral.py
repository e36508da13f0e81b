"""Spectral norm (Miyato et al., 2018): weights over their largest singular value.

PyTorch's own ones write into memory that is there already, for which `torch.func` has no rule, so
that seeds of a model with them cannot be stacked. The numbers are those of
`torch.nn.utils.spectral_norm`.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TypeVar

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.parametrize import register_parametrization

from ganbench.core.devices import without_autocast

EPS = 1e-12
FIRST_ITERATIONS = 15  # as in `torch.nn.utils.parametrizations`
FEW_PLACES = 64  # of all samples of a batch

N = TypeVar("N", bound=nn.Module)
T = TypeVar("T")


class SpectralNorm(nn.Module):
    """Weights over the largest singular value of their matrix. In training, each look at them is a
    step of a power iteration, whose vector is a buffer.

    weight: as it is at first. is_transposed: whether its second dimension is that of the outputs.
    """

    vector: Tensor

    def __init__(self, weight: Tensor, *, is_transposed: bool = False) -> None:
        super().__init__()
        self.is_transposed = is_transposed
        matrix = matrix_of(weight.detach(), is_transposed)
        vector = normalised(torch.randn_like(matrix[:, 0]))
        for _ in range(FIRST_ITERATIONS):
            vector = normalised(matrix @ normalised(matrix.T @ vector))
        self.register_buffer("vector", vector)

    def forward(self, weight: Tensor) -> Tensor:
        matrix = matrix_of(weight, self.is_transposed)
        with without_autocast(weight.device.type):
            return weight / self.value_from(matrix @ self.right_of(matrix))

    def right_of(self, matrix: Tensor) -> Tensor:
        """The right singular vector, a constant."""
        with torch.no_grad(), without_autocast(matrix.device.type):
            return normalised(matrix.T @ self.vector)

    def value_from(self, image: Tensor) -> Tensor:
        """The singular value. image: the product of the matrix and its right singular vector, of
        which in training the next left one comes.
        """
        left = self.vector
        if self.training:
            with torch.no_grad():
                left = normalised(image)
                self.vector.copy_(left)
        return torch.dot(left, image)


def matrix_of(weight: Tensor, is_transposed: bool) -> Tensor:
    """A row for each output. Columns lie as they do in channels-last layout, where this is a view;
    their order does not matter.
    """
    if weight.ndim == 2:
        return weight
    order = (1, 0, 2, 3) if is_transposed else (0, 2, 3, 1)
    return weight.permute(order).flatten(1)


def normalised(vector: Tensor) -> Tensor:
    return F.normalize(vector, dim=0, eps=EPS)


class SpectralConv(nn.Conv2d):
    """A convolution without padding and with a spectral norm, by which what comes out is divided
    and not the weights, which are more.

    On a CPU it is a product of two matrices where it leaves few places, for there oneDNN takes a
    multiple of the time; one more row of the product gives the singular value.
    """

    def __init__(
        self, channels_in: int, channels_out: int, kernel: int, stride: int = 1, *, bias: bool
    ) -> None:
        super().__init__(channels_in, channels_out, kernel, stride, bias=bias)
        self.norm = SpectralNorm(self.weight)

    def forward(self, x: Tensor) -> Tensor:
        matrix = matrix_of(self.weight, is_transposed=False)
        right = self.norm.right_of(matrix)
        if self.prefers_product(x):
            windows = windows_of(x, self.kernel_size[0], self.stride[0])
            rows = torch.cat([windows.reshape(-1, len(right)), right[None]])
            products = rows @ matrix.T
            image = products[-1]
            out = products[:-1].view(*windows.shape[:3], -1).permute(0, 3, 1, 2)
        else:
            out = F.conv2d(x, self.weight, None, self.stride)
            with without_autocast(x.device.type):
                image = matrix @ right
        divided = out / self.norm.value_from(image)
        return divided if self.bias is None else divided + self.bias[:, None, None]

    def prefers_product(self, x: Tensor) -> bool:
        """Not in bf16, which would round the singular value."""
        sides = [(side - self.kernel_size[0]) // self.stride[0] + 1 for side in x.shape[2:]]
        is_small = len(x) * math.prod(sides) <= FEW_PLACES
        return is_small and x.device.type == "cpu" and not torch.is_autocast_enabled("cpu")


def windows_of(x: Tensor, kernel: int, stride: int) -> Tensor:
    """(n, c, h, w) to what each place of a convolution sees: (n, h', w', kernel, kernel, c)."""
    windows = x.unfold(2, kernel, stride).unfold(3, kernel, stride)
    return windows.permute(0, 2, 3, 4, 5, 1)


def spectral_norm(network: N) -> N:
    """The same network, with a spectral norm in each of its linear and convolutional layers. Seeds
    of a model with it can be stacked.
    """
    for layer in list(network.modules()):
        if isinstance(layer, nn.Linear | nn.Conv2d | nn.ConvTranspose2d):
            is_transposed = isinstance(layer, nn.ConvTranspose2d)
            norm = SpectralNorm(layer.weight, is_transposed=is_transposed)
            register_parametrization(layer, "weight", norm)
    return network


def with_vectors_kept(network: Callable[[Tensor], T]) -> Callable[[Tensor], T]:
    """What passes of the network leave its vectors as they are: `torch.func.grad` lets no function
    change what it is not given. A network without them is itself.
    """
    if not isinstance(network, nn.Module):
        return network
    parts = {n: m for n, m in network.named_modules() if isinstance(m, SpectralNorm)}

    def judged(x: Tensor) -> T:
        copies = {f"{name}.vector": part.vector.clone() for name, part in parts.items()}
        out: T = torch.func.functional_call(network, copies, (x,))
        return out

    return judged if parts else network


def why_unmapped(model: nn.Module) -> str:
    """How a message goes on that torch.func cannot map a model's losses: with the way out where it
    is for PyTorch's own spectral norm, else with nothing.
    """
    kinds = {type(module) for module in model.modules()} | {
        type(hook) for module in model.modules() for hook in module._forward_pre_hooks.values()
    }
    names = [kind.__name__ for kind in kinds if kind.__module__.startswith("torch.")]
    if not any(name.endswith("SpectralNorm") for name in names):
        return ""
    return "; torch's spectral norm is why: put `spectral_norm` of ganbench.api in its place"
