"""Parameters that stay within bounds: they are clipped after each update.

A module says it by an attribute: `bounds = {"rho": (0.0, 1.0)}` is for its parameter `rho`.
"""

from __future__ import annotations

from collections.abc import Mapping

from torch import nn

Interval = tuple[float, float]


def bounds_of(network: nn.Module) -> dict[str, Interval]:
    """By the parameter's name in the network; a tied one stands once."""
    found: dict[str, Interval] = {}
    for path, module in network.named_modules():
        own: Mapping[str, Interval] = getattr(module, "bounds", {})
        found |= {f"{path}.{name}".lstrip("."): interval for name, interval in own.items()}
    known = {name for name, _ in network.named_parameters()}
    return {name: interval for name, interval in found.items() if name in known}
