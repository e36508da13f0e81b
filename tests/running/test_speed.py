"""The lean step computes what the authors' algorithm does; `ganbench bench` tells its time."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from ganbench.cli.commands.bench import print_table
from ganbench.core.errors import UserError
from ganbench.registry.registry import discover
from ganbench.running.build import build_model, build_task
from ganbench.running.operators import operators_of
from ganbench.running.reference_algorithm import load_reference, missing_networks, nets_of
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.running.speed import Speed, harness_ms
from ganbench.running.workload import workload_of
from ganbench.training.drawing import BLOCK_STEPS
from ganbench.training.loop import Plan, Run, batches, train_together
from ganbench.training.multi_seed import stacked
from ganbench.training.program import place
from ganbench.training.step import Eager
from tests.broad import broad

STEPS = 50
SETTINGS = {"toy": {"width": 32, "batch_size": 64}, "car2car": {"width": 8, "batch_size": 16}}


@pytest.mark.numeric
@pytest.mark.parametrize(("dtype", "steps"), [(torch.float64, STEPS), (torch.float32, 3)])
@pytest.mark.parametrize("task_name", ["toy", "car2car"])
@pytest.mark.parametrize("model_name", [broad("standard"), broad("recon"), "discogan"])
@pytest.mark.parametrize("feat_share", [0.0, 0.9])
def test_a_step_is_the_authors_step(
    cache_dir: Path,
    task_name: str,
    dtype: torch.dtype,
    steps: int,
    model_name: str,
    feat_share: float,
) -> None:
    """Same data, same initial weights: the same losses and weights, step by step. In fp32 rounding
    grows with the steps, by how much depends on the processor: there the first losses are compared.
    """
    tolerance = {torch.float64: 1e-7, torch.float32: 1e-5}[dtype]
    request = Request(
        (model_name,),
        (task_name,),
        (0,),
        cache_dir,
        preset="smoke",
        recipe="code",
        references=(),
        budget=SETTINGS[task_name],
        device="cpu",
    )
    (job,) = resolve(request, discover()).jobs
    task = build_task(job.cell, job.context)
    task.prepare(lambda line: None)
    model = build_model(job.cell, job.context, task)
    changes = {"feat_share": feat_share}
    weights = {}
    if hasattr(model.hparams, "warmup_steps"):
        changes["warmup_steps"] = 0
        weights = {"lambda_adv": model.hparams.lambda_adv, "lambda_rec": model.hparams.lambda_rec}
    model.hparams = replace(model.hparams, **changes)
    networks: dict[str, nn.Module] = deepcopy({**nets_of(model), **missing_networks(job, model)})
    for net in (model, *networks.values()):
        net.to(dtype)
    module = load_reference()
    assert module is not None
    reference = module.Reference(
        model_name,
        networks,
        model.hparams.lr,
        model.hparams.weight_decay,
        feat_share=feat_share,
        **weights,
    )
    lean = Eager(model, place(model, "cpu"), "cpu", "fp32")
    plan = Plan(steps, model.hparams.batch_size, 0)
    draw = batches(task.load("train"), [plan])
    for step in range(steps):
        real = {k: v.to(dtype) for k, v in draw(step).items()}
        (terms,) = lean(real, step)
        losses = reference.step(real["A"].contiguous(), real["B"].contiguous(), step)
        letter = "D" if step % 3 == 0 else "G"
        assert sum(map(float, terms.values())) == pytest.approx(
            float(losses[letter].detach()), rel=tolerance
        )
    for name, net in nets_of(model).items() if dtype == torch.float64 else ():
        mine = torch.cat([p.flatten() for p in net.parameters()])
        theirs = torch.cat([p.flatten() for p in networks[name].parameters()])
        assert (mine - theirs).norm() / theirs.norm() < tolerance, name


@pytest.mark.numeric
@pytest.mark.parametrize("in_loop", [False, True])
@pytest.mark.parametrize("together", [1, 2])
def test_what_is_timed_is_what_trains(
    cache_dir: Path, tmp_path: Path, together: int, in_loop: bool
) -> None:
    """The same steps on the same batches, to the last bit."""
    request = Request(
        *(("discogan",), ("toy",), (0,), cache_dir), preset="smoke", device="cpu", references=()
    )
    (job,) = resolve(request, discover()).jobs
    task = build_task(job.cell, job.context)
    task.prepare(lambda line: None)
    timed, steps = workload_of(job, together, tmp_path), 7
    if in_loop:
        timed.loop(steps)
    else:
        for step in range(steps):
            timed.step_on(timed.draw)(step)
    runs = []
    for seed in range(together):
        folder = tmp_path / str(seed)
        folder.mkdir()
        model = build_model(replace(job.cell, seed=seed), job.context, task)
        plan = Plan(steps, model.hparams.batch_size, seed)
        runs.append(Run(model, plan, folder, lambda *_: None))
    untrained = build_model(job.cell, job.context, task).state_dict()
    train_together(runs, task.load("train"), lambda: False, stacked)
    for name, value in runs[0].model.state_dict().items():
        assert torch.equal(timed.model.state_dict()[name], value), name
    assert any(not torch.equal(timed.model.state_dict()[k], v) for k, v in untrained.items())


def test_a_stack_counts_as_many_operations_as_one_seed(cache_dir: Path, tmp_path: Path) -> None:
    request = Request(
        *(("recon",), ("toy",), (0,), cache_dir),
        budget={"width": 16},
        device="cpu",
        precision="bf16",
        references=(),
    )
    (job,) = resolve(request, discover()).jobs
    build_task(job.cell, job.context).prepare(lambda line: None)
    alone, stack = (workload_of(job, together, tmp_path) for together in (1, 3))
    assert alone.flop == stack.flop > 0
    losses = stack.step_on(stack.draw)(0)
    assert {loss.shape for terms in losses for loss in terms.values()} == {(3,)}


def test_shares_follow_from_the_times(capsys: pytest.CaptureFixture[str]) -> None:
    speed = Speed(
        *("standard", "toy", "cpu", "fp32", 1, False, 0, 10, 1),
        loop_ms_per_step=20.2,
        ms_per_step=20.0,
        reference_ms_per_step=50.0,
        flop_per_step=1e9,
        operators={"D": 7, "G": 9},
        peak_flop_per_sec=1e11,
        data_ms=0.1,
        log_ms=0.1,
        checkpoint_ms=0.2,
        peak_memory_bytes=1,
    )
    assert speed.ratio_to_reference == pytest.approx(50 / 20.4)  # of what a user gets
    assert speed.steps_per_sec == pytest.approx(1e3 / 20.4)
    assert speed.samples_per_sec == pytest.approx(20 * speed.steps_per_sec)
    assert speed.share_of_peak == pytest.approx(0.01 * speed.steps_per_sec)
    assert speed.harness_share == pytest.approx(0.02)
    print_table([speed])
    printed = capsys.readouterr().out
    assert all(part in printed for part in ("standard", "2.45", "2.0%", "D 7", "G 9"))
    assert max(map(len, printed.splitlines())) <= 80
    assert "100 GFLOP/s" in printed and "captured" not in printed
    print_table([replace(speed, not_captured="it waits for a value")])
    assert "standard: steps could not be captured: it waits for a value" in capsys.readouterr().out


def test_operators_are_those_that_compute() -> None:
    x, layer = torch.rand(4, 6), nn.Linear(6, 3, bias=False)
    assert operators_of(lambda: x.view(24).reshape(6, 4).t()) == 0
    assert operators_of(lambda: x + 1) == 1
    assert operators_of(lambda: layer(x)) == 1
    with_gradient = operators_of(lambda: layer(x).sum().backward())
    assert with_gradient > operators_of(lambda: layer(x).sum())


def test_each_phase_of_a_step_is_counted(cache_dir: Path, tmp_path: Path) -> None:
    request = Request(
        *(("discogan",), ("toy",), (0,), cache_dir),
        device="cpu",
        recipe="code",  # D, G, G
        references=(),
    )
    (job,) = resolve(request, discover()).jobs
    build_task(job.cell, job.context).prepare(lambda line: None)
    counted = workload_of(job, 1, tmp_path).operators
    assert counted.keys() == {"D", "G"} and counted["G"] > counted["D"] > 50


def test_a_training_that_breaks_off_is_not_timed(cache_dir: Path, tmp_path: Path) -> None:
    """Its loop would have done fewer steps than it is taken for."""
    request = Request(
        *(("standard",), ("toy",), (0,), cache_dir),
        preset="smoke",
        device="cpu",
        sets=("standard.lr=1e30",),
        references=(),
    )
    (job,) = resolve(request, discover()).jobs
    build_task(job.cell, job.context).prepare(lambda line: None)
    with pytest.raises(UserError, match="not finite") as raised:
        workload_of(job, 1, tmp_path).loop(100)
    assert "standard" in str(raised.value) and "lr=" in str(raised.value)


def test_no_step_is_drawn_twice_where_drawing_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else what is chosen for many steps at a time would be worked out once and never timed."""
    monkeypatch.setattr("ganbench.running.speed.TURN_SEC", 0.0)
    asked: list[int] = []

    def draw(step: int) -> dict[str, torch.Tensor]:
        asked.append(step)
        return {}

    model = nn.Linear(1, 1)
    told = harness_ms(model, {}, draw, 1, "cpu", 2)  # type: ignore[arg-type]
    assert asked == [*range(len(asked))] and len(asked) > BLOCK_STEPS
    assert told["data"] > 0
