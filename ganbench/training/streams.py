"""Seeds of one model side by side on one GPU: each on a stream of its own, so that the kernels of
one fill what those of another leave idle.

Nothing is shared, so a seed computes exactly what it computes alone. On a CPU they take turns.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from ganbench.contracts.model import Batch
from ganbench.core.devices import drawing_from, on_stream, parted, stream_on
from ganbench.training.step import Eager, Learner, Program, Terms


class ParallelStreams(Program):
    """Programs that differ in their seed alone, of batches (seeds, n, ...); each loss is (seeds,).

    The streams part and meet within each phase, so that a CUDA graph of it holds them all.
    """

    def __init__(self, seeds: Sequence[Eager]) -> None:
        self._seeds = seeds
        self.device = seeds[0].device
        self.phases = seeds[0].phases
        self.rngs = tuple(rng for seed in seeds for rng in seed.rngs)
        self._streams = [stream_on(self.device) for _ in seeds]

    def with_learners(self, change: Callable[[Learner], Learner]) -> ParallelStreams:
        return ParallelStreams([seed.with_learners(change) for seed in self._seeds])

    def phase(self, phase: str, real: Batch, at: Tensor) -> Sequence[Terms]:
        each = []
        with parted(self._streams):
            for i, (seed, stream) in enumerate(zip(self._seeds, self._streams, strict=True)):
                own = {name: values[i] for name, values in real.items()}
                with on_stream(stream), drawing_from(seed.rngs[0]):
                    each.append(seed.phase(phase, own, at))
        return [
            {name: torch.stack([terms[name] for terms in of_seeds]) for name in of_seeds[0]}
            for of_seeds in zip(*each, strict=True)
        ]
