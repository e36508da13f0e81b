"""Random crops and mirror images of what training sees (Isola et al., 2017)."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ganbench.contracts.task import Domain
from ganbench.core.seeds import seed_for

Cut = Callable[[Tensor, int], Tensor]


def whole(pictures: Tensor, step: int) -> Tensor:
    """The samples as they stand."""
    return pictures


def cutting(domain: Domain, name: str, batch_size: int, seeds: Sequence[int]) -> Cut:
    """What turns the drawn pictures (seeds * n, C, h, w) of `domain.drawn_from` and a step into the
    samples that the step sees, (seeds * n, C, H, W).

    Which crop that is follows from seed, domain and step alone, as the samples do: resuming needs
    no state, and models of one seed see the same.
    """
    if domain.jitter is None:
        return whole
    height, width = domain.samples.shape[-2:]
    larger = domain.jitter.larger.shape[-2:]
    spare = larger[0] - height, larger[1] - width
    is_mirrored = domain.jitter.mirrored

    def cut(pictures: Tensor, step: int) -> Tensor:
        places = [place for seed in seeds for place in crops(seed, name, step, batch_size, spare)]
        parts = []
        for picture, (top, left, mirror) in zip(pictures, places, strict=True):
            part = picture[:, top : top + height, left : left + width]
            parts.append(part.flip(-1) if mirror and is_mirrored else part)
        return torch.stack(parts)

    return cut


def crops(seed: int, name: str, step: int, number: int, spare: Sequence[int]) -> list[list[int]]:
    """Of one seed's pictures of a step: top, left, and 1 for a mirror image, each evenly drawn.
    spare: pixels that the pictures are higher and wider than their crops.
    """
    generator = torch.Generator().manual_seed(seed_for(seed, "jitter", name, step))
    ends = (*(pixels + 1 for pixels in spare), 2)
    columns = [torch.randint(end, (number,), generator=generator) for end in ends]
    places: list[list[int]] = torch.stack(columns, 1).tolist()
    return places
