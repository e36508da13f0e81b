"""How long a training step takes beside the authors' own code, on a CPU.

    python -m benchmarks.authors_speed --authors FOLDER [--models ugatit,cut] [--size PX]
        [--width N] [--rounds N] [--threads N] [--precision bf16] [--theirs bf16]

FOLDER has a checkout of each repository, as OWNER+NAME. Both sides train the same networks on the
same batches of the recipe's size, theirs in fp32, or in bf16 by autocast, which their code does not
know; ours and theirs take turns, and a row has the medians of both in seconds of the clock and of
the processor. On a machine that does other work too the processor's are the ones to go by.
"""

from __future__ import annotations

import argparse
import io
import time
import warnings
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

from benchmarks.parity import cut, ugatit
from benchmarks.parity.pair import Batch, batch_of, build, seed_everything
from ganbench.contracts.model import Model
from ganbench.core.devices import CPU, autocast
from ganbench.core.heap import keep_freed_memory
from ganbench.core.spec import Architecture, DataSpec, Precision
from ganbench.networks.builder import NetworkBuilder
from ganbench.training.drawing import Repeated
from ganbench.training.multi_seed import alone
from ganbench.training.program import Seed, place, program

WARM = 2  # steps of each side that are not timed
STEPS = 1_000_000  # of the budget, in which the timed ones are the first
Update = Callable[[Batch, int], object]


@dataclass(frozen=True)
class Sides:
    """Our model, and the updates of theirs. folder: of their checkout."""

    ours: Model
    theirs: Update


def builder(size: int, width: int) -> NetworkBuilder:
    shape = (3, size, size)
    return NetworkBuilder(DataSpec("image", shape, shape), Architecture(width), 0, "resnet")


def of_ugatit(light: bool, authors: Path, size: int, width: int) -> Sides:
    folder = authors / "znxlwm+UGATIT-pytorch"
    options = [f"--light={light}", f"--ch={width}", f"--img_size={size}"]
    theirs = ugatit.their_model(folder, options)
    ours = build("ugatit", builder(size, width), "paper", {"light": light})
    return Sides(ours, partial(ugatit.update, theirs, ugatit.iteration(folder)))


def of_cut(authors: Path, size: int, width: int) -> Sides:
    """Their networks without the blur in halvings and doublings, as ours, and our maps."""
    ours = build("cut", builder(size, width), "paper")
    maps = len(ours.generators["G_AB"].maps(torch.zeros(1, 3, size, size)))  # type: ignore[operator]
    blocks = maps - 3  # the others halve, or keep the size at first
    layers = ",".join(map(str, (3, 6, *range(9, 10 + blocks))))
    options = (
        *("--CUT_mode=CUT", "--num_patches=256", "--netF_nc=256", cut.GAIN),
        *cut.PUBLISHED[:-1],
        *(f"--netG=resnet_{blocks}blocks", f"--nce_layers={layers}"),
    )
    setting = cut.Setting(size=size, width=width, batch=1)
    theirs = cut.their_model(authors / cut.REPOSITORY.replace("/", "+"), "cut", setting, options)
    with cut.as_our_model_draws():
        theirs.data_dependent_initialize(cut.as_theirs(batch(size, 0)))
    return Sides(ours, partial(cut.cut_update, theirs))


MODELS: Mapping[str, Callable[[Path, int, int], Sides]] = {
    "ugatit": partial(of_ugatit, False),
    "ugatit light": partial(of_ugatit, True),
    "cut": of_cut,
}


def batch(size: int, number: int) -> dict[str, Tensor]:
    return batch_of(dict.fromkeys("AB", (1, 3, size, size)), number)


def our_update(model: Model, real: Batch, precision: Precision) -> Update:
    """As cells are trained."""
    seed = Seed(model, place(model, CPU), torch.get_rng_state())
    steps = program([seed], real, alone, CPU, precision, STEPS, False)
    return lambda real, number: steps(Repeated(real))(number)


def autocast_to(precision: Precision, update: Update) -> Update:
    def cast(real: Batch, number: int) -> object:
        with autocast(CPU, precision):
            return update(real, number)

    return cast


def timed(update: Update, real: Batch, number: int) -> tuple[float, float]:
    """Seconds of the clock and of the processor."""
    seed_everything(number)
    clock, processor = time.perf_counter(), time.process_time()
    update(real, number)
    return time.perf_counter() - clock, time.process_time() - processor


def row_of(sides: Sides, size: int, rounds: int, ours: Precision, theirs: Precision) -> str:
    """Medians of ours and of theirs, and their ratio."""
    updates = [our_update(sides.ours, batch(size, 0), ours), autocast_to(theirs, sides.theirs)]
    found: list[list[tuple[float, float]]] = [[], []]
    for number in range(WARM + rounds):
        for i in (0, 1) if number % 2 else (1, 0):
            seconds = timed(updates[i], as_input(batch(size, number), i), number)
            if number >= WARM:
                found[i].append(seconds)
    cells = []
    for kind in (0, 1):
        a, b = (median(one[kind] for one in side) for side in found)
        cells += [f"{a:.3f}", f"{b:.3f}", f"{b / a:.2f}"]
    return " | ".join(cells)


def as_input(real: Batch, side: int) -> Batch:
    """Ours have channels last, as the trainer gives them."""
    if side:
        return real
    return {k: v.contiguous(memory_format=torch.channels_last) for k, v in real.items()}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--authors", type=Path, required=True, help="folder of the checkouts")
    parser.add_argument("--models", default=",".join(MODELS))
    parser.add_argument("--size", type=int, default=128)
    parser.add_argument("--width", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="ours")
    parser.add_argument("--theirs", choices=("fp32", "bf16"), default="fp32", help="theirs")
    given = parser.parse_args()
    keep_freed_memory()  # as workers do
    torch.set_num_threads(given.threads)
    precisions = f"{given.precision}, theirs {given.theirs}"
    print(f"{given.size} px, width {given.width}, {given.threads} threads, {precisions}")
    print("model | ours, clock | theirs | ratio | ours, processor | theirs | ratio")
    for name in given.models.split(","):
        with warnings.catch_warnings(), redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            sides = MODELS[name](given.authors, given.size, given.width)
            row = row_of(sides, given.size, given.rounds, given.precision, given.theirs)
        print(f"{name} | {row}", flush=True)


if __name__ == "__main__":
    main()
