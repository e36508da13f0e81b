"""One start for two networks."""

from __future__ import annotations

from torch import nn

from ganbench.core.errors import UserError


def start_alike(generators: nn.ModuleDict) -> None:
    """G_BA takes the initial weights of G_AB, where there are both. Raises UserError where their
    shapes differ.
    """
    if not {"G_AB", "G_BA"} <= set(generators):
        return
    first, second = (generators[name].state_dict() for name in ("G_AB", "G_BA"))
    shapes = [{key: value.shape for key, value in one.items()} for one in (first, second)]
    if shapes[0] != shapes[1]:
        raise UserError(
            "G_AB and G_BA differ in shape, so they cannot start from the same weights",
            "same_start=true",
            "set same_start=false",
        )
    generators["G_BA"].load_state_dict(first)
