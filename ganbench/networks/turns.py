"""Turns that move what is there and change none of it (Fu et al., 2019)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import torch
from torch import Tensor


def quarter_turn(x: Tensor) -> Tensor:
    """Clockwise, of square images (n, c, h, h), and of points (n, 2) around the origin."""
    if x.ndim == 4:
        return x.rot90(-1, (2, 3))
    right, up = x.unbind(1)
    return torch.stack((up, -right), 1)


def upside_down(x: Tensor) -> Tensor:
    """Images (n, c, h, w), and points (n, 2) of a plane whose second coordinate goes up."""
    if x.ndim == 4:
        return x.flip(2)
    right, up = x.unbind(1)
    return torch.stack((right, -up), 1)


TURNS: Mapping[str, Callable[[Tensor], Tensor]] = {"rot90": quarter_turn, "vflip": upside_down}
