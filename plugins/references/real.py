"""A random real image of the target domain for each input: what ignoring the input scores.

It is of the train split, so this is also how far one set of real samples is from another.
"""

from ganbench.api import Reference


class Real(Reference):
    def fakes(self, task, split, source, target, rng):
        real, count = task.load("train").domain(target).samples, len(split.domain(source))
        return real[rng.choice(len(real), count, replace=count > len(real))]
