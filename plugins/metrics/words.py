"""Do phrases tell what pictures show? Probes read each attribute off a picture.

That is from words to pictures; from pictures to words the words themselves are read. The word at
each place of a phrase tells one attribute, in the order of `spec.kept`.
"""

import numpy as np

from ganbench.api import (
    Column,
    Metric,
    agreement_up_to_renaming,
    mean_or_reason,
    mutual_information,
    only_finite,
    readings,
    share_read,
)


class Words(Metric):
    any_kinds = True
    columns = {
        "word_agreement_renamed": Column("", True, "words that agree after the best renaming"),
        "word_agreement": Column("", True, "share of words that agree with the picture"),
        "word_information": Column("nats", True, "what words tell of attributes: the sum"),
        "words_restored": Column("", True, "words had back after the way there and back"),
        "word_probe_accuracy": Column("", True, "attributes read rightly off real test pictures"),
        "agreement_*": Column("", True, "share of the attribute's words that agree"),
        "renamed_*": Column("", True, "the same after their best renaming"),
        "information_*": Column("nats", True, "what the attribute's words tell of it"),
    }

    def unsupported(self, view):
        spec = view.spec
        if {spec.kinds[side].name for side in "AB"} != {"tokens", "image"}:
            return "it compares tokens with images"
        side = self.told(view)
        is_told = len(spec.kept) == spec.shape(side)[0] and spec.words(side)
        return None if is_told else "the data do not tell which word tells which attribute"

    def told(self, view):
        return view.source if view.spec.kinds[view.source].name == "tokens" else view.target

    def read(self, view, samples, name):
        """The attribute as the samples of the target show it, texts (n,)."""
        if self.told(view) == view.source:
            return readings(view.probe(name), samples).astype(str)
        said = only_finite(samples)[:, view.spec.kept.index(name)].argmax(-1)
        return np.array(view.spec.words(view.target))[said.numpy()]

    def compute(self, view):
        kept, scores = view.spec.kept, {}
        for name in kept:
            told = view.inputs.truth[name].astype(str)
            read = self.read(view, view.fakes, name)
            scores[f"agreement_{name}"] = float((told == read).mean())
            scores[f"renamed_{name}"] = agreement_up_to_renaming(told, read)
            scores[f"information_{name}"] = mutual_information(told, read)
        return {
            "word_agreement": float(np.mean([scores[f"agreement_{name}"] for name in kept])),
            "word_agreement_renamed": float(np.mean([scores[f"renamed_{name}"] for name in kept])),
            "word_information": sum(scores[f"information_{name}"] for name in kept),
            "words_restored": self.restored(view),
            "word_probe_accuracy": self.ceiling(view),
            **scores,
        }

    def restored(self, view):
        if self.told(view) != view.source or view.reconstructions is None:
            return "skipped: no words come back"
        back = only_finite(view.reconstructions, "reconstructions").argmax(-1)
        return float((back == view.input_samples.argmax(-1)).double().mean())

    def ceiling(self, view):
        if self.told(view) != view.source:
            return "skipped: words need no probe"
        truth, real, kept = view.targets.truth, view.target_samples, view.spec.kept
        shares = (share_read(view.probe(name), real, truth[name], "targets") for name in kept)
        return mean_or_reason(list(shares))
