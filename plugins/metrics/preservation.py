"""Does a translation keep the attributes that it ought to keep, read by probes?

Each probe's share of right answers on real test images of the target domain is the ceiling: a
translation that keeps everything scores no more. Chance is one over the number of values.
"""

from ganbench.api import Column, Metric, kept_classes, mean_or_reason, share_read


class Preservation(Metric):
    columns = {
        "preservation_rate": Column("", True, "mean over the attributes to keep"),
        "preservation_probe_accuracy": Column(
            "", True, "the same of real test images: the ceiling"
        ),
        "preserved_*": Column("", True, "share read as having the input's value"),
    }

    def unsupported(self, view):
        return None if kept_classes(view) else "the data know no class that ought to stay"

    def compute(self, view):
        rates, ceilings = {}, []
        for name in kept_classes(view):
            probe = view.probe(name)
            expected, real = view.inputs.truth[name], view.targets.truth[name]
            rates[f"preserved_{name}"] = share_read(probe, view.fakes, expected)
            ceilings.append(share_read(probe, view.target_samples, real, "targets"))
        return {
            "preservation_rate": mean_or_reason(list(rates.values())),
            "preservation_probe_accuracy": mean_or_reason(ceilings),
            **rates,
        }
