"""Does a translation have the attribute's value of its target domain, read by a probe?"""

from ganbench.api import Column, Metric, readings


class Flip(Metric):
    columns = {
        "flip_rate": Column("", True, "share read as having the target domain's attribute"),
        "flip_probe_accuracy": Column("", True, "the probe's own share on real test images"),
    }

    def unsupported(self, view):
        return None if view.spec.changed else "the task changes no known attribute"

    def compute(self, view):
        probe, is_target = view.probe(view.spec.changed), view.target == "B"
        return {
            "flip_rate": float((readings(probe, view.fakes) == is_target).mean()),
            "flip_probe_accuracy": float(
                (readings(probe, view.target_samples, "targets") == is_target).mean()
            ),
        }
