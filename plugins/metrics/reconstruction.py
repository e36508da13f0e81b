"""How well the way there and back restores the input."""

import torch

from ganbench.api import Column, Metric, batched, only_finite


class Reconstruction(Metric):
    any_kinds = True
    columns = {
        "reconstruction_mse": Column(
            "", False, "mean squared difference of input and reconstruction, images in [0, 1]"
        )
    }

    def unsupported(self, view):
        kind = view.spec.kinds[view.source]
        if not kind.is_continuous:
            return f"{kind.many} have no squared differences"
        return None if view.reconstructions is not None else "the model has no way back"

    def compute(self, view):
        back = only_finite(view.reconstructions, "reconstructions")
        pairs = batched(back, view.input_samples)
        total = sum(
            (rec - sample).square().sum(dtype=torch.float64).item() for rec, sample in pairs
        )
        return {"reconstruction_mse": total / view.input_samples.numel()}
