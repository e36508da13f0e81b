"""What is timed of a job, and how many operations it takes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import suppress
from copy import deepcopy
from dataclasses import dataclass, replace
from pathlib import Path

from torch.utils.flop_counter import FlopCounterMode

from ganbench.contracts.model import Batch, Model
from ganbench.core.devices import device_rng
from ganbench.core.errors import UserError
from ganbench.core.spec import DataSpec, Every
from ganbench.networks.spectral import why_unmapped
from ganbench.results.records import Cell
from ganbench.running.build import build_model, build_task
from ganbench.running.job import Job
from ganbench.running.operators import operators_by_phase
from ganbench.running.reference_algorithm import Work, missing_networks, nets_of, reference_step
from ganbench.training import checkpoint
from ganbench.training.checkpoint import Position
from ganbench.training.drawing import Batches, Repeated
from ganbench.training.loop import LOSS_LOG, Plan, Run, RunState, batches, continue_runs
from ganbench.training.loss_log import LossLog
from ganbench.training.multi_seed import Join, alone, how_to_join
from ganbench.training.optimisers import optimisers_of
from ganbench.training.program import Seed, place, program
from ganbench.training.restarts import Tried
from ganbench.training.step import CallByCall, Step

CYCLES = 2  # of the schedule in a piece of work


class NoModules:
    """In the place of a counter's module tracker, whose hooks bear no gradients of gradients."""

    parents = frozenset({"Global"})

    def __enter__(self) -> NoModules:
        return self

    def __exit__(self, *raised: object) -> None:
        return None


@dataclass(frozen=True)
class Workload:
    """What is timed of a job.

    model, optimisers: of the first seed. draw: the batches of all seeds. step_on: their step, on
    any batches.
    loop: the training loop over so many steps, with their drawing and logging, from the first step.
    cycle: numbers of the steps that are timed at a time. flop: of these steps of one seed.
    operators: of one seed's step, by phase.
    reference: one cycle of the authors' algorithm; None for a model that it does not have.
    """

    model: Model
    optimisers: checkpoint.Optimisers
    draw: Batches
    step_on: Callable[[Batches], Step]
    loop: Callable[[int], None]
    cycle: range
    flop: int
    operators: Mapping[str, int]
    reference: Work | None


def workload_of(job: Job, together: int, folder: Path) -> Workload:
    """folder: for the loop's files. Raises UserError as `measure` does."""
    cell, task = job.cell, build_task(job.cell, job.context)
    seeds = [replace(job, cell=replace(cell, seed=cell.seed + i)) for i in range(together)]
    models = [build_model(one.cell, job.context, task) for one in seeds]
    first, split = models[0], task.load("train")
    plans = [
        Plan(10**9, first.hparams.batch_size, one.cell.seed, cell.device, cell.precision)
        for one in seeds
    ]
    real = batches(split, plans[:1])(0)
    join = join_of(cell, first, task.spec, real) if together > 1 else alone
    networks = {**nets_of(first), **missing_networks(job, first)}
    reference = reference_step(cell.model, networks, first.hparams, real, cell.device)
    own = [place(model, cell.device) for model in models]
    cycle = range(CYCLES * len(first.hparams.phases))
    plain = plain_step(deepcopy(first), real, cell)
    flop = counted_flop(lambda: repeat(plain, cycle))
    operators = operators_by_phase(plain, first.hparams.phases)
    state, draw = device_rng(cell.device).get_state(), batches(split, plans)
    trained = [Seed(model, each, state) for model, each in zip(models, own, strict=True)]
    steps = cell.preset.budget_steps
    how = cell.device, cell.precision, steps, cell.compiled, job.checkpoint_activations
    step_on = program(trained, draw(0), join, *how)
    step = step_on(draw)

    def loop(steps: int) -> None:
        until = [stopping_after(plan, steps) for plan in plans]
        begun = [run_state(seed, plan, folder) for seed, plan in zip(trained, until, strict=True)]
        with suppress(Enough):
            ended = continue_runs(begun, split, step, lambda: False)
            raise UserError(
                f"the training that was timed did not last: {ended[0].diverged}",
                f"model {cell.model}, task {cell.task}",
                f"take a lower rate, such as --set {cell.model}.lr=1e-5; it is as fast",
            )

    return Workload(first, own[0], draw, step_on, loop, cycle, flop, operators, reference)


class Enough(Exception):
    """The loop has done the steps that are timed."""


def stopping_after(plan: Plan, steps: int) -> Plan:
    """The end of a budget would have a checkpoint, which few steps of a long training have."""
    return replace(plan, snapshots=frozenset({steps}), checkpoint_every=Every(steps=2 * steps))


def run_state(seed: Seed, plan: Plan, folder: Path) -> RunState:
    def stop(step: int) -> None:
        raise Enough

    run = Run(seed.model, plan, folder, lambda step, means: None, stop)
    return RunState(run, seed, Position(), {}, LossLog(folder / LOSS_LOG), Tried())


def join_of(cell: Cell, model: Model, spec: DataSpec, real: Batch) -> Join:
    """How its seeds train together. Raises UserError where they cannot."""
    few = {domain: values[:2].cpu() for domain, values in real.items()}
    join = how_to_join(model, few, spec, cell.device, cell.precision)
    if join is None:
        raise UserError(
            f"torch.func cannot map its losses in {cell.precision}, so its seeds cannot be stacked"
            + why_unmapped(model),
            f"--together, model {cell.model}",
            "drop --together",
        )
    return join


def plain_step(model: Model, real: Batch, cell: Cell) -> Step:
    """Of one seed, for the counters know no stacked operations in all precisions."""
    seed, state = (model, optimisers_of(model)), device_rng(cell.device).get_state()
    how = cell.device, cell.precision, cell.preset.budget_steps
    return CallByCall(alone([seed], [state], real, *how), Repeated(real))


def counted_flop(work: Work) -> int:
    """Floating-point operations of the work, as PyTorch counts them."""
    counter = FlopCounterMode(display=False)
    counter.mod_tracker = NoModules()  # type: ignore[assignment]
    with counter:
        work()
    return counter.get_total_flops()


def repeat(step: Step, numbers: range) -> None:
    for number in numbers:
        step(number)
