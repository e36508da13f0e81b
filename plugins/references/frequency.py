"""What counting alone tells: a picture of a description that is as frequent as the phrase.

Or such a phrase of the picture; as frequent is what has the same rank. Ranks are those of the train
split, whose two domains have no pairs; whole descriptions are counted, for how attributes go
together is more than a frequency.
"""

from collections import Counter

import numpy as np

from ganbench.api import Reference


def described(domain, kept):
    """The description of each sample, as a tuple of texts."""
    return list(zip(*(domain.truth[name].astype(str).tolist() for name in kept), strict=True))


class Frequency(Reference):
    @classmethod
    def unsupported(cls, spec):
        if not spec.kept or any(name.endswith("_deg") for name in spec.kept):
            return "the data know no attributes whose values can be counted"
        return None

    def fakes(self, task, split, source, target, rng):
        train, kept = task.load("train"), task.spec.kept
        own = self.ranked(described(train.domain(source), kept), rng)
        others = described(train.domain(target), kept)
        ranked = self.ranked(others, rng)
        same = {text: ranked[min(i, len(ranked) - 1)] for i, text in enumerate(own)}
        places = {}
        for place, text in enumerate(others):
            places.setdefault(text, []).append(place)
        chosen = [
            rng.choice(places[same.get(text, ranked[-1])])
            for text in described(split.domain(source), kept)
        ]
        return train.domain(target).samples[np.array(chosen)]

    def ranked(self, texts, rng):
        """Each once, the most frequent first; equals by lot."""
        counts = Counter(texts)
        lots = dict(zip(sorted(counts), rng.permutation(len(counts)), strict=True))
        return sorted(counts, key=lambda text: (-counts[text], lots[text]))
