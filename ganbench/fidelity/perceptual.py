"""A perceptual distance of two images, in the manner of LPIPS (Zhang et al., 2018).

It differs from LPIPS in the network, EfficientNet-Lite0, whose weights come with a package, and in
that no layer is weighted by what people judged: it is their unweighted baseline.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ganbench.fidelity.extractors import BATCH, Loaded


def perceptual_distances(loaded: Loaded, a: Tensor, b: Tensor) -> Tensor:
    """(n,) of pairs of uint8 images (n, 3, H, W); 0 for equal ones.

    At each size of the network's maps, the mean over places of the squared distance between unit
    vectors of channels; the sum over the sizes. `loaded` is the embedded extractor.
    """
    size = BATCH[torch.device(loaded.device).type]
    parts = []
    with torch.inference_mode():
        for some_a, some_b in zip(torch.split(a, size), torch.split(b, size), strict=True):
            pair = [loaded.network.stages(x.to(loaded.device)) for x in (some_a, some_b)]
            terms = [
                (normalize(x, dim=1) - normalize(y, dim=1)).square().sum(1).mean((1, 2))
                for x, y in zip(*pair, strict=True)
            ]
            parts.append(torch.stack(terms).sum(0).cpu())
    return torch.cat(parts)
