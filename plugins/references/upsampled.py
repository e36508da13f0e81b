"""A bicubic enlargement of a real small picture of the target: what no detail at all scores.

The small one has a quarter of the side. It is the picture that `real` takes for the same input.
"""

from ganbench.api import Reference, enlarged, shrunk, too_small


class Upsampled(Reference):
    every_task = True

    @classmethod
    def unsupported(cls, spec):
        return too_small(spec)

    def fakes(self, task, split, source, target, rng):
        real, count = task.load("train").domain(target).samples, len(split.domain(source))
        return enlarged(shrunk(real[rng.choice(len(real), count, replace=count > len(real))]))
