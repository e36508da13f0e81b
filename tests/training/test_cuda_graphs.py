"""Steps that are captured once and then launched by one call, and what is said where not."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import torch

from ganbench.contracts.model import Model
from ganbench.core.spec import DataSpec
from ganbench.registry.registry import discover
from ganbench.running.cell import run_cell
from ganbench.running.progress import silent
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.training import checkpoint
from ganbench.training import program as programs
from ganbench.training.cuda_graphs import (
    WARM_CYCLES,
    Capture,
    Captured,
    CudaGraph,
    Graph,
    Work,
    why_not_captured,
)
from ganbench.training.drawing import Batches
from ganbench.training.loop import CHECKPOINT, Plan, train
from ganbench.training.loss_log import Window
from ganbench.training.optimisers import optimisers_of
from ganbench.training.program import place
from ganbench.training.step import CallByCall, Eager, Program, Step, Terms
from tests.broad import broad
from tests.plugins.test_models import IMAGES, POINTS, build
from tests.training.listed import Listed
from tests.training.test_loop import data, state

pytestmark = pytest.mark.numeric

STEPS = 25


class OnCPU:
    """As a CUDA graph: capturing does nothing, and each replay's losses stand where the last ones
    did.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self.losses: Sequence[Terms] = []

    def replay(self) -> None:
        fresh = self._work()
        self.losses = self.losses or [
            {name: torch.zeros_like(value) for name, value in terms.items()} for terms in fresh
        ]
        for kept, terms in zip(self.losses, fresh, strict=True):
            for name, value in terms.items():
                kept[name].copy_(value)


def as_on_a_gpu(capture: Capture) -> Callable[[Program, Batches], Step]:
    return lambda program, draw: Captured(program, draw, capture)


def random_batches(spec: DataSpec, number: int, device: str = "cpu") -> Listed:
    generator = torch.Generator().manual_seed(1)
    return Listed(
        [
            {
                name: torch.rand(6, *spec.shape(name), generator=generator).to(device)  # type: ignore[arg-type]
                for name in ("A", "B")
            }
            for _ in range(number)
        ]
    )


def trained(
    model: Model, spec: DataSpec, steps: Callable[[Program, Batches], Step]
) -> dict[str, float]:
    """The mean losses of so many steps that each phase is captured and launched twice."""
    number = (WARM_CYCLES + 2) * len(model.hparams.phases)
    step = steps(Eager(model, optimisers_of(model), "cpu", "fp32"), random_batches(spec, number))
    window = Window()
    torch.manual_seed(0)
    for at in range(number):
        for terms in step(at):
            window.add(terms)
    return window.means()[0]


@pytest.mark.parametrize("name", sorted(discover().of_kind("model")))
@pytest.mark.parametrize("spec", [broad(POINTS), IMAGES], ids=["points", "images"])
def test_captured_steps_are_the_steps(name: str, spec: DataSpec) -> None:
    made: list[OnCPU] = []

    def capture(work: Work, rngs: Sequence[torch.Generator]) -> Graph:
        made.append(OnCPU(work))
        return made[-1]

    recipe, hparams = list(discover().load("model", name).recipes(spec).items())[-1]
    often = {"r1_every": min(hparams.r1_every, 2)}  # or a cycle is up to 80 steps, in 4 phases
    eager, captured = (build(name, spec, recipe, **often) for _ in range(2))
    assert set(eager.hparams.phases) == set(hparams.phases)
    losses = trained(eager, spec, CallByCall)
    assert trained(captured, spec, as_on_a_gpu(capture)) == losses
    assert all(torch.equal(value, state(captured)[key]) for key, value in state(eager).items())
    assert len(made) == len(set(eager.hparams.phases))  # each phase once


NOT_PERMITTED = "CUDA error: operation not permitted when stream is capturing"
BROKEN = "CUDA error: operation failed due to a previous error during capture"
HINT = "\nCUDA kernel errors might be asynchronously reported at some other API call"


def cuda_error(text: str, code: int) -> torch.AcceleratorError:
    """As PyTorch raises what CUDA's runtime says."""
    error = torch.AcceleratorError(text + HINT)
    error.error_code = code
    return error


def raised(*errors: Exception) -> RuntimeError:
    """The last of them, each of which was raised while the one before was on its way."""
    for before, error in itertools.pairwise(errors):
        error.__context__ = before
    assert isinstance(errors[-1], RuntimeError)
    return errors[-1]


def refusing(*errors: Exception) -> tuple[Capture, list[Work]]:
    tries: list[Work] = []

    def refuse(work: Work, rngs: Sequence[torch.Generator]) -> Graph:
        tries.append(work)
        raise raised(*errors)

    return refuse, tries


