"""How fast a model trains, compared with the authors' algorithm and the machine's limit."""

from __future__ import annotations

import itertools
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F

from ganbench.contracts.model import Batch, Model
from ganbench.core.devices import memory, synchronise
from ganbench.core.spec import DEFAULT_EVERY, Precision
from ganbench.running.job import Job
from ganbench.running.reference_algorithm import REFERENCE_CYCLE, Work
from ganbench.running.workload import Workload, repeat, workload_of
from ganbench.training import checkpoint
from ganbench.training.drawing import Repeated
from ganbench.training.loop import LOG_EVERY_STEPS
from ganbench.training.loss_log import LossLog, Window

PEAK_SIDE, PEAK_WIDTH_PX = 2_048, 64
PRODUCT_FLOP = 2 * PEAK_SIDE**3
PRODUCTS = ("product", "convolution")
HARNESS_ROUNDS = 3  # at most, for what takes a small share
LOOP_SEC = 1.0  # of the loop in a round, at least, or so many steps as are logged at a time
TURN_SEC = 0.3  # of each piece of work in a round, at least


@dataclass(frozen=True)
class Speed:
    """Of one model. A step is one of the schedule, in the mean over its phases.

    loop_ms_per_step: of the training loop, with all it does but checkpoints. ms_per_step: of the
        bare step, on one batch.
    reference_ms_per_step: of the authors' algorithm, which makes one update an iteration, for as
        many updates as a step has; None for a model that it does not have.
    operators: of one seed's step by phase: launches on a GPU before they are captured.
    flop_per_step: as PyTorch counts them, forward and backward. peak_flop_per_sec: of a large
        matrix product in the same precision, device and number of threads.
    together: seeds that were trained as one program; times are one seed's share.
    data_ms, log_ms, checkpoint_ms: a step's share of what is not training, each by itself.
    not_captured: why steps on a GPU were launched call by call, or empty.
    micro_batch: samples whose gradients are computed at a time; 0 for the whole batch.
    """

    model: str
    task: str
    device: str
    precision: Precision
    threads: int
    compiled: bool
    size: int
    batch_size: int
    together: int
    loop_ms_per_step: float
    ms_per_step: float
    reference_ms_per_step: float | None
    flop_per_step: float
    operators: Mapping[str, int]
    peak_flop_per_sec: float
    data_ms: float
    log_ms: float
    checkpoint_ms: float
    peak_memory_bytes: int
    not_captured: str = ""
    checkpointed_activations: bool = False
    micro_batch: int = 0

    @property
    def real_ms_per_step(self) -> float:
        """What a user gets: of the loop, checkpoints included."""
        return self.loop_ms_per_step + self.checkpoint_ms

    @property
    def ratio_to_reference(self) -> float | None:
        """How many times as fast as the bare steps of the authors' algorithm a user trains."""
        reference = self.reference_ms_per_step
        return None if reference is None else reference / self.real_ms_per_step

    @property
    def steps_per_sec(self) -> float:
        return 1e3 / self.real_ms_per_step

    @property
    def samples_per_sec(self) -> float:
        """Of both domains."""
        return 2 * self.batch_size * self.steps_per_sec

    @property
    def share_of_peak(self) -> float:
        return self.flop_per_step * self.steps_per_sec / self.peak_flop_per_sec

    @property
    def harness_share(self) -> float:
        """What the loop takes beside the bare step, of that step."""
        return self.real_ms_per_step / self.ms_per_step - 1


def measure(job: Job, rounds: int, together: int = 1) -> Speed:
    """Times the job's model; no file of it stays. Data must be prepared.

    Each round does the same work by the model, by the reference and by matrix products in turn, so
    that what else the machine does hits all of them; the medians over the rounds count.

    together: seeds that train as one program; all times are then a seed's share. Raises UserError
        for more than one of a model whose seeds train one by one alone.
    """
    cell = job.cell
    torch.set_num_threads(cell.threads)
    with tempfile.TemporaryDirectory() as made:
        return _measured(job, workload_of(job, together, Path(made)), rounds, together)


