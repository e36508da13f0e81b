"""How different are a model's several translations of one input? 0 for a model that has but one."""

from itertools import combinations

import torch

from ganbench.api import Column, Metric, only_finite

EXTRACTOR = "efficientnet_lite0"
SEEDS = range(3)
INPUTS = 50  # enough for a mean, for each is translated and compared several times


class Variety(Metric):
    any_kinds = True
    columns = {
        "variety_mse": Column("", None, "mean squared difference of two translations of one input"),
        "variety_efficientnet_lite0": Column("", None, "their LPIPS-like distance"),
    }

    def unsupported(self, view):
        kind = view.spec.kinds[view.target]
        if not kind.is_continuous:
            return f"{kind.many} have no squared differences"
        several = view.variant(view.input_samples[:1], 0) is not None
        return None if several else "the model has one output for an input"

    def compute(self, view):
        inputs = view.input_samples[:INPUTS]
        several = [only_finite(view.variant(inputs, seed)) for seed in SEEDS]
        pairs = list(combinations(several, 2))
        mse = torch.stack([(a - b).square().mean() for a, b in pairs]).mean().item()
        if reason := self.unseen(view):
            seen = f"skipped: {reason}"
        else:
            distances = [view.features.perceptual_distances(a, b).mean() for a, b in pairs]
            seen = torch.stack(distances).mean().item()
        return {"variety_mse": mse, "variety_efficientnet_lite0": seen}

    def protocol(self, view):
        return {} if self.unseen(view) else view.features.protocol(EXTRACTOR)

    def unseen(self, view):
        """Why no image network sees the translations, or None."""
        return view.spec.lacks_pixels("image features", view.target)
