"""A generator with its first weights: what the networks score before they have learnt anything."""

import torch

from ganbench.api import NetworkBuilder, Reference


class Untrained(Reference):
    def fakes(self, task, split, source, target, rng):
        seed = int(rng.integers(2**31))
        nets = NetworkBuilder(task.spec, task.architecture, seed, task.preset.network)
        network = nets.translator(source, target)
        samples = split.domain(source).samples
        with torch.inference_mode():
            parts = [network.eval()(self.floats(some)) for some in torch.split(samples, 256)]
        return task.spec.kinds[target].to_stored(torch.cat(parts))

    def floats(self, samples):
        return samples.float() / 255 if samples.dtype == torch.uint8 else samples.float()
