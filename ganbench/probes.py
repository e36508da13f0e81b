"""Learnt readers of one attribute, trained on real train images only and kept in the cache."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.data.cache import cached_arrays
from ganbench.errors import UserError
from ganbench.seeds import seed_for
from ganbench.source import source_hash
from ganbench.task import Split
from ganbench.types import JSON

EPOCHS = 20
BATCH_SIZE = 64
LEARNING_RATE = 2e-3
WIDTH = 16


def angle_network(channels: int, size: int) -> nn.Sequential:
    """(n, channels, size, size) to (n, 2): cosine and sine, not normalised."""
    layers: list[nn.Module] = []
    width_in, width = channels, WIDTH
    while size > 4:
        layers += [nn.Conv2d(width_in, width, 3, 2, 1), nn.BatchNorm2d(width), nn.ReLU(True)]
        width_in, width, size = width, min(2 * width, 64), size // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(width_in * size * size, 2))


@dataclass(frozen=True)
class AngleProbe:
    """Reads an angle off images."""

    network: nn.Module
    device: str

    def predict(self, samples: Tensor) -> np.ndarray:
        """Degrees in (-180, 180], shape (n,), of float images (n, C, H, W) in [0, 1]."""
        with torch.inference_mode():
            parts = [self.network(part.to(self.device)) for part in torch.split(samples, 512)]
            cosine, sine = torch.cat(parts).float().cpu().unbind(1)
        angle: np.ndarray = np.degrees(np.arctan2(sine.numpy(), cosine.numpy()))
        return angle.astype(np.float64)


def fit_angle_probe(train: Split, attribute: str, cache_dir: Path, key: JSON) -> AngleProbe:
    """A CNN regressor of `attribute` from both domains' train images; on the CPU.

    `key` tells the data apart in the cache. Raises UserError where the data do not know it.
    """
    for domain in (train.A, train.B):
        if attribute not in domain.truth:
            raise UserError(f"the data have no ground truth '{attribute}' to train a probe on")
    shape = train.A.samples.shape
    network = angle_network(shape[1], shape[-1])
    key = {**key, "attribute": attribute, "code": source_hash([Path(__file__)])}
    weights = cached_arrays(cache_dir, "probe", key, lambda: _train(network, train, attribute))
    state = {name: torch.from_numpy(np.array(values)) for name, values in weights.items()}
    network.load_state_dict(state)
    return AngleProbe(network.eval(), "cpu")


def _train(network: nn.Module, train: Split, attribute: str) -> Mapping[str, np.ndarray]:
    samples = torch.cat([train.A.samples, train.B.samples])
    angle = np.radians(np.concatenate([d.truth[attribute] for d in (train.A, train.B)]))
    target = torch.from_numpy(np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32))
    steps = EPOCHS * -(-len(samples) // BATCH_SIZE)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_for(0, "probe", attribute))
        for module in network.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                module.reset_parameters()
        optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, steps)
        network.train()
        for _ in range(EPOCHS):
            for index in torch.split(torch.randperm(len(samples)), BATCH_SIZE):
                loss = F.mse_loss(network(samples[index].float() / 255), target[index])
                optimiser.zero_grad()
                loss.backward()  # type: ignore[no-untyped-call]
                optimiser.step()
                schedule.step()
    return {name: value.detach().numpy().copy() for name, value in network.state_dict().items()}
