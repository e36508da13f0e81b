"""Learnt readers of attributes, trained on real train images only and cached."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.contracts.metric import Probe
from ganbench.contracts.task import Split, Task
from ganbench.core.cache import cached_arrays
from ganbench.core.devices import is_gpu
from ganbench.core.errors import Undefined, UserError
from ganbench.core.seeds import seed_for
from ganbench.core.source_hash import source_hash
from ganbench.core.spec import ANGLE_ENDING, JSON

EPOCHS = 20
MAX_STEPS = 6_000  # of a large set the probe sees each picture a few times, not twenty
BATCH_SIZE = 64
BATCH_READ, BATCH_READ_ON_GPU = 512, 8192
LEARNING_RATE = 2e-3
WIDTH = 16


def network(channels: int, size: int, outputs: int) -> nn.Sequential:
    """(n, channels, size, size) to (n, outputs)."""
    layers: list[nn.Module] = []
    width_in, width = channels, WIDTH
    while size > 4:
        layers += [nn.Conv2d(width_in, width, 3, 2, 1), nn.BatchNorm2d(width), nn.ReLU(True)]
        width_in, width, size = width, min(2 * width, 64), size // 2
    return nn.Sequential(*layers, nn.Flatten(), nn.Linear(width_in * size * size, outputs))


@dataclass(frozen=True)
class AngleProbe:
    """Reads an angle off images; its network gives cosine and sine, not normalised."""

    network: nn.Module

    def predict(self, samples: Tensor) -> np.ndarray:
        """Degrees in (-180, 180], shape (n,), of float images (n, C, H, W) in [0, 1]."""
        cosine, sine = outputs(self.network, samples).unbind(1)
        angle: np.ndarray = np.degrees(np.arctan2(sine.numpy(), cosine.numpy()))
        return angle.astype(np.float64)


@dataclass(frozen=True)
class ClassProbe:
    """Reads one attribute off images; `place` is the slice of its classes in the network's output.

    classes: the attribute's values, in the order of the outputs.
    """

    network: nn.Module
    place: slice
    classes: np.ndarray

    def predict(self, samples: Tensor) -> np.ndarray:
        """The likeliest class, shape (n,), of float images (n, C, H, W) in [0, 1]."""
        best = outputs(self.network, samples)[:, self.place].argmax(1)
        classes: np.ndarray = self.classes[best.numpy()]
        return classes


def outputs(network: nn.Module, samples: Tensor) -> Tensor:
    """(n, k) on the CPU; the pass is made where the network is, in batches that fill it.

    Raises Undefined where one is not finite: the largest of NaNs would be a class like any other.
    """
    device = next(network.parameters()).device
    with torch.inference_mode():
        parts = torch.split(samples, BATCH_READ_ON_GPU if is_gpu(device) else BATCH_READ)
        values = torch.cat([network(part.to(device)).cpu() for part in parts])
    if not values.isfinite().all():
        raise Undefined("the probe's outputs are not finite")
    return values


def probes_of(
    task: Task, cache_dir: Path, key: JSON, device: str = "cpu"
) -> Callable[[str], Probe]:
    """Probes by attribute, trained on the task's train split when first asked for.

    key: identifies the data in the cache. device: where they read. They are trained on the CPU,
    so that every machine reads with the same ones.
    """
    known = (*task.spec.kept, task.spec.changed)
    classes = [name for name in known if name and not name.endswith(ANGLE_ENDING)]

    @cache
    def class_probes() -> Mapping[str, Probe]:
        return fit_class_probes(pictures_of(task), classes, cache_dir, key, device)

    @cache
    def probe(attribute: str) -> Probe:
        if attribute in classes:
            return class_probes()[attribute]
        return fit_angle_probe(pictures_of(task), attribute, cache_dir, key, device)

    return probe


def pictures_of(task: Task) -> Split:
    """The train split, and of a domain without pixels nothing."""
    train, kinds = task.load("train"), task.spec.kinds
    shown = [train.domain(name) for name, kind in kinds.items() if kind.has_pixels]
    return train if len(shown) != 1 else Split(shown[0], shown[0].take(np.arange(0)))


def fit_angle_probe(
    train: Split, attribute: str, cache_dir: Path, key: JSON, device: str = "cpu"
) -> AngleProbe:
    """A CNN regressor of `attribute` from both domains' train images, trained on the CPU.

    key: identifies the data in the cache. Raises UserError where the data do not have it.
    """
    angle = np.radians(labels(train, attribute))
    target = torch.from_numpy(np.stack([np.cos(angle), np.sin(angle)], 1).astype(np.float32))
    fitted = fit(
        train, 2, lambda out, index: F.mse_loss(out, target[index]), cache_dir, key, attribute
    )
    return AngleProbe(fitted.to(device))


def fit_class_probes(
    train: Split, attributes: Sequence[str], cache_dir: Path, key: JSON, device: str = "cpu"
) -> dict[str, ClassProbe]:
    """One CNN classifier of all `attributes`, from both domains' images, trained on the CPU.

    key: identifies the data in the cache. Raises UserError where the data do not have one.
    """
    encoded = {name: np.unique(labels(train, name), return_inverse=True) for name in attributes}
    targets = {name: torch.from_numpy(target) for name, (_, target) in encoded.items()}
    stops = np.cumsum([len(classes) for classes, _ in encoded.values()]).tolist()
    places = {
        name: slice(stop - len(encoded[name][0]), stop)
        for name, stop in zip(encoded, stops, strict=True)
    }

    def loss(out: Tensor, index: Tensor) -> Tensor:
        terms = [F.cross_entropy(out[:, places[name]], targets[name][index]) for name in encoded]
        return torch.stack(terms).mean()

    fitted = fit(train, stops[-1], loss, cache_dir, key, *attributes).to(device)
    return {
        name: ClassProbe(fitted, places[name], classes) for name, (classes, _) in encoded.items()
    }


def labels(train: Split, attribute: str) -> np.ndarray:
    """Of both domains, A first."""
    for domain in (train.A, train.B):
        if attribute not in domain.truth:
            raise UserError(f"the data have no ground truth '{attribute}' to train a probe on")
    return np.concatenate([train.A.truth[attribute], train.B.truth[attribute]])


def fit(
    train: Split,
    width_out: int,
    loss: Callable[[Tensor, Tensor], Tensor],
    cache_dir: Path,
    key: JSON,
    *attributes: str,
) -> nn.Module:
    """The trained network, from the cache or trained now. loss: of outputs and the positions."""
    shape = train.A.samples.shape
    model = network(shape[1], shape[-1], width_out)
    key = {**key, "attribute": list(attributes), "code": source_hash([Path(__file__)])}
    weights = cached_arrays(
        cache_dir, "probe", key, lambda: _train(model, train, loss, "probe", *attributes)
    )
    state = {name: torch.from_numpy(np.array(values)) for name, values in weights.items()}
    model.load_state_dict(state)
    return model.eval()


def _train(
    network: nn.Module, train: Split, loss: Callable[[Tensor, Tensor], Tensor], *purpose: str
) -> Mapping[str, np.ndarray]:
    n = len(train.A) + len(train.B)
    steps = min(EPOCHS * -(-n // BATCH_SIZE), MAX_STEPS)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed_for(0, *purpose))
        for module in network.modules():
            if isinstance(module, (nn.Conv2d, nn.Linear)):
                module.reset_parameters()
        optimiser = torch.optim.AdamW(network.parameters(), lr=LEARNING_RATE, fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, LEARNING_RATE, steps)
        network.train()
        for index in islice(_orders(n), steps):
            term = loss(network(_pictures(train, index).float() / 255), index)
            optimiser.zero_grad()
            term.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
    return {name: value.detach().numpy().copy() for name, value in network.state_dict().items()}


def _orders(n: int) -> Iterator[Tensor]:
    """Batches of positions, each position once an epoch, without end."""
    while True:
        yield from torch.split(torch.randperm(n), BATCH_SIZE)


def _pictures(train: Split, index: Tensor) -> Tensor:
    """Of the two domains' pictures, A's first: a set larger than memory is not joined for it."""
    of_B = index >= len(train.A)
    pictures = train.A.samples.new_empty((len(index), *train.A.samples.shape[1:]))
    pictures[~of_B] = train.A.samples[index[~of_B]]
    pictures[of_B] = train.B.samples[index[of_B] - len(train.A)]
    return pictures
