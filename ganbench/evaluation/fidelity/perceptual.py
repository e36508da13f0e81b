"""A perceptual distance of two images, in the manner of LPIPS (Zhang et al., 2018).

It differs from LPIPS in the network, EfficientNet-Lite0, whose weights come with a package, and in
that no layer is weighted by what people judged: it is their unweighted baseline.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn.functional import normalize

from ganbench.core.memory import in_pieces
from ganbench.evaluation.fidelity.extractors import Loaded, batch_on


def perceptual_distances(loaded: Loaded, a: Tensor, b: Tensor) -> Tensor:
    """(n,) of pairs of uint8 images (n, 3, H, W); 0 for equal ones.

    At each size of the network's maps, the mean over places of the squared distance between unit
    vectors of channels; the sum over the sizes. `loaded` is the embedded extractor.
    """
    size = batch_on(loaded.device)

    def distances(pairs: Tensor) -> Tensor:
        both = [loaded.network.stages(x.to(loaded.device)) for x in pairs.unbind(1)]
        terms = [
            (normalize(x, dim=1) - normalize(y, dim=1)).square().sum(1).mean((1, 2))
            for x, y in zip(*both, strict=True)
        ]
        return torch.stack(terms).sum(0).cpu()

    with torch.inference_mode():
        batches = torch.split(torch.stack([a, b], 1), size)
        return torch.cat([part for some in batches for part in in_pieces(distances, some)])
