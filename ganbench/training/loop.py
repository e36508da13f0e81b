"""The one training loop, straight as the algorithm: draw, update D, update G, log now and then."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from torch import Tensor

from ganbench.contracts.model import Model
from ganbench.contracts.task import Split
from ganbench.core.devices import device_rng, drawing_from, seed_all
from ganbench.core.seeds import seed_for
from ganbench.core.spec import DEFAULT_EVERY, Every, Precision
from ganbench.training import checkpoint
from ganbench.training.checkpoint import Position
from ganbench.training.drawing import Batches, Drawn
from ganbench.training.loss_log import LossLog, Window
from ganbench.training.multi_seed import Join, stacked
from ganbench.training.program import Seed, place, program
from ganbench.training.restarts import ONE_START, Restarts, Tried
from ganbench.training.start_scores import start_score
from ganbench.training.step import Step

LOG_EVERY_STEPS = 50
CHECKPOINT = "checkpoint.safetensors"
LOSS_LOG = "losses.csv"

OnLosses = Callable[[int, Mapping[str, float]], None]
OnSnapshot = Callable[[int], None]


class Interrupted(Exception):
    """The user asked to stop; the checkpoint is written."""


@dataclass(frozen=True)
class Plan:
    """How long, where and under which seed to train.

    budget_steps: steps in all. batch_size: samples of a domain and step.
    snapshots: steps after which `Run.on_snapshot` is called.
    checkpoint_every: the most training, in steps or seconds, that a crash can lose.
    restarts: where a run begins several times; it then needs `Run.fresh`.
    checkpoint_activations: less memory for a longer step.
    """

    budget_steps: int
    batch_size: int
    seed: int
    device: str = "cpu"
    precision: Precision = "fp32"
    compiled: bool = False
    snapshots: frozenset[int] = frozenset()
    checkpoint_every: Every = DEFAULT_EVERY
    restarts: Restarts = ONE_START
    checkpoint_activations: bool = False


@dataclass(frozen=True)
class Outcome:
    """diverged: why the run ended early, or empty."""

    position: Position
    diverged: str = ""


def ignore_snapshot(step: int) -> None:
    """Does nothing with a snapshot."""


def no_other_start(index: int) -> Model:
    raise ValueError("a plan with restarts needs a run that knows its other starts")


@dataclass(frozen=True)
class Run:
    """One seed's training: its model, its folder, and what is called meanwhile.

    on_snapshot: called after each of the plan's snapshots; it must leave model and RNG as they
        are. Its time does not count as training. After a crash some may be shown again.
    fresh: the model with the initial weights of a start, by its index.
    """

    model: Model
    plan: Plan
    folder: Path
    on_losses: OnLosses
    on_snapshot: OnSnapshot = ignore_snapshot
    fresh: Callable[[int], Model] = no_other_start


@dataclass(frozen=True)
class RunState:
    """A run at its start or at its checkpoint. seed: its model as it is there. tried: its starts
    that are over.
    """

    run: Run
    seed: Seed
    position: Position
    window: Mapping[str, Tensor]
    log: LossLog
    tried: Tried

    def change_start(self, split: Split) -> None:
        """Begin the next start, or go on from the best, on the train split."""

        def fresh(index: int) -> Model:
            model = self.run.fresh(index)
            model.fit_statistics(split.A.samples, split.B.samples)
            return model

        plan, model = self.run.plan, self.seed.model
        score = start_score(model, split, plan.device)
        self.tried.add(score, model, self.seed.optimisers, plan.restarts.number, fresh)


def train(
    model: Model,
    split: Split,
    plan: Plan,
    folder: Path,
    on_losses: OnLosses,
    should_stop: Callable[[], bool],
    on_snapshot: OnSnapshot = ignore_snapshot,
) -> Outcome:
    """Train `model` on the train split until the budget is spent, from the checkpoint in `folder`
    if there is one.

    on_losses: called with the step and the mean losses since the last call. Raises Interrupted,
    after a checkpoint, once `should_stop()` is true.
    """
    run = Run(model, plan, folder, on_losses, on_snapshot)
    return train_together([run], split, should_stop)[0]


def train_together(
    runs: Sequence[Run], split: Split, should_stop: Callable[[], bool], join: Join = stacked
) -> list[Outcome]:
    """The same for runs that differ in their seed alone: those at the same step are
    joined to one program. Raises Interrupted too.
    """
    begun = [begin(run, split) for run in runs]
    outcomes: dict[int, Outcome] = {}
    for step in {start.position.step: None for start in begun}:
        level = [start for start in begun if start.position.step == step]
        plan, draw = level[0].run.plan, batches(split, [start.run.plan for start in level])
        seeds = [start.seed for start in level]
        steps = plan.restarts.at(plan.budget_steps - 1) + 1
        how = plan.device, plan.precision, steps, plan.compiled, plan.checkpoint_activations
        update = program(seeds, draw(step), join, *how)(draw)
        ended = continue_runs(level, split, update, should_stop)
        for start, outcome in zip(level, ended, strict=True):
            outcomes[id(start)] = outcome
    return [outcomes[id(start)] for start in begun]


def begin(run: Run, split: Split) -> RunState:
    """Place the model, and put it where its checkpoint was, if there is one."""
    model, plan = run.model, run.plan
    optimisers = place(model, plan.device)
    seed_all(seed_for(plan.seed, "train"))
    stored = checkpoint.read(run.folder / CHECKPOINT)
    if stored is None:
        model.fit_statistics(split.A.samples, split.B.samples)
        position, window, tried = Position(), {}, Tried()
    else:
        tensors, position = stored
        checkpoint.restore(tensors, model, optimisers)
        window = checkpoint.window_of(tensors)
        tried = Tried(list(position.start_scores), checkpoint.best_of(tensors))
    log = LossLog(run.folder / LOSS_LOG, position.log_bytes)
    seed = Seed(model, optimisers, device_rng(plan.device).get_state())
    return RunState(run, seed, position, window, log, tried)


def position_of(start: RunState, step: int, sec: float, update: Step) -> Position:
    """After `sec` seconds of training since its start, which the seeds of `update` share."""
    before_sec, together = start.position.train_sec, len(update.rngs)
    return Position(
        step,
        before_sec + sec / together,
        start.log.bytes,
        together,
        update.not_captured,
        tuple(start.tried.scores),
    )


def log_losses(start: RunState, done: int, means: Mapping[str, float]) -> str:
    """Writes and reports mean losses of some steps. Returns why the run diverged, or nothing."""
    start.log.write(done, means)
    start.run.on_losses(done, means)
    bad = not_finite(means.items())
    return f"{bad} was not finite by step {done}" if bad else ""


def seconds_of_looking(runs: Iterable[Run], done: int) -> float:
    """Calls `on_snapshot` where a snapshot is due; the seconds that it took."""
    paused = time.perf_counter()
    for run in runs:
        run.on_snapshot(done)
    return time.perf_counter() - paused


def continue_runs(
    begun: Sequence[RunState],
    split: Split,
    update: Step,
    should_stop: Callable[[], bool],
) -> list[Outcome]:
    """From the step that all of them are at to the end of the budget."""
    plan, first = begun[0].run.plan, begun[0].position.step
    window = Window([start.window for start in begun])
    outcomes = [Outcome(start.position) for start in begun]  # each at its last checkpoint
    live = list(range(len(begun)))
    started, saved_step, saved_sec = time.perf_counter(), first, 0.0

    for step in range(first, plan.budget_steps):
        at = plan.restarts.at(step)
        for terms in update(at):
            window.add(terms)
        done = step + 1
        train_sec = time.perf_counter() - started
        if done % LOG_EVERY_STEPS == 0 or done == plan.budget_steps:
            means = window.means()
            for i in list(live):
                if reason := log_losses(begun[i], done, means[i]):
                    outcomes[i] = Outcome(position_of(begun[i], done, train_sec, update), reason)
                    live.remove(i)
            if not live:
                return outcomes
        if done in plan.snapshots:
            started += seconds_of_looking([begun[i].run for i in live], done)
        if plan.restarts.is_over(done):
            for i in live:
                begun[i].change_start(split)
        stop, ended = should_stop(), done == plan.budget_steps
        since = done - saved_step, train_sec - saved_sec
        if stop or ended or plan.checkpoint_every.is_over(*since):
            saved_step, saved_sec = done, train_sec
            for i in live:
                outcomes[i] = Outcome(position_of(begun[i], done, train_sec, update))
                with drawing_from(update.rngs[i]):  # whose state the checkpoint keeps
                    save(begun[i], window.of_seed(i), outcomes[i].position)
        if stop and not ended:
            raise Interrupted
    return outcomes


def save(start: RunState, window: Mapping[str, Tensor], position: Position) -> None:
    path = start.run.folder / CHECKPOINT
    seed, best = start.seed, start.tried.best
    checkpoint.save(path, seed.model, seed.optimisers, window, best, position)


def batches(split: Split, plans: Sequence[Plan]) -> Batches:
    """What the seeds of the plans see, at each step."""
    return Drawn(split, plans[0].batch_size, [plan.seed for plan in plans], plans[0].device)


def not_finite(means: Iterable[tuple[str, float]]) -> str:
    """The first loss that is not finite, or an empty string."""
    return next((name for name, value in means if not math.isfinite(value)), "")
