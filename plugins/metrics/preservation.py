"""Does a translation keep the attributes that it ought to keep, read by probes?

Each probe's share of right answers on real test images of the target domain is the ceiling: a
translation that keeps everything scores no more. Chance is one over the number of values.
"""

import numpy as np

from ganbench.api import Column, Metric, kept_classes


class Preservation(Metric):
    columns = {
        "preservation_rate": Column("", True, "mean over the attributes to keep"),
        "preservation_probe_accuracy": Column(
            "", True, "the same of real test images: the ceiling"
        ),
        "preserved_*": Column("", True, "share read as having the input's value"),
    }

    def unmet(self, view):
        return None if kept_classes(view) else "the data know no class that ought to stay"

    def compute(self, view):
        rates, ceilings = {}, []
        for name in kept_classes(view):
            probe = view.probe(name)
            found, real = probe.predict(view.fakes), probe.predict(view.target_samples)
            rates[f"preserved_{name}"] = float((found == view.inputs.truth[name]).mean())
            ceilings.append(float((real == view.targets.truth[name]).mean()))
        return {
            "preservation_rate": float(np.mean(list(rates.values()))),
            "preservation_probe_accuracy": float(np.mean(ceilings)),
            **rates,
        }
