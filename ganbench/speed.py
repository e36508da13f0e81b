"""How fast a model trains, beside the authors' algorithm and the machine's limit, in one run."""

from __future__ import annotations

import importlib.util
import itertools
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.flop_counter import FlopCounterMode

from ganbench import checkpoint
from ganbench.cell import build_model, build_task, memory
from ganbench.grid import Job
from ganbench.loss_log import LossLog, Window
from ganbench.model import Model
from ganbench.networks.builder import NetworkBuilder
from ganbench.source import PACKAGE_DIR
from ganbench.trainer import (
    LOG_EVERY_STEPS,
    Plan,
    adam,
    batches,
    place,
    step_of_phases,
)
from ganbench.types import DEFAULT_EVERY, Precision

PEAK_SIDE = 2_048
PEAK_PRODUCTS = 4
CYCLES = 2  # of the schedule in a round
REFERENCE_CYCLE = 3  # steps

Work = Callable[[], object]


@dataclass(frozen=True)
class Speed:
    """Of one model. A step is one of the schedule, in the mean over its phases.

    reference_ms_per_step: of the authors' algorithm, which makes one update an iteration, for as
        many updates as a step has; None for a model that it does not have.
    flop_per_step: as PyTorch counts them, forward and backward. peak_flop_per_sec: of a large
        matrix product in the same precision, device and number of threads.
    data_ms, log_ms, checkpoint_ms: a step's share of what is not training.
    """

    model: str
    task: str
    device: str
    precision: Precision
    threads: int
    size: int
    batch_size: int
    ms_per_step: float
    reference_ms_per_step: float | None
    flop_per_step: float
    peak_flop_per_sec: float
    data_ms: float
    log_ms: float
    checkpoint_ms: float
    peak_memory_bytes: int

    @property
    def ratio_to_reference(self) -> float | None:
        """How many times as fast as the authors' algorithm."""
        reference = self.reference_ms_per_step
        return None if reference is None else reference / self.ms_per_step

    @property
    def steps_per_sec(self) -> float:
        return 1e3 / self.ms_per_step

    @property
    def samples_per_sec(self) -> float:
        """Of both domains."""
        return 2 * self.batch_size * self.steps_per_sec

    @property
    def share_of_peak(self) -> float:
        return self.flop_per_step * self.steps_per_sec / self.peak_flop_per_sec

    @property
    def harness_share(self) -> float:
        """Data, logging and checkpoints, of the bare step."""
        return (self.data_ms + self.log_ms + self.checkpoint_ms) / self.ms_per_step


class NoLog:
    """Takes losses and forgets them."""

    def add(self, terms: Mapping[str, Tensor]) -> None:
        return None


def measure(job: Job, rounds: int) -> Speed:
    """Times the job's model; nothing of it is kept. Data must be prepared.

    Each round does the same work by the model, by the reference and by a matrix product in turn, so
    that what else the machine does hits all of them; the medians over the rounds count.
    """
    cell = job.cell
    torch.set_num_threads(cell.threads)
    task = build_task(job)
    model = build_model(job, task)
    plan = Plan(10**9, model.hp.batch_size, cell.seed, cell.device, cell.precision)
    draw = batches(task.load("train"), [plan])
    real = draw(0)
    networks = {**nets_of(model), **missing_networks(job, model)}
    reference = reference_step(cell.model, deepcopy(networks), model.hp, real, cell.device)
    place(model, cell.device)
    model.train()
    optimisers = {"D": adam(model.discriminators, model), "G": adam(model.generators, model)}
    steps = CYCLES * len(model.hp.phases)
    updates = statistics.fmean(map(len, model.hp.phases))

    def train() -> None:
        for step in range(steps):
            step_of_phases(model, optimisers, real, step, plan, NoLog())

    work: dict[str, Work] = {"train": train, "product": product(cell.device, cell.precision)}
    if reference:
        work["reference"] = reference
    with FlopCounterMode(display=False) as counted:
        train()
    sec = {
        name: statistics.median(found) for name, found in timed(work, rounds, cell.device).items()
    }
    harness = harness_ms(job, model, optimisers, draw, plan)
    ms_per_step = 1e3 * sec["train"] / steps
    return Speed(
        model=cell.model,
        task=cell.task,
        device=cell.device,
        precision=cell.precision,
        threads=cell.threads,
        size=cell.preset.size,
        batch_size=model.hp.batch_size,
        ms_per_step=ms_per_step,
        reference_ms_per_step=updates * 1e3 * sec["reference"] / REFERENCE_CYCLE
        if reference
        else None,
        flop_per_step=counted.get_total_flops() / steps,
        peak_flop_per_sec=PEAK_PRODUCTS * 2 * PEAK_SIDE**3 / sec["product"],
        data_ms=harness["data"],
        log_ms=harness["log"],
        checkpoint_ms=harness["checkpoint"] * ms_per_step / (1e3 * DEFAULT_EVERY.seconds),
        peak_memory_bytes=memory(),
    )


