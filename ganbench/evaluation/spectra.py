"""Power of pictures by spatial frequency."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ganbench.core.kinds import IMAGES
from ganbench.core.large_tensors import only_finite

LEVELS = 255
PICTURES = 32  # at a time, for they take much room in double precision
ROUNDING = 1 / (12 * LEVELS**2)  # variance of what rounding to 8 bits adds to a pixel


def radial_power(samples: Tensor) -> np.ndarray:
    """Azimuthally averaged power, float64 (side // 2 + 1,): from 0 to Nyquist's frequency, half a
    cycle a pixel, in steps of one cycle a picture of the shorter side.

    The mean over float pictures (n, C, H, W) from 0 to 1 and their channels, as 8 bits hold them.
    Each is taken under a Hann window, so that its borders, which do not meet, pass for no detail,
    and without its mean under that window, what is left of which would pass for slow waves; white
    noise of variance v has power v at all frequencies. What rounding to 8 bits adds is the floor,
    so that a flat picture has a logarithm. Frequencies beyond Nyquist's, in the corners, are left
    out (Durall et al., 2020). Raises Undefined where a sample is not finite.
    """
    height, width = samples.shape[-2:]
    window = torch.outer(*(torch.hann_window(n, dtype=torch.float64) for n in (height, width)))
    power = torch.zeros(height, width // 2 + 1, dtype=torch.float64)
    for some in torch.split(only_finite(samples), PICTURES):
        pixels = IMAGES.to_stored(some).double() / LEVELS
        mean = (pixels * window).sum((2, 3), keepdim=True) / window.sum()
        centred = (pixels - mean) * window
        power += torch.fft.rfft2(centred).abs().square().mean(1).sum(0)
    power /= len(samples) * window.square().sum()
    side = min(height, width)
    rows, columns = torch.fft.fftfreq(height).double(), torch.fft.rfftfreq(width).double()
    radius = (side * torch.hypot(rows[:, None], columns)).round().long()
    inside = radius <= side // 2
    sums, counts = (
        torch.bincount(radius[inside], weights, side // 2 + 1)
        for weights in (power[inside], torch.ones_like(power)[inside])
    )
    return (sums / counts + ROUNDING).numpy()
