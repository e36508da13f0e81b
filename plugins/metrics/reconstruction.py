"""How well the way there and back restores the input."""

from ganbench.api import Column, Metric


class Reconstruction(Metric):
    columns = {
        "reconstruction_mse": Column(
            "", False, "mean squared difference of input and reconstruction, images in [0, 1]"
        )
    }

    def unmet(self, view):
        return None if view.reconstructions is not None else "the model has no way back"

    def compute(self, view):
        difference = view.reconstructions - view.input_samples
        return {"reconstruction_mse": difference.square().mean().item()}
