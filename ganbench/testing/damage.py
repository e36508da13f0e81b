"""Damage of pictures, uint8 (n, 3, H, W): so little that nobody sees it, or for all to see."""

from __future__ import annotations

import io

import numpy as np
import torch
import torch.nn.functional as F
from PIL import Image
from torch import Tensor


def untouched(images: Tensor) -> Tensor:
    return images


def rounded(images: Tensor) -> Tensor:
    return images.round().clamp(0, 255).byte()


def noise(images: Tensor, sigma: float) -> Tensor:
    """Gaussian noise of `sigma` of 255 levels."""
    generator = torch.Generator().manual_seed(1)
    return rounded(images.float() + sigma * torch.randn(images.shape, generator=generator))


def jpeg(images: Tensor, quality: int) -> Tensor:
    decoded = []
    for image in images:
        file = io.BytesIO()
        Image.fromarray(image.permute(1, 2, 0).numpy()).save(file, "JPEG", quality=quality)
        decoded.append(torch.from_numpy(np.array(Image.open(file))).permute(2, 0, 1))
    return torch.stack(decoded)


def shift(images: Tensor, right_px: float) -> Tensor:
    turn = torch.eye(2, 3).repeat(len(images), 1, 1)
    turn[:, 0, 2] = 2 * right_px / images.shape[-1]
    grid = F.affine_grid(turn, list(images.shape), align_corners=False)
    moved = F.grid_sample(images.float(), grid, padding_mode="border", align_corners=False)
    return rounded(moved)


def blur(images: Tensor, sigma_px: float) -> Tensor:
    radius = int(4 * sigma_px + 0.5)
    steps = torch.arange(-radius, radius + 1).float()
    weights = torch.exp(-(steps**2) / (2 * sigma_px**2))
    row = (weights / weights.sum()).view(1, 1, 1, -1).repeat(images.shape[1], 1, 1, 1)
    padded = F.pad(images.float(), (radius,) * 4, mode="replicate")
    groups = images.shape[1]
    return rounded(F.conv2d(F.conv2d(padded, row, groups=groups), row.mT, groups=groups))


def half(images: Tensor) -> Tensor:
    """The right half in the colour of the corner."""
    width = images.shape[-1] // 2
    background = images[..., :1, :1].expand(-1, -1, images.shape[-2], images.shape[-1] - width)
    return torch.cat([images[..., :width], background], -1)


def background(images: Tensor, levels: int) -> Tensor:
    """What has the colour of the corner, lighter."""
    behind = (images == images[..., :1, :1]).all(1, keepdim=True)
    return rounded(images.float() + levels * behind)


def mirrored(images: Tensor) -> Tensor:
    return images.flip(-1)


def upside_down(images: Tensor) -> Tensor:
    return images.flip(-2)


def some_others(images: Tensor, others: Tensor, share: float) -> Tensor:
    """A share of them as pictures of something else."""
    n = round(share * len(images))
    return torch.cat([others[:n], images[n:]])


def prototypes(images: Tensor, count: int) -> Tensor:
    """A few of them again and again."""
    return images[torch.arange(len(images)) % count]


def some_grey(images: Tensor, share: float) -> Tensor:
    """A share of them without any object."""
    n = round(share * len(images))
    return torch.cat([grey(images[:n]), images[n:]])


def grey(images: Tensor) -> Tensor:
    """The colour of the corner everywhere."""
    return images[..., :1, :1].expand_as(images).clone()
