"""How far is the reconstruction from its input to the eye? LPIPS-like, by EfficientNet-Lite0."""

from ganbench.api import Column, Metric

EXTRACTOR = "efficientnet_lite0"


class Perceptual(Metric):
    any_kinds = True
    over_training = False
    columns = {
        "perceptual_efficientnet_lite0": Column(
            "", False, "LPIPS-like distance of input and reconstruction"
        )
    }

    def unsupported(self, view):
        if reason := view.spec.lacks_pixels("image features", view.source):
            return reason
        return None if view.reconstructions is not None else "the model has no way back"

    def compute(self, view):
        distances = view.features.perceptual_distances(view.input_samples, view.reconstructions)
        return {"perceptual_efficientnet_lite0": distances.mean().item()}

    def protocol(self, view):
        return view.features.protocol(EXTRACTOR)
