"""What stays of an image when the same conversion is applied again and again (figure 7)."""

from functools import partial

import numpy as np

from ganbench.api import (
    Column,
    Metric,
    SharedPanels,
    kept_classes,
    mean_or_reason,
    readings,
    share_read,
)

APPLICATIONS = 5
REPORTED = (2, 5)


def draw_curves(axes, by_model, name, title):
    """A thin line a seed, a thick one their mean, a colour a model."""
    for index, (label, cells) in enumerate(by_model.items()):
        curves = np.stack([shown.arrays[name] for shown in cells])
        times = np.arange(curves.shape[1])
        colour = f"C{index}"
        axes.plot(times, curves.T, color=colour, lw=0.6, alpha=0.5)
        axes.plot(times, curves.mean(0), color=colour, lw=1.8, marker="o", ms=3, label=label)
    axes.set(title=title, xlabel="applications", ylim=(-0.03, 1.03), xticks=times)
    axes.grid(alpha=0.3)


class Repeated(Metric):
    columns = {
        "flip_rate_after_*": Column(
            "", True, "share with the target's attribute after so many times"
        ),
        "preservation_rate_after_*": Column("", True, "mean share of kept attributes, likewise"),
    }
    figures = {
        "chain": SharedPanels(
            arrays=("chain_flip", "chain_kept"),
            draw=(
                partial(draw_curves, name="chain_flip", title="has the target's attribute"),
                partial(draw_curves, name="chain_kept", title="keeps the others"),
            ),
            y_label="share of test images, by the probe",
        )
    }

    def unsupported(self, view):
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
        """Flip rate and preservation rate, each after 0, 1, … applications; the
        latter is empty where no attribute ought to stay.
        """
        is_target, names = view.target == "B", kept_classes(view)
        flipped = view.probe(view.spec.changed)
        flips, preserved = [], []
        for samples in self.chain(view):
            flips.append(float((readings(flipped, samples) == is_target).mean()))
            rates = [share_read(view.probe(n), samples, view.inputs.truth[n]) for n in names]
            preserved += [mean_or_reason(rates)] if names else []
        return flips, preserved

    def compute(self, view):
        flips, preserved = self.curve(view)
        rates = {f"flip_rate_after_{n}": flips[n] for n in REPORTED}
        if preserved:
            rates |= {f"preservation_rate_after_{n}": preserved[n] for n in REPORTED}
        return rates

    def arrays(self, view):
        flips, preserved = self.curve(view)
        numbers = [float("nan") if isinstance(rate, str) else rate for rate in preserved]
        return {"chain_flip": flips, "chain_kept": numbers or [float("nan")] * len(flips)}
