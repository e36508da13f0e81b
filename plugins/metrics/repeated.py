"""What stays of an image when the same conversion is applied again and again (figure 7)."""

import numpy as np

from ganbench.api import Column, Metric, kept_classes

APPLICATIONS = 5
TOLD = (2, 5)


class Repeated(Metric):
    columns = {
        "flip_rate_after_*": Column(
            "", True, "share with the wanted attribute after so many times"
        ),
        "preservation_rate_after_*": Column("", True, "mean share of kept attributes, likewise"),
    }

    def unmet(self, view):
        if not view.spec.changed:
            return "the task changes no known attribute"
        return None if view.again(view.fakes[:1]) is not None else "only a model can go on"

    def chain(self, view):
        """Inputs, then the translations after each application."""
        steps = [view.input_samples, view.fakes]
        while len(steps) <= APPLICATIONS:
            steps.append(view.again(steps[-1]))
        return steps

    def curve(self, view):
        """Flip rate and preservation rate, each after 0, 1, … applications."""
        wanted, names = view.target == "B", kept_classes(view)
        flipped = view.probe(view.spec.changed)
        flips, kept = [], []
        for samples in self.chain(view):
            flips.append(float((flipped.predict(samples) == wanted).mean()))
            right = [view.probe(n).predict(samples) == view.inputs.truth[n] for n in names]
            kept.append(float(np.mean(right)) if names else float("nan"))
        return flips, kept

    def compute(self, view):
        flips, kept = self.curve(view)
        rates = {f"flip_rate_after_{n}": flips[n] for n in TOLD}
        if not np.isnan(kept[0]):
            rates |= {f"preservation_rate_after_{n}": kept[n] for n in TOLD}
        return rates

    def arrays(self, view):
        flips, kept = self.curve(view)
        return {"chain_flip": flips, "chain_kept": kept}
