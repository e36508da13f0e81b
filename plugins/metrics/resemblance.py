"""Is it still the same face? Cosine of the image features of input and translation.

Read it against the references: `identity` is 1, and `real`, the face of another person, the floor.
"""

import numpy as np

from ganbench.api import Column, Metric

EXTRACTOR = "efficientnet_lite0"


def cosines(a, b):
    """Of the rows of two matrices (n, d); NaN for a row of zeros, which has no direction."""
    lengths = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
    with np.errstate(invalid="ignore"):
        return (a * b).sum(1) / lengths


class Resemblance(Metric):
    any_kinds = True
    columns = {
        "feature_cosine": Column("", True, "EfficientNet-Lite0 features of input and translation")
    }

    def unsupported(self, view):
        return view.spec.lacks_pixels("image features")

    def compute(self, view):
        inputs, outputs = (
            view.features.of(which, EXTRACTOR)["features"].numpy() for which in ("inputs", "fakes")
        )
        return {"feature_cosine": float(cosines(inputs, outputs).mean())}

    def protocol(self, view):
        return view.features.protocol(EXTRACTOR)
