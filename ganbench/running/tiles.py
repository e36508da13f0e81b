"""Pictures of any size through a network that was trained on small squares: whole, or by tiles."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

import torch
from torch import Tensor

from ganbench.core.errors import UserError
from ganbench.core.memory import memory_errors

Translate = Callable[[Tensor], Tensor]  # float images (n, C, h, w) to images of the same size
OPTION = "--own-size"
MARGIN = 8  # as a part of a tile's side: so near to its border a tile counts for nothing


def require_any_size(translate: Translate, channels: int, side: int, called: str) -> None:
    """Raises UserError where the network does not give pictures of the size that it gets, but of
    its training's `side` alone. It is tried on one of twice the height. called: whose it is.
    """
    shape = (1, channels, 2 * side, side)
    try:
        made = tuple(translate(torch.full(shape, 0.5)).shape)
        why = "" if made == shape else f"of {side} x {2 * side} px it makes {made[-1]} x {made[-2]}"
    except (RuntimeError, UserError, ValueError, IndexError) as error:
        why = str(error).splitlines()[0]
    if why:
        raise UserError(
            f"{called} takes pictures of {side} px alone, for it is not convolutional throughout "
            f"({why})",
            OPTION,
            f"leave it out, and pictures are cropped and resized to {side} px",
        )


def whole(translate: Translate, picture: Tensor, side: int) -> Tensor:
    """The translation of a float picture (C, H, W) of any size, as one. It goes on as its mirror
    image up to whole squares of `side`, which the network can halve as often as it does. Raises
    UserError where memory does not suffice.
    """
    height, width = picture.shape[-2:]
    larger = mirrored(picture, *(side * math.ceil(n / side) for n in (height, width)))
    with memory_errors(f"translating {width} x {height} px as a whole", f"give {OPTION} tiles"):
        return translate(larger[None])[0, :, :height, :width]


def in_tiles(translate: Translate, picture: Tensor, side: int) -> Tensor:
    """The translation of a float picture (C, H, W) of any size, blended of squares of `side` that
    overlap by half. Beyond its last square it goes on as its mirror image.

    A tile counts for nothing within an eighth of its side from its border, which the network took
    for the border of a picture, and from there on the more the further in. So a network that looks
    no further than that gives what it gives of the whole.
    """
    step = side // 2
    height, width = picture.shape[-2:]
    counts = [1 + math.ceil(max(0, n - side) / step) for n in (height, width)]
    larger = mirrored(picture, *(side + step * (count - 1) for count in counts))
    out = torch.zeros_like(larger)
    down, across = ([weights(side, i, count) for i in range(count)] for count in counts)
    for i, of_row in enumerate(down):
        band = slice(step * i, step * i + side)
        tiles = larger[:, band].unfold(2, side, step).permute(2, 0, 1, 3)
        for j, made in enumerate(translate(tiles.contiguous())):
            out[:, band, step * j : step * j + side] += made * torch.outer(of_row, across[j])
    return out[:, :height, :width]


WAYS: Mapping[str, Callable[[Translate, Tensor, int], Tensor]] = {"tiles": in_tiles, "whole": whole}


def weights(side: int, place: int, count: int) -> Tensor:
    """How much each of a tile's `side` pixels counts, for tile `place` of `count` in a row: those
    of neighbours add up to 1. The picture's own borders have no neighbour.
    """
    step, margin = side // 2, side // MARGIN
    into = (torch.arange(step) + 0.5 - margin) / (step - 2 * margin)
    rise = torch.sin(torch.pi / 2 * into.clamp(0, 1)).square()
    ones = torch.ones(side - step)
    first = rise if place > 0 else torch.ones(step)
    last = 1 - rise if place < count - 1 else ones
    return torch.cat([first, ones])[:side] * torch.cat([ones, last])


def mirrored(picture: Tensor, height: int, width: int) -> Tensor:
    """(C, H, W) to (C, height, width): further down and to the right it is mirrored, again and
    again.
    """
    for axis, length in ((1, height), (2, width)):
        there = picture.shape[axis]
        index = torch.arange(length) % (2 * there)
        picture = picture.index_select(axis, torch.minimum(index, 2 * there - 1 - index))
    return picture
