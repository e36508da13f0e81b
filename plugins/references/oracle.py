"""A random right answer among the real samples: the ceiling that a probe's own error allows."""

from ganbench.api import Reference


class Oracle(Reference):
    @classmethod
    def unsupported(cls, spec):
        return None if spec.kept else "the data do not tell which translations are right"

    def fakes(self, task, split, source, target, rng):
        right = task.matches(split, source, target)
        return split.domain(target).samples[(right * rng.random(right.shape)).argmax(axis=1)]
