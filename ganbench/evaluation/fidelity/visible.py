"""What a person can tell apart in pictures: small details and faint noise are taken out."""

from __future__ import annotations

from zlib import crc32

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor

BLUR_PX = 1.0  # standard deviation of the Gaussian, in the picture's own pixels
NOISE = 8.0  # standard deviation, of 255 levels
RADIUS_PX = 3


def visible(images: Tensor) -> Tensor:
    """uint8 images (n, C, H, W) with fine detail blurred and below a floor of noise, float32 from 0
    to 255.

    A network trained on photographs takes the flat backgrounds of rendered pictures, and noise of
    one level on them, for the most telling there is. After the blur such noise is far below that
    which all pictures get. The noise follows from a picture's own pixels: copies stay copies, and
    neither order nor batch plays a part.
    """
    blurred = blur(images.float())
    noise = torch.from_numpy(np.stack([noise_of(image) for image in images.cpu().numpy()]))
    return (blurred + noise.to(images.device)).clamp(0, 255)


def blur(images: Tensor) -> Tensor:
    """Float images (n, C, H, W) after a Gaussian; beyond the edge a picture goes on as there."""
    steps = torch.arange(-RADIUS_PX, RADIUS_PX + 1, device=images.device)
    weights = torch.exp(-(steps.float() ** 2) / (2 * BLUR_PX**2))
    channels = images.shape[1]
    row = (weights / weights.sum()).view(1, 1, 1, -1).repeat(channels, 1, 1, 1)
    padded = F.pad(images, (RADIUS_PX,) * 4, mode="replicate")
    return F.conv2d(F.conv2d(padded, row, groups=channels), row.mT, groups=channels)


def noise_of(image: np.ndarray) -> np.ndarray:
    """Gaussian noise of the image's shape, float32, the same for the same pixels."""
    rng = np.random.default_rng(crc32(np.ascontiguousarray(image).data))
    return np.float32(NOISE) * rng.standard_normal(image.shape, dtype=np.float32)
