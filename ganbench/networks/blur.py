"""A blur of what a discriminator sees, real and fake alike, that fades as training goes on: what is
coarse is learnt before what is fine (Karras et al., 2021).
"""

from __future__ import annotations

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

LEFT = "blur_left"  # a discriminator's buffer: the share of the first blur, from 1 down to 0
NONE_PX = 0.05  # at this standard deviation a picture stays as it is, to the last digit


def rows_of_gaussian(side: int, std_px: Tensor) -> Tensor:
    """The weights (side, side) with which a line of pixels is blurred; each row sums to 1, so that
    flat pictures stay flat up to their borders.
    """
    place = torch.arange(side, device=std_px.device, dtype=std_px.dtype)
    distance = (place[:, None] - place[None, :]) / std_px.clamp(min=NONE_PX)
    weights = torch.exp(-0.5 * distance.square())
    return weights / weights.sum(1, keepdim=True)


def blurred(x: Tensor, std_px: Tensor) -> Tensor:
    """Images (n, c, h, w) after a Gaussian blur. std_px: its standard deviation, a scalar.

    Rows are blurred by one product for all images, as channels lie beside each other in memory: a
    product for each row takes five times as long.
    """
    n, channels, height, width = x.shape
    down = rows_of_gaussian(height, std_px).to(x.dtype)
    across = down if width == height else rows_of_gaussian(width, std_px).to(x.dtype)
    all_channels = torch.kron(
        across.T.contiguous(), torch.eye(channels, dtype=x.dtype, device=x.device)
    )
    columns = down @ x.permute(0, 2, 3, 1).reshape(n, height, width * channels)
    both = columns.reshape(n * height, width * channels) @ all_channels
    return both.reshape(n, height, width, channels).permute(0, 3, 1, 2)


def blur_inputs(judge: nn.Module, share: float) -> None:
    """From now on the discriminator sees blurred images, while it is in training mode, as much as
    its buffer LEFT says. share: the first standard deviation, over the height.
    """
    judge.register_buffer(LEFT, torch.ones(()))
    judge.register_forward_pre_hook(partial(blur_in_training, share))


def blur_in_training(share: float, judge: nn.Module, inputs: tuple[Any, ...]) -> Any:
    """A forward pre-hook."""
    if not judge.training:
        return None
    (x,) = inputs
    return (blurred(x, share * x.shape[2] * judge.get_buffer(LEFT)),)
