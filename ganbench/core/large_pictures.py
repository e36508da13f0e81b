"""Large pictures, whose fine detail is scored: an enlarged small picture has none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ganbench.core.spec import DataSpec, DomainName

if TYPE_CHECKING:
    from torch import Tensor

LARGE_PX = 128  # a side; a quarter of it is the side of preset `quick`
FACTOR = 4  # between a picture and the small one that it is compared with


def too_small(spec: DataSpec, *domains: DomainName) -> str | None:
    """Why the domains, or both where none is named, have no large pictures, or None."""
    if reason := spec.lacks_pixels("fine detail", *domains):
        return reason
    side = min(side for domain in domains or ("A", "B") for side in spec.shape(domain)[1:])
    return f"it is for pictures of {LARGE_PX} px or more, not {side}" if side < LARGE_PX else None


def shrunk(images: Tensor) -> Tensor:
    """uint8 images (n, C, H, W) to a quarter of the side, bicubic with antialiasing, uint8."""
    return _resized(images, tuple(side // FACTOR for side in images.shape[-2:]))


def enlarged(images: Tensor) -> Tensor:
    """uint8 images (n, C, H, W) to four times the side, bicubic, uint8."""
    return _resized(images, tuple(side * FACTOR for side in images.shape[-2:]))


def _resized(images: Tensor, sides: tuple[int, ...]) -> Tensor:
    import torch.nn.functional as F

    floats = F.interpolate(images.float(), sides, mode="bicubic", antialias=True)
    return floats.round().clamp(0, 255).byte()
