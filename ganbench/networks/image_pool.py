"""The image pool of CycleGAN: D judges fakes of now and of before (Shrivastava et al., 2017)."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class ImagePool(nn.Module):
    """The image pool of CycleGAN: up to `size` fakes of earlier steps (Shrivastava et al., 2017).

    Its content is in buffers, so checkpoints save it.

    Nothing branches on a tensor's value, so that a step can be captured as a graph.

    size: 0 stores nothing. shape: of one sample.
    """

    images: Tensor
    count: Tensor

    def __init__(self, size: int, shape: tuple[int, ...]) -> None:
        super().__init__()
        self.size = size
        self.register_buffer("images", torch.zeros(size, *shape))
        self.register_buffer("count", torch.zeros((), dtype=torch.long))

    def forward(self, new: Tensor) -> Tensor:
        """Fakes of the shape of `new`, (n, ...), without gradients.

        While the pool fills it gives back the new ones and keeps them. A full pool gives back, with
        probability one half each, a stored one and stores the new one in its place. Of a batch
        larger than the pool the rest passes through.
        """
        n = min(len(new), self.size)
        if n == 0:
            return new.detach()
        some, device = new[:n].detach(), new.device
        full = self.count >= self.size
        in_turn = (self.count + torch.arange(n, device=device)) % self.size
        slot = torch.where(full, torch.randperm(self.size, device=device)[:n], in_turn)
        swapped = full & (torch.rand(n, device=device) < 0.5)
        per_sample = (n, *[1] * (some.ndim - 1))
        stored = self.images[slot]
        replaced = (swapped | ~full).view(per_sample)
        self.images[slot] = torch.where(replaced, some.to(stored.dtype), stored)
        self.count.copy_((self.count + n).clamp(max=self.size))
        returned = torch.where(swapped.view(per_sample), stored.to(some.dtype), some)
        return torch.cat([returned, new[n:].detach()])
