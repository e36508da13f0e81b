"""Random crops and mirror images of what training sees (Isola et al., 2017)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from ganbench.contracts.task import Domain
from ganbench.core.seeds import seed_for


@dataclass(frozen=True)
class Cropping:
    """The crops that seeds see of one domain's pictures.

    Which they are follows from seed, domain and step alone, as the samples do: resuming needs no
    state, and models of one seed see the same.

    size: of a crop, (H, W). spare: pixels that the pictures are higher and wider than it.
    mirrored: whether every second crop, by chance, is mirrored.
    """

    name: str
    batch_size: int
    seeds: tuple[int, ...]
    size: tuple[int, int]
    spare: tuple[int, int]
    mirrored: bool

    def block(self, step: int, steps: int) -> Tensor:
        """The crops of `steps` batches, from `step` on: (steps, seeds * batch_size, 3)."""
        return torch.stack(
            [
                torch.cat([self._of_seed(seed, at) for seed in self.seeds])
                for at in range(step, step + steps)
            ]
        )

    def _of_seed(self, seed: int, step: int) -> Tensor:
        found = crops(seed, self.name, step, self.batch_size, self.spare)
        return found if self.mirrored else found * torch.tensor([1, 1, 0])

    def cut(self, pictures: Tensor, places: Tensor, crops: Tensor) -> Tensor:
        """Of the pictures (N, C, h, w) at `places`, (n,), the `crops`, (n, 3): (n, C, H, W)."""
        height, width = self.size
        down = torch.arange(height, device=places.device)
        along = torch.arange(width, device=places.device).expand(len(crops), width)
        top, left, mirror = (column[:, None] for column in crops.unbind(1))
        columns = left + torch.where(mirror.bool(), width - 1 - along, along)
        rows = (top + down)[:, :, None]
        cut: Tensor = pictures[places[:, None, None], :, rows, columns[:, None, :]]
        return cut.permute(0, 3, 1, 2)


def cropping(domain: Domain, name: str, batch_size: int, seeds: Sequence[int]) -> Cropping | None:
    """Of a domain that has a jitter."""
    if domain.jitter is None:
        return None
    height, width = domain.samples.shape[-2:]
    higher, wider = domain.jitter.larger.shape[-2:]
    spare = higher - height, wider - width
    mirrored = domain.jitter.mirrored
    return Cropping(name, batch_size, tuple(seeds), (height, width), spare, mirrored)


def crops(seed: int, name: str, step: int, number: int, spare: Sequence[int]) -> Tensor:
    """Of one seed's pictures of a step, (number, 3): top, left, and 1 for a mirror image, each
    evenly drawn. spare: pixels that the pictures are higher and wider than their crops.
    """
    generator = torch.Generator().manual_seed(seed_for(seed, "jitter", name, step))
    ends = (*(pixels + 1 for pixels in spare), 2)
    columns = [torch.randint(end, (number,), generator=generator) for end in ends]
    return torch.stack(columns, 1)
