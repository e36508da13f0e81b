"""The square root that is the same on all processors."""

from __future__ import annotations

from torch import Tensor


def square_root(x: Tensor) -> Tensor:
    """`torch.sqrt` to a last digit. That of single floats on a CPU is a function of MKL, whose last
    digit depends on the maker of the processor even in the mode for all of them (docs/portable.md).
    """
    return x.rsqrt().reciprocal()
