"""Differentiable augmentation of what a discriminator sees (Zhao et al., 2020, DiffAugment), real
samples and fakes alike: with few pictures it cannot learn them by heart.

Images are (n, c, h, w) in [0, 1]. They are centred first, so that what a shift or a cut leaves
empty is mid-grey. Each picture draws its own values. All of it can be mapped by `torch.func`,
repeats itself on a GPU, and has gradients of gradients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

SHIFT = 1 / 8  # of the side, at most
CUT = 1 / 2  # of the side
NOISE_STD = 8 / 255

Augmentation = Callable[[Tensor], Tensor]


def uniform(x: Tensor) -> Tensor:
    """A number in [0, 1) for each picture, (n, 1, 1, 1)."""
    return torch.rand(len(x), 1, 1, 1, device=x.device, dtype=x.dtype)


def colour(x: Tensor) -> Tensor:
    """Brightness +- 0.5, saturation times 0 to 2, contrast times 0.5 to 1.5, on [-1, 1]."""
    brighter = x + (uniform(x) - 0.5)
    grey = brighter.mean(1, keepdim=True)
    saturated = grey + 2 * uniform(x) * (brighter - grey)
    mean = saturated.mean((1, 2, 3), keepdim=True)
    return mean + (0.5 + uniform(x)) * (saturated - mean)


def whole_numbers(x: Tensor, count: int) -> Tensor:
    """From 0 up to, not including, `count`, for each picture: (n, 1, 1, 1)."""
    return (uniform(x) * count).floor()


def translation(x: Tensor) -> Tensor:
    """Shifts by up to an eighth of the side, in whole pixels both ways."""
    return shifted(shifted(x).transpose(2, 3)).transpose(2, 3)


def shifted(x: Tensor) -> Tensor:
    """Rows moved by a product with a matrix that has ones next to its diagonal: a gather would
    have a gradient that does not repeat itself on a GPU.
    """
    side = x.shape[2]
    most = round(SHIFT * side)
    move = whole_numbers(x, 2 * most + 1) - most
    place = torch.arange(side, device=x.device)
    rows = (place[None, None, None, :] == place[None, None, :, None] + move).to(x.dtype)
    return rows @ x


def cutout(x: Tensor) -> Tensor:
    """A square of half the side, which may reach over the border, becomes mid-grey."""
    side = x.shape[2]
    half = round(CUT * side) // 2
    down, right = whole_numbers(x, side + 1), whole_numbers(x, side + 1)
    place = torch.arange(side, device=x.device)
    is_row = (place[None, None, :, None] - down + 0.5).abs() < half
    is_column = (place[None, None, None, :] - right + 0.5).abs() < half
    return x * ~(is_row & is_column)


def noise(x: Tensor) -> Tensor:
    """Noise that hides what nobody sees: flat backgrounds that a generator cannot meet exactly
    (Arjovsky and Bottou, 2017).
    """
    return x + 2 * NOISE_STD * torch.randn(x.shape, device=x.device, dtype=x.dtype)


AUGMENTATIONS: Mapping[str, Augmentation] = {
    "colour": colour,
    "translation": translation,
    "cutout": cutout,
    "noise": noise,
}


def names_of(policy: str) -> tuple[str, ...]:
    """The augmentations of a policy such as "colour,translation", in their order."""
    return tuple(name for name in policy.split(",") if name)


def augmented(x: Tensor, policy: str) -> Tensor:
    """Images after the augmentations of the policy, (n, c, h, w); not held within [0, 1]."""
    centred = 2 * x - 1
    for name in names_of(policy):
        centred = AUGMENTATIONS[name](centred)
    return (centred + 1) / 2


def augment_inputs(judge: nn.Module, policy: str) -> None:
    """From now on the discriminator sees augmented images, while it is in training mode."""
    judge.register_forward_pre_hook(partial(augment_in_training, policy))


def augment_in_training(policy: str, judge: nn.Module, inputs: tuple[Any, ...]) -> Any:
    """A forward pre-hook."""
    return (augmented(inputs[0], policy),) if judge.training else None
