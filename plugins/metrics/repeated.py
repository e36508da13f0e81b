"""What stays of an image when the same conversion is applied again and again (figure 7)."""

from ganbench.api import Column, Metric, kept_classes, mean_or_reason, readings, share_read

APPLICATIONS = 5
TOLD = (2, 5)


class Repeated(Metric):
    columns = {
        "flip_rate_after_*": Column(
            "", True, "share with the wanted attribute after so many times"
        ),
        "preservation_rate_after_*": Column("", True, "mean share of kept attributes, likewise"),
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
        """Flip rate and preservation rate, each after 0, 1, … applications; none of the latter
        where nothing is known that ought to stay.
        """
        wanted, names = view.target == "B", kept_classes(view)
        flipped = view.probe(view.spec.changed)
        flips, kept = [], []
        for samples in self.chain(view):
            flips.append(float((readings(flipped, samples) == wanted).mean()))
            rates = [share_read(view.probe(n), samples, view.inputs.truth[n]) for n in names]
            kept += [mean_or_reason(rates)] if names else []
        return flips, kept

    def compute(self, view):
        flips, kept = self.curve(view)
        rates = {f"flip_rate_after_{n}": flips[n] for n in TOLD}
        if kept:
            rates |= {f"preservation_rate_after_{n}": kept[n] for n in TOLD}
        return rates

    def arrays(self, view):
        flips, kept = self.curve(view)
        numbers = [float("nan") if isinstance(rate, str) else rate for rate in kept]
        return {"chain_flip": flips, "chain_kept": numbers or [float("nan")] * len(flips)}
