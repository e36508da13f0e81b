"""Do attributes tell what pictures show? Probes read each attribute off a picture.

Agreement is balanced: 0.5 by chance, however rare one is. Means leave out those that all samples
have, or none.
"""

import numpy as np

from ganbench.api import (
    Column,
    Metric,
    agreement_up_to_exchange,
    balanced_agreement,
    mutual_information,
    only_finite,
    readings,
)


def matrix(truth, names):
    return np.stack([truth[name].astype(bool) for name in names], axis=1)


def number(*values):
    """The mean of those that there are, or why there is none."""
    there = [value for value in values if not np.isnan(value)]
    return float(np.mean(there)) if there else "undefined: all samples have it, or none"


class Attributes(Metric):
    any_kinds = True
    columns = {
        "attribute_agreement_exchanged": Column("", True, "agreement after the best exchange"),
        "attribute_agreement": Column("", True, "with the picture, balanced: 0.5 by chance"),
        "attribute_information": Column("nats", True, "what attributes tell of pictures: the sum"),
        "attributes_restored": Column("", True, "balanced, after the way there and back"),
        "attribute_probe_accuracy": Column("", True, "balanced, read off real test pictures"),
        "balanced_*": Column("", True, "balanced agreement of the attribute"),
        "exchanged_*": Column("", True, "the same after the best exchange of attributes"),
        "told_*": Column("nats", True, "what an attribute tells of its own in the translation"),
    }

    def unsupported(self, view):
        spec = view.spec
        if {spec.kinds[side].name for side in "AB"} != {"attributes", "image"}:
            return f"it compares attributes with images, not {spec.special_kind() or 'images'}"
        named = spec.kept and spec.kept in (spec.words_A, spec.words_B)
        return None if named else "the data do not tell which attribute is which"

    def shown(self, view, samples):
        """What float samples of the target show, bool (n, attributes)."""
        if view.spec.kinds[view.target].name == "attributes":
            return only_finite(samples).numpy() > 0.5
        seen = [readings(view.probe(name), samples) for name in view.spec.kept]
        return np.stack(seen, axis=1).astype(bool)

    def compute(self, view):
        told, read = matrix(view.inputs.truth, view.spec.kept), self.shown(view, view.fakes)
        each = {
            "balanced": balanced_agreement(told, read),
            "exchanged": agreement_up_to_exchange(told, read),
            "told": [mutual_information(a, b) for a, b in zip(told.T, read.T, strict=True)],
        }
        names = [*enumerate(view.spec.kept)]
        return {
            "attribute_agreement_exchanged": number(*each["exchanged"]),
            "attribute_agreement": number(*each["balanced"]),
            "attribute_information": sum(each["told"]),
            **self.around(view, told),
            **{f"{key}_{name}": number(each[key][i]) for key in each for i, name in names},
        }

    def around(self, view, told):
        restored, accuracy = "skipped: no attributes come back", "skipped: no probe is needed"
        if not view.spec.kinds[view.source].has_pixels:
            shown = matrix(view.targets.truth, view.spec.kept)
            accuracy = number(*balanced_agreement(shown, self.shown(view, view.target_samples)))
            if view.reconstructions is not None:
                back = only_finite(view.reconstructions, "reconstructions").numpy() > 0.5
                restored = number(*balanced_agreement(told, back))
        return {"attributes_restored": restored, "attribute_probe_accuracy": accuracy}
