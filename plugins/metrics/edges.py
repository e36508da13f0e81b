"""Do the edges of a translation lie where its input's lie? (edges to photographs and back)"""

import numpy as np

from ganbench.api import Column, Metric, edges_of

DARK = 0.5  # a drawing's lines are darker


def dilated(lines):
    """Lines and the pixels that touch them."""
    padded = np.pad(lines, ((0, 0), (1, 1), (1, 1)))
    height, width = lines.shape[1:]
    shifts = [padded[:, i : i + height, j : j + width] for i in range(3) for j in range(3)]
    return np.any(shifts, axis=0)


def agreement(given, found):
    """Mean over the pictures of the F1 of edge pixels, right within one pixel; (n, H, W) bools."""
    hits = (given & dilated(found)).sum((1, 2)) / np.maximum(given.sum((1, 2)), 1)
    right = (found & dilated(given)).sum((1, 2)) / np.maximum(found.sum((1, 2)), 1)
    return float(np.mean(2 * hits * right / np.maximum(hits + right, 1e-9)))


class Edges(Metric):
    columns = {
        "edge_agreement": Column(
            "", True, "F1 of the input's and the translation's edge pixels, within one pixel"
        )
    }

    def unmet(self, view):
        return None if view.spec.kind == "image" else "points have no edges"

    def lines(self, view, samples, domain):
        images = samples.numpy()
        return images.mean(1) < DARK if domain in view.spec.drawn else edges_of(images)

    def compute(self, view):
        given = self.lines(view, view.input_samples, view.source)
        found = self.lines(view, view.fakes, view.target)
        return {"edge_agreement": agreement(given, found)}
