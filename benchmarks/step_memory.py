"""What memory a step of DiscoGAN takes, plain and with each way to save some.

    python benchmarks/step_memory.py

Estimates at 256 px, width 64, batch 200; then 128 px, width 16, batch 32, estimated and measured:
how much the peak memory of a process of its own grows by two steps.
"""

from __future__ import annotations

import multiprocessing
from dataclasses import replace

import torch

from ganbench.contracts.model import Model
from ganbench.core.devices import CPU, device_rng, memory
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.registry.registry import discover
from ganbench.training.drawing import Repeated
from ganbench.training.multi_seed import alone
from ganbench.training.program import Seed, place, program
from ganbench.training.step_memory import batch_of, peak_bytes

GIB = 2**30
STEPS = 2  # that are measured
Case = tuple[str, int, int, int, bool, int]  # recipe, size, width, batch, checkpointed, micro-batch


def spec_of(size: int) -> DataSpec:
    return DataSpec("image", (3, size, size), (3, size, size))


def model_of(recipe: str, size: int, width: int, batch: int, micro_batch: int) -> Model:
    spec, model_type = spec_of(size), discover().load("model", "discogan")
    hparams = model_type.recipes(spec)[recipe]
    model: Model = model_type(replace(hparams, batch_size=batch, micro_batch=micro_batch))
    model.build_seeded(NetworkBuilder(spec, Architecture(width), 0))
    return model


def estimated(case: Case) -> float:
    recipe, size, width, batch, checkpointed, micro_batch = case
    bytes_ = peak_bytes(
        lambda: model_of(recipe, size, width, batch, micro_batch),
        spec_of(size),
        "fp32",
        checkpointed,
    )
    return bytes_ / GIB


def measured(case: Case) -> float:
    """In a fresh process."""
    recipe, size, width, batch, checkpointed, micro_batch = case
    torch.set_num_threads(1)
    before = memory()
    model = model_of(recipe, size, width, batch, micro_batch)
    seed = Seed(model, place(model, CPU), device_rng(CPU).get_state())
    shape = spec_of(size).A
    real = {name: batch_of(batch, shape) for name in "AB"}
    steps = program([seed], real, alone, CPU, "fp32", STEPS, False, checkpointed)
    step = steps(Repeated(real))
    for number in range(STEPS):
        step(number)
    return (memory() - before) / GIB


def ways(micro_batch: int) -> dict[str, tuple[bool, int]]:
    return {
        "plain": (False, 0),
        "checkpointed": (True, 0),
        f"micro-batch {micro_batch}": (False, micro_batch),
        "both": (True, micro_batch),
    }


def main() -> None:
    print("256 px, width 64, batch 200: estimated GiB, recipes paper and stable")
    for name, (checkpointed, micro_batch) in ways(25).items():
        cases = [
            (recipe, 256, 64, 200, checkpointed, micro_batch) for recipe in ("paper", "stable")
        ]
        print(f"{name:16}", *(f"{estimated(case):6.2f}" for case in cases), flush=True)
    print("128 px, width 16, batch 32: estimated and measured GiB, recipe paper")
    for name, (checkpointed, micro_batch) in ways(8).items():
        case = ("paper", 128, 16, 32, checkpointed, micro_batch)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            (taken,) = pool.map(measured, [case])
        print(f"{name:16} {estimated(case):6.2f} {taken:6.2f}", flush=True)


if __name__ == "__main__":
    main()
