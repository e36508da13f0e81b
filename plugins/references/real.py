"""A random real sample of the target domain for each input: what ignoring the input scores."""

from ganbench.api import Reference


class Real(Reference):
    def fakes(self, task, split, source, target, rng):
        return split.domain(target).samples[
            rng.integers(len(split.domain(target)), size=len(split.domain(source)))
        ]
