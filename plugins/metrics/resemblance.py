"""Is it still the same face? Cosine of the image features of input and translation.

Read it against the references: `identity` is 1, and `real`, a face of somebody else, the floor.
"""

import numpy as np

from ganbench.api import Column, Metric, all_finite

EXTRACTOR = "efficientnet_lite0"


def cosines(a, b):
    """Of the rows of two matrices (n, d)."""
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    return (a * b).sum(1) / np.maximum(lengths, 1e-12)


class Resemblance(Metric):
    columns = {
        "feature_cosine": Column("", True, "EfficientNet-Lite0 features of input and translation")
    }

    def unmet(self, view):
        if view.spec.kind != "image":
            return "points have no image features"
        return None if all_finite(view.fakes) else "some translations are not finite"

    def compute(self, view):
        given, found = (
            view.features.of(which, EXTRACTOR)["features"].numpy() for which in ("inputs", "fakes")
        )
        return {"feature_cosine": float(cosines(given, found).mean())}

    def protocol(self, view):
        return view.features.protocol(EXTRACTOR)
