"""Do the edges of a translation lie where its input's lie? (edges to photographs and back)"""

import numpy as np

from ganbench.api import Column, Metric, batched, edges_of, only_finite

DARK = 0.5  # a drawing's lines are darker


def dilated(lines):
    """Lines and the pixels that touch them."""
    padded = np.pad(lines, ((0, 0), (1, 1), (1, 1)))
    height, width = lines.shape[1:]
    shifts = [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.any(shifts, axis=0)


def agreement(inputs, outputs):
    """F1 (n,) of the pictures' edge pixels, right within one pixel, of bools (n, H, W); NaN where
    neither picture has an edge, for then nothing is right or wrong.
    """
    hits = (inputs & dilated(outputs)).sum((1, 2)) / np.maximum(inputs.sum((1, 2)), 1)
    right = (outputs & dilated(inputs)).sum((1, 2)) / np.maximum(outputs.sum((1, 2)), 1)
    has_edges = inputs.any((1, 2)) | outputs.any((1, 2))
    return np.where(has_edges, 2 * hits * right / np.maximum(hits + right, 1e-9), np.nan)


class Edges(Metric):
    any_kinds = True
    columns = {
        "edge_agreement": Column(
            "", True, "F1 of the input's and the translation's edge pixels, within one pixel"
        )
    }

    def unsupported(self, view):
        return view.spec.lacks_pixels("edges")

    def lines(self, view, samples, domain):
        images = samples.numpy()
        return images.mean(1) < DARK if domain in view.spec.drawn else edges_of(images)

    def compute(self, view):
        pairs = batched(view.input_samples, only_finite(view.fakes))
        scores = np.concatenate(
            [
                agreement(self.lines(view, a, view.source), self.lines(view, b, view.target))
                for a, b in pairs
            ]
        )
        known = scores[~np.isnan(scores)]
        nothing = "undefined: neither the inputs nor the translations have an edge"
        return {"edge_agreement": float(known.mean()) if len(known) else nothing}
