"""The one training loop, straight as the algorithm: draw, update D, update G, log now and then."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import torch
from torch import Tensor, nn

from ganbench import checkpoint
from ganbench.checkpoint import Position
from ganbench.model import Model
from ganbench.sampler import Sampler
from ganbench.seeds import seed_for
from ganbench.task import Split
from ganbench.types import DEFAULT_EVERY, Every, Precision

LOG_EVERY_STEPS = 50
CHECKPOINT = "checkpoint.safetensors"
LOSS_LOG = "losses.csv"

OnLosses = Callable[[int, Mapping[str, float]], None]
OnSnapshot = Callable[[int], None]


class Interrupted(Exception):
    """The user asked to stop; the checkpoint is written."""


@dataclass(frozen=True)
class Plan:
    """How long, on what and under which seed to train.

    snapshots: steps after which the model is shown to who asked for it.
    checkpoint_every: how much training a crash can lose, at most.
    """

    budget_steps: int
    batch_size: int
    seed: int
    device: str = "cpu"
    precision: Precision = "fp32"
    snapshots: frozenset[int] = frozenset()
    checkpoint_every: Every = DEFAULT_EVERY


@dataclass(frozen=True)
class Outcome:
    """diverged: why the run ended early, or empty."""

    position: Position
    diverged: str = ""


def as_input(samples: Tensor, device: str) -> Tensor:
    """Samples as networks take them: uint8 images become floats in [0, 1], channels last."""
    moved = samples.to(device)
    if moved.dtype != torch.uint8:
        return moved
    return moved.to(memory_format=torch.channels_last).float().div_(255)


def precision_context(device: str, precision: Precision) -> AbstractContextManager[object]:
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == "bf16")


def place(model: Model, device: str) -> None:
    """Move to the device; convolution weights go channels last, as the images do."""
    model.to(device)
    model.to(memory_format=torch.channels_last)


def adam(modules: nn.Module, model: Model) -> torch.optim.Adam:
    """One Adam over each parameter once; `parameters()` gives tied weights a single time."""
    hp = model.hp
    return torch.optim.Adam(
        list(modules.parameters()),
        lr=hp.lr,
        betas=(hp.beta1, hp.beta2),
        weight_decay=hp.weight_decay,
        fused=True,
    )


def update(optimiser: torch.optim.Optimizer, terms: Mapping[str, Tensor]) -> None:
    """One step on the sum of the terms; gradients reach the optimiser's own parameters only."""
    params = optimiser.param_groups[0]["params"]
    total = torch.stack([term.float() for term in terms.values()]).sum()
    gradients = torch.autograd.grad(total, params)
    for param, gradient in zip(params, gradients, strict=True):
        param.grad = gradient
    optimiser.step()


class TakesTerms(Protocol):
    """What a step gives its losses to."""

    def add(self, terms: Mapping[str, Tensor]) -> None: ...


class LossLog:
    """Means of each loss over a window of steps, summed on the device and read once a window."""

    def __init__(self, path: Path, log_bytes: int, window: Mapping[str, Tensor]) -> None:
        self.path = path
        self._sums = {k.removeprefix("sum/"): v for k, v in window.items() if k[:4] == "sum/"}
        self._counts = {k.removeprefix("n/"): int(v) for k, v in window.items() if k[:2] == "n/"}
        path.touch()
        with open(path, "r+b") as file:  # lines after the checkpoint belong to a lost future
            file.truncate(log_bytes)

    def add(self, terms: Mapping[str, Tensor]) -> None:
        for name, term in terms.items():
            value = term.detach()
            kept = self._sums.get(name)
            self._sums[name] = value if kept is None else kept.to(value.device) + value
            self._counts[name] = self._counts.get(name, 0) + 1

    def flush(self, step: int) -> dict[str, float]:
        """Write the window's line, start the next window, and return the means."""
        names = sorted(self._sums)
        values = torch.stack([self._sums[name].float() for name in names]).tolist()
        means = {n: v / self._counts[n] for n, v in zip(names, values, strict=True)}
        self._sums, self._counts = {}, {}
        with open(self.path, "a", encoding="utf-8") as file:
            if file.tell() == 0:
                file.write(",".join(["step", *names]) + "\n")
            file.write(",".join([str(step), *(repr(means[name]) for name in names)]) + "\n")
        return means

    @property
    def window(self) -> dict[str, Tensor]:
        """Sums and counts since the last line, for a checkpoint."""
        sums = {f"sum/{name}": value for name, value in self._sums.items()}
        return sums | {f"n/{name}": torch.tensor(n) for name, n in self._counts.items()}

    @property
    def bytes(self) -> int:
        return self.path.stat().st_size