def product(device: str, precision: Precision) -> Work:
    """Large matrix products, in numbers of the precision: to cast them would cost time too."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    square = torch.rand(PEAK_SIDE, PEAK_SIDE, device=device, dtype=dtype)

    def multiply() -> None:
        for _ in range(PEAK_PRODUCTS):
            square @ square

    return multiply


def timed(work: Mapping[str, Work], rounds: int, device: str) -> dict[str, list[float]]:
    """Seconds of each piece of work in each round, after one that does not count."""
    found: dict[str, list[float]] = {name: [] for name in work}
    for turn, (name, function) in itertools.product(range(rounds + 1), work.items()):
        synchronise(device)
        start = time.perf_counter()
        function()
        synchronise(device)
        if turn:
            found[name].append(time.perf_counter() - start)
    return found


def synchronise(device: str) -> None:
    if device == "cuda":
        torch.cuda.synchronize()


def nets_of(model: Model) -> dict[str, nn.Module]:
    return {**model.generators, **model.discriminators}


def missing_networks(job: Job, model: Model) -> dict[str, nn.Module]:
    """Those of the four that the authors' code has and the model has not."""
    task = build_task(job)
    nets = NetworkBuilder(task.spec, task.architecture, job.cell.seed, job.cell.preset.network)
    make: dict[str, Callable[[], nn.Module]] = {
        "G_AB": lambda: nets.translator("A", "B"),
        "G_BA": lambda: nets.translator("B", "A"),
        "D_A": lambda: nets.discriminator("A"),
        "D_B": lambda: nets.discriminator("B"),
    }
    known = nets_of(model)
    return {name: build() for name, build in make.items() if name not in known}


def reference_step(
    name: str, networks: Mapping[str, nn.Module], hp: Any, real: Mapping[str, Tensor], device: str
) -> Work | None:
    """One cycle of the authors' algorithm on copies of the networks; None for other models."""
    module = load_reference()
    if module is None or name not in module.MODELS:
        return None
    mine = {key: net.to(device).train() for key, net in networks.items()}
    weights = {
        key: getattr(hp, key)
        for key in ("lambda_adv", "lambda_rec", "feat_share")
        if hasattr(hp, key)
    }
    reference = module.Reference(name, mine, hp.lr, hp.weight_decay, **weights)
    given = [real[domain].contiguous() for domain in ("A", "B")]

    def cycle() -> None:
        for number in range(REFERENCE_CYCLE):
            reference.step(*given, number)

    return cycle


def load_reference() -> ModuleType | None:
    """`benchmarks/speed/reference.py`, of the checkout or the wheel; None where it is not there."""
    places = (
        PACKAGE_DIR / "speed_reference.py",
        PACKAGE_DIR.parent / "benchmarks/speed/reference.py",
    )
    path = next((path for path in places if path.is_file()), None)
    spec = path and importlib.util.spec_from_file_location("ganbench_speed_reference", path)
    if not spec or not spec.loader:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def harness_ms(
    job: Job,
    model: Model,
    optimisers: checkpoint.Optimisers,
    draw: Callable[[int], dict[str, Tensor]],
    plan: Plan,
) -> dict[str, float]:
    """What the loop does beside training: to draw a batch and to log a step's losses, each in ms a
    step, and to write one checkpoint, in ms.
    """
    terms = {f"term_{i}": torch.ones((), device=job.cell.device) for i in range(4)}
    with tempfile.TemporaryDirectory() as made:
        window, log = Window(), LossLog(Path(made) / "losses.csv")

        def draw_many() -> None:
            for step in range(LOG_EVERY_STEPS):
                draw(step)

        def log_many() -> None:
            for _ in range(LOG_EVERY_STEPS):
                window.add(terms)
            log.write(LOG_EVERY_STEPS, window.means()[0])

        def save() -> None:
            path = Path(made) / "checkpoint.safetensors"
            checkpoint.save(path, model, optimisers, {}, checkpoint.Position())

        work: dict[str, Work] = {"data": draw_many, "log": log_many, "checkpoint": save}
        found = timed(work, 3, job.cell.device)
    sec = {name: statistics.median(values) for name, values in found.items()}
    return {
        "data": 1e3 * sec["data"] / LOG_EVERY_STEPS,
        "log": 1e3 * sec["log"] / LOG_EVERY_STEPS,
        "checkpoint": 1e3 * sec["checkpoint"],
    }