def _measured(job: Job, load: Workload, rounds: int, together: int) -> Speed:
    cell, hparams = job.cell, load.model.hparams
    bare = load.step_on(Repeated(load.draw(0)))
    work: dict[str, Work] = {"train": lambda: repeat(bare, load.cycle)}
    steps = steps_of_a_turn(work["train"], len(load.cycle), cell.device)
    work["loop"] = lambda: load.loop(steps)
    work |= products(cell.device, cell.precision)
    if load.reference:
        work["reference"] = load.reference
    sec = {
        name: statistics.median(turns) for name, turns in timed(work, rounds, cell.device).items()
    }
    harness = harness_ms(load.model, load.optimisers, load.draw, together, cell.device, rounds)
    ms_per_step = 1e3 * sec["train"] / (together * len(load.cycle))
    updates = statistics.fmean(map(len, hparams.phases))
    return Speed(
        model=cell.model,
        task=cell.task,
        device=cell.device,
        precision=cell.precision,
        threads=cell.threads,
        compiled=cell.compiled,
        size=cell.preset.size,
        batch_size=hparams.batch_size,
        together=together,
        loop_ms_per_step=1e3 * sec["loop"] / (together * steps),
        ms_per_step=ms_per_step,
        reference_ms_per_step=updates * 1e3 * sec["reference"] / REFERENCE_CYCLE
        if load.reference
        else None,
        operators=load.operators,
        flop_per_step=load.flop / len(load.cycle),
        peak_flop_per_sec=PRODUCT_FLOP / min(sec[name] for name in PRODUCTS),
        data_ms=harness["data"],
        log_ms=harness["log"],
        checkpoint_ms=harness["checkpoint"] * ms_per_step / (1e3 * DEFAULT_EVERY.seconds),
        peak_memory_bytes=memory(),
        not_captured=bare.not_captured,
        checkpointed_activations=job.checkpoint_activations,
        micro_batch=hparams.micro_batch,
    )


def steps_of_a_turn(cycle: Work, cycle_steps: int, device: str) -> int:
    """Steps of the loop in a round: whole cycles, as long as they are to take, but no more of fast
    ones than are logged at a time.
    """
    (sec,) = timed({"cycle": cycle}, 1, device)["cycle"]
    cycles = min(LOOP_SEC / sec, LOG_EVERY_STEPS / cycle_steps)
    return cycle_steps * max(1, math.ceil(cycles))


def products(device: str, precision: Precision) -> dict[str, Work]:
    """The same large matrix product by two libraries: PyTorch takes one of them for linear layers
    and another for convolutions, and on some machines one is twice as fast. The numbers are of the
    precision: to cast them would cost time too.
    """
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    square = torch.rand(PEAK_SIDE, PEAK_SIDE, device=device, dtype=dtype)
    height = PEAK_SIDE // PEAK_WIDTH_PX
    pixels = square.view(1, height, PEAK_WIDTH_PX, PEAK_SIDE).permute(0, 3, 1, 2)
    weight = square.view(PEAK_SIDE, PEAK_SIDE, 1, 1)

    return {
        "product": lambda: square @ square,
        "convolution": lambda: F.conv2d(pixels, weight),
    }


def timed(work: Mapping[str, Work], rounds: int, device: str) -> dict[str, list[float]]:
    """Seconds of each piece of work in each round, after one that does not count. A short piece is
    done again and again in its turn, so that the caches hold its own data.
    """
    seconds: dict[str, list[float]] = {name: [] for name in work}
    for turn, (name, function) in itertools.product(range(rounds + 1), work.items()):
        synchronise(device)
        start, times = time.perf_counter(), 0
        while not times or time.perf_counter() - start < TURN_SEC:
            function()
            times += 1
        synchronise(device)
        if turn:
            seconds[name].append((time.perf_counter() - start) / times)
    return seconds


def harness_ms(
    model: Model,
    optimisers: checkpoint.Optimisers,
    draw: Callable[[int], Batch],
    together: int,
    device: str,
    rounds: int,
) -> dict[str, float]:
    """What the loop does besides training, a seed's share: to draw a batch and to log a step's
    losses, each in ms a step, and to write one checkpoint, in ms.
    """
    terms = {f"term_{i}": torch.ones(together, device=device) for i in range(4)}
    with tempfile.TemporaryDirectory() as made:
        window, log = Window([{}] * together), LossLog(Path(made) / "losses.csv")

        steps = itertools.count()  # on and on, for what is chosen for many steps takes time too

        def draw_many() -> None:
            for step in itertools.islice(steps, LOG_EVERY_STEPS):
                draw(step)

        def log_many() -> None:
            for _ in range(LOG_EVERY_STEPS):
                window.add(terms)
            for means in window.means():
                log.write(LOG_EVERY_STEPS, means)

        def save() -> None:
            path = Path(made) / "checkpoint.safetensors"
            checkpoint.save(path, model, optimisers, {}, {}, checkpoint.Position())

        work: dict[str, Work] = {"data": draw_many, "log": log_many, "checkpoint": save}
        seconds = timed(work, min(rounds, HARNESS_ROUNDS), device)
    sec = {name: statistics.median(values) for name, values in seconds.items()}
    return {
        "data": 1e3 * sec["data"] / LOG_EVERY_STEPS / together,
        "log": 1e3 * sec["log"] / LOG_EVERY_STEPS / together,
        "checkpoint": 1e3 * sec["checkpoint"],
    }