def test_a_model_that_cannot_be_captured_goes_on_and_says_why() -> None:
    """Two of its phases could be tried, and it is tried once."""
    refuse, tries = refusing(cuda_error(NOT_PERMITTED, 900), cuda_error(BROKEN, 901))
    steps: list[Captured] = []

    def wrap(program: Program, draw: Batches) -> Step:
        steps.append(Captured(program, draw, refuse))
        return steps[0]

    eager, captured = (build("discogan", POINTS, "code") for _ in range(2))
    losses = trained(eager, POINTS, CallByCall)
    assert trained(captured, POINTS, wrap) == losses
    assert len(tries) == 1
    assert steps[0].not_captured == NOT_PERMITTED


@pytest.mark.parametrize(
    ("errors", "reason"),
    [
        ([cuda_error(NOT_PERMITTED, 900)], NOT_PERMITTED),
        ([cuda_error("CUDA error: told otherwise by another driver", 904)], "CUDA error: told"),
        ([RuntimeError(NOT_PERMITTED + HINT)], NOT_PERMITTED),
        (
            [RuntimeError("CUBLAS_STATUS_NOT_INITIALIZED"), cuda_error(BROKEN, 901)],
            "CUBLAS_STATUS_NOT_INITIALIZED",
        ),
        (
            [RuntimeError("Cannot copy between CPU and CUDA tensors during CUDA graph capture")],
            "Cannot copy between CPU and CUDA tensors",
        ),
        ([ValueError(), cuda_error(BROKEN, 901)], "ValueError"),
    ],
)
def test_why_a_step_is_not_captured(errors: Sequence[Exception], reason: str) -> None:
    """The first error counts, for the end of a broken capture tells nothing; in one line."""
    told = why_not_captured(raised(*errors))
    assert told.startswith(reason) and "\n" not in told


FULL = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB.")


@pytest.mark.parametrize(
    ("errors", "is_raised"),
    [
        ([FULL], FULL),
        ([FULL, cuda_error(BROKEN, 901)], FULL),
        ([RuntimeError("shape '[2, 3]' is invalid for input of size 5")], None),
        ([cuda_error("CUDA error: device-side assert triggered", 710)], None),
    ],
    ids=["memory", "memory, behind a broken capture", "the model's own", "the device's own"],
)
def test_other_errors_are_raised(errors: Sequence[Exception], is_raised: Exception | None) -> None:
    refuse, _ = refusing(*errors)
    model = build("standard", POINTS, "paper")
    with pytest.raises(type(errors[0])) as told:
        trained(model, POINTS, as_on_a_gpu(refuse))
    assert told.value is (is_raised or errors[-1])


def test_the_reason_is_kept_with_the_checkpoint(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a run which finds the training done still has it."""
    refuse, _ = refusing(cuda_error(NOT_PERMITTED, 900))
    plan = Plan(WARM_CYCLES + 2, batch_size=8, seed=0)

    def positions() -> list[str]:
        model = build("standard", POINTS, "paper")
        outcome = train(model, data(POINTS), plan, tmp_path, lambda *_: None, lambda: False)
        kept = checkpoint.read(tmp_path / CHECKPOINT)
        assert kept is not None
        return [outcome.position.not_captured, kept[1].not_captured]

    with monkeypatch.context() as patch:
        patch.setattr(programs, "step_on", as_on_a_gpu(refuse))
        assert positions() == [NOT_PERMITTED] * 2
    assert positions() == [NOT_PERMITTED] * 2  # nothing is left to train


@pytest.mark.parametrize("refuses", [True, False])
def test_a_row_says_why_its_steps_were_not_captured(
    cache_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, refuses: bool
) -> None:
    refuse, _ = refusing(cuda_error(NOT_PERMITTED, 900))
    capture: Capture = refuse if refuses else lambda work, rngs: OnCPU(work)
    monkeypatch.setattr(programs, "step_on", as_on_a_gpu(capture))
    request = Request(
        *(("standard",), ("toy",), (0,), cache_dir), preset="smoke", references=(), device="cpu"
    )
    (job,) = resolve(request, discover()).jobs
    row = run_cell(job, tmp_path, silent(job.cell.id), lambda: False)
    assert row.status == "done", row.reason
    assert row.provenance.get("not_captured") == (NOT_PERMITTED if refuses else None)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", ["discogan", "cyclegan"])
def test_captured_on_cuda(name: str) -> None:
    losses = []
    for steps in (CallByCall, as_on_a_gpu(CudaGraph)):
        model = build(name, IMAGES, "paper", schedule="D,G,G")
        program = Eager(model, place(model, "cuda"), "cuda", "fp32")
        step = steps(program, random_batches(IMAGES, STEPS, "cuda"))
        window = Window()
        for number in range(STEPS):
            for terms in step(number):
                window.add(terms)
        losses.append(window.means()[0])
    assert losses[0] == pytest.approx(losses[1], rel=0.05)