def nobody(step: int) -> None:
    """Looks at no snapshot."""


def train(
    model: Model,
    split: Split,
    plan: Plan,
    folder: Path,
    on_losses: OnLosses,
    should_stop: Callable[[], bool],
    on_snapshot: OnSnapshot = nobody,
) -> Outcome:
    """Train `model` on the train split until the budget is spent, from the checkpoint in `folder`
    if there is one. Raises Interrupted, after a checkpoint, once `should_stop()` is true.

    on_snapshot: called after each of the plan's snapshots; it must leave model and RNG as they
        are. Its time does not count as training. After a crash some may be shown again.
    """
    place(model, plan.device)
    model.train()
    optimisers = {"D": adam(model.discriminators, model), "G": adam(model.generators, model)}
    torch.manual_seed(seed_for(plan.seed, "train"))
    kept = checkpoint.read(folder / CHECKPOINT)
    if kept is None:
        model.fit_statistics(split.A.samples, split.B.samples)
        position, log = Position(), LossLog(folder / LOSS_LOG, 0, {})
    else:
        tensors, position = kept
        checkpoint.restore(tensors, model, optimisers)
        log = LossLog(folder / LOSS_LOG, position.log_bytes, checkpoint.window_of(tensors))
    draw = batches(split, plan)
    started = time.perf_counter() - position.train_sec
    saved = position

    for step in range(position.step, plan.budget_steps):
        step_of_phases(model, optimisers, draw(step), step, plan, log)
        done = step + 1
        train_sec = time.perf_counter() - started
        if done % LOG_EVERY_STEPS == 0 or done == plan.budget_steps:
            means = log.flush(done)
            on_losses(done, means)
            if bad := not_finite(means.items()):
                return Outcome(Position(done, train_sec), f"{bad} was not finite by step {done}")
        if done in plan.snapshots:
            paused = time.perf_counter()
            on_snapshot(done)
            started += time.perf_counter() - paused
        stop, ended = should_stop(), done == plan.budget_steps
        since = done - saved.step, train_sec - saved.train_sec
        if stop or ended or plan.checkpoint_every.is_over(*since):
            saved = position = Position(done, train_sec, log.bytes)
            checkpoint.save(folder / CHECKPOINT, model, optimisers, log.window, position)
        if stop and not ended:
            raise Interrupted
    return Outcome(position)


def batches(split: Split, plan: Plan) -> Callable[[int], dict[str, Tensor]]:
    """The data live on the device; a step gathers its batch there."""
    samples = {"A": split.A.samples.to(plan.device), "B": split.B.samples.to(plan.device)}
    samplers = {
        name: Sampler(len(values), plan.batch_size, plan.seed, name)
        for name, values in samples.items()
    }

    def draw(step: int) -> dict[str, Tensor]:
        return {
            name: as_input(
                values[samplers[name].indices(step).to(plan.device, non_blocking=True)],
                plan.device,
            )
            for name, values in samples.items()
        }

    return draw


def step_of_phases(
    model: Model,
    optimisers: Mapping[str, torch.optim.Optimizer],
    real: Mapping[str, Tensor],
    step: int,
    plan: Plan,
    log: TakesTerms,
) -> None:
    """Update what the schedule's phase of this step names; D first, on the fakes that G sees."""
    phase = model.hp.phases[step % len(model.hp.phases)]
    at = torch.tensor(step, device=plan.device)
    with precision_context(plan.device, plan.precision):
        with torch.set_grad_enabled("G" in phase):
            fake = model.fakes(real)
        if "D" in phase:
            terms = model.discriminator_loss(real, model.judged(fake), at)
            update(optimisers["D"], terms)
            log.add(terms)
        if "G" in phase:
            terms = model.generator_loss(real, fake, at)
            update(optimisers["G"], terms)
            log.add(terms)


def not_finite(means: Iterable[tuple[str, float]]) -> str:
    """The first loss that is not finite, or an empty string."""
    return next((name for name, value in means if not math.isfinite(value)), "")
