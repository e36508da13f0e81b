"""Buffers of modules that stay as they are while passes change copies of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from torch import Tensor, nn


class KeptBuffers:
    """Copies of the modules' own buffers as they are now. Put in their place for a while, they are
    what a pass reads and changes: the running statistics of a batch norm, the vectors of a spectral
    norm.
    """

    def __init__(self, modules: Sequence[nn.Module]) -> None:
        copies: dict[int, Tensor] = {}  # by the identity of the buffer: it may have several places
        self._places: list[tuple[dict[str, Tensor | None], str, int]] = []
        for module in modules:
            for name, value in module._buffers.items():
                if value is not None:
                    self._places.append((module._buffers, name, id(value)))
                    if id(value) not in copies:
                        copies[id(value)] = value.detach().clone()
        self._copies = copies

    def in_place(self, *, afresh: bool = False) -> InPlace:
        """A context, which may be entered many times. afresh: each time with what was kept, not
        with what the time before has left.
        """
        return InPlace(self._places, self._copies, afresh)


class InPlace:
    """The context of `KeptBuffers`; the buffers themselves stay as they are."""

    def __init__(
        self,
        places: Sequence[tuple[dict[str, Tensor | None], str, int]],
        copies: Mapping[int, Tensor],
        afresh: bool,
    ) -> None:
        self._places = places
        self._copies = copies
        self._afresh = afresh
        self._originals: list[Tensor | None] = []

    def __enter__(self) -> None:
        copies = self._copies
        if self._afresh:
            copies = {key: value.clone() for key, value in copies.items()}
        self._originals = [buffers[name] for buffers, name, _ in self._places]
        for buffers, name, key in self._places:
            buffers[name] = copies[key]

    def __exit__(self, *raised: object) -> None:
        for (buffers, name, _), value in zip(self._places, self._originals, strict=True):
            buffers[name] = value
        self._originals = []
