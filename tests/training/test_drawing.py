"""Batches are pure functions of the step, also where a captured step gathers them by itself."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganbench.contracts.model import Model
from ganbench.contracts.task import Split
from ganbench.core.spec import DataSpec
from ganbench.training import program as programs
from ganbench.training.cuda_graphs import WARM_CYCLES
from ganbench.training.drawing import BLOCK_STEPS, Drawn
from ganbench.training.loop import LOSS_LOG, Plan, Run, train_together
from ganbench.training.multi_seed import on_streams
from ganbench.training.restarts import Restarts
from ganbench.training.sampler import Sampler
from tests.plugins.test_models import IMAGES, POINTS, build
from tests.training.test_cuda_graphs import OnCPU, as_on_a_gpu
from tests.training.test_jitter import numbered
from tests.training.test_loop import data, state

pytestmark = pytest.mark.numeric

SEEDS = (3, 5)
JITTERED = Split(numbered(9, True), numbered(7, True))
Trained = tuple[list[dict[str, Tensor]], list[str]]


@pytest.mark.parametrize("step", [0, BLOCK_STEPS - 1, BLOCK_STEPS, 5 * BLOCK_STEPS + 7])
def test_seeds_see_what_their_samplers_choose(step: int) -> None:
    split = data(POINTS)
    drawn = Drawn(split, 8, SEEDS, "cpu")(step)
    for name, domain in (("A", split.A), ("B", split.B)):
        for i, seed in enumerate(SEEDS):
            (chosen,) = Sampler(len(domain), 8, seed, name).block(step, 1)
            assert torch.equal(drawn[name][i], domain.samples[chosen])


def test_a_block_serves_its_steps_and_looks_like_any_other() -> None:
    drawn = Drawn(JITTERED, 4, SEEDS, "cpu")
    first = drawn.block(0)
    assert drawn.block(BLOCK_STEPS - 1) is first
    second = drawn.block(BLOCK_STEPS)
    assert second is not first
    shapes = [
        {name: {key: values.shape for key, values in own.items()} for name, own in block.items()}
        for block in (first, second)
    ]
    assert shapes[0] == shapes[1]


def test_samples_go_with_their_batches() -> None:
    """At once, for a GPU has no room for those of the cell before."""
    drawn = Drawn(data(POINTS), 8, SEEDS, "cpu")
    drawn(0)
    held = weakref.ref(drawn)
    gc.disable()
    try:
        del drawn
        assert held() is None
    finally:
        gc.enable()


def trained(
    folder: Path,
    split: Split,
    spec: DataSpec,
    steps: int,
    restarts: Restarts,
) -> Trained:
    """Weights and losses of seeds side by side."""
    models: list[Model] = [build("standard", spec, "paper") for _ in SEEDS]

    def fresh(index: int) -> Model:
        torch.manual_seed(index)
        return build("standard", spec, "paper")

    runs = []
    for seed, model in zip(SEEDS, models, strict=True):
        own = folder / str(seed)
        own.mkdir(parents=True)
        plan = Plan(steps, batch_size=4, seed=seed, restarts=restarts)
        runs.append(Run(model, plan, own, lambda *_: None, fresh=fresh))
    train_together(runs, split, lambda: False, on_streams)
    logs = [(folder / str(seed) / LOSS_LOG).read_text() for seed in SEEDS]
    return [state(model) for model in models], logs


@pytest.mark.parametrize(
    ("spec", "split", "steps", "restarts"),
    [
        (POINTS, lambda: data(POINTS), 2 * BLOCK_STEPS + 9, Restarts(3, 20)),
        (IMAGES, lambda: JITTERED, 12, Restarts()),
    ],
    ids=["points, over blocks and starts", "jittered images"],
)
def test_a_captured_training_is_the_plain_one(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    spec: DataSpec,
    split: Callable[[], Split],
    steps: int,
    restarts: Restarts,
) -> None:
    """Its batches are gathered, and its steps counted, by what is captured."""
    made: list[OnCPU] = []

    def capture(work: Callable[..., object], rngs: object) -> OnCPU:
        made.append(OnCPU(work))  # type: ignore[arg-type]
        return made[-1]

    plain = trained(tmp_path / "plain", split(), spec, steps, restarts)
    monkeypatch.setattr(programs, "step_on", as_on_a_gpu(capture))
    captured = trained(tmp_path / "captured", split(), spec, steps, restarts)
    assert made and steps > WARM_CYCLES
    assert plain[1] == captured[1]
    for one, other in zip(plain[0], captured[0], strict=True):
        assert all(torch.equal(value, other[name]) for name, value in one.items())
