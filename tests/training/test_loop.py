"""The loop: who is updated when, resuming, divergence, the log."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.contracts.model import Batch, Model
from ganbench.contracts.task import Domain, Split
from ganbench.core.spec import DataSpec, Every
from ganbench.training import checkpoint
from ganbench.training import loop as trainer
from ganbench.training.loop import CHECKPOINT, LOSS_LOG, Interrupted, Outcome, Plan, train
from tests.plugins.test_models import IMAGES, POINTS, build

pytestmark = pytest.mark.numeric


def data(spec: DataSpec, n: int = 40) -> Split:
    generator = torch.Generator().manual_seed(0)
    if spec.kind == "points":
        return Split(*(Domain(torch.randn(n, 2, generator=generator)) for _ in "AB"))
    shape = (n, *spec.A)
    images = (torch.randint(0, 256, shape, generator=generator) for _ in "AB")
    return Split(*(Domain(image.to(torch.uint8)) for image in images))


def run(
    model: Model, folder: Path, steps: int, spec: DataSpec = POINTS, stop_at: int | None = None
) -> Outcome:
    folder.mkdir(exist_ok=True)
    polls = iter(range(1, steps + 1))

    def stop() -> bool:
        return next(polls) == stop_at

    return train(
        model,
        data(spec),
        Plan(steps, batch_size=8, seed=0),
        folder,
        lambda step, losses: None,
        stop,
    )


def state(model: Model) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
def test_cells_of_one_seed_are_paired(
    tmp_path: Path, spec: DataSpec, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every model of a seed sees the same batches in one order, from the same first weights."""
    seen: dict[str, list[torch.Tensor]] = {}
    first: dict[str, dict[str, torch.Tensor]] = {}
    for name in ("standard", "recon", "discogan"):
        model = build(name, spec, "code")
        first[name] = state(model)
        fakes = model.fakes
        batches = seen.setdefault(name, [])

        def watched(real: Batch, fakes: Any = fakes, batches: Any = batches) -> Any:
            batches += [real["A"].clone(), real["B"].clone()]
            return fakes(real)

        monkeypatch.setattr(model, "fakes", watched)
        run(model, tmp_path / name, 7, spec)  # more than an epoch of 40 samples in batches of 8
    for name in ("recon", "discogan"):
        pairs = zip(seen["standard"], seen[name], strict=True)
        assert all(torch.equal(a, b) for a, b in pairs)
        common = first["standard"].keys() & first[name].keys()
        assert any(key.startswith("generators.G_AB") for key in common)
        assert any(key.startswith("discriminators.D_B") for key in common)
        assert all(torch.equal(first["standard"][key], first[name][key]) for key in common)


@pytest.mark.parametrize("stop_at", [8, 10])
@pytest.mark.parametrize("name", ["standard", "recon", "discogan"])
@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
def test_interrupted_and_resumed_equals_a_straight_run(
    tmp_path: Path, name: str, spec: DataSpec, stop_at: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trainer, "LOG_EVERY_STEPS", 4)
    straight = build(name, spec, "code")
    run(straight, tmp_path / "straight", 13, spec)
    with pytest.raises(Interrupted):
        run(build(name, spec, "code"), tmp_path / "broken", 13, spec, stop_at=stop_at)
    resumed = build(name, spec, "code")
    assert run(resumed, tmp_path / "broken", 13, spec).position.step == 13
    for key, value in straight.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[key]), key
    logs = [(tmp_path / f / LOSS_LOG).read_text() for f in ("straight", "broken")]
    assert logs[0] == logs[1]
    assert [line.split(",")[0] for line in logs[0].split()] == ["step", "4", "8", "12", "13"]


def test_lines_after_the_checkpoint_are_dropped(tmp_path: Path) -> None:
    run(build("standard", POINTS, "paper"), tmp_path, 50)
    log = tmp_path / LOSS_LOG
    whole = log.read_text()
    log.write_text(whole + "60,1.0,1.0\n70,1.")
    run(build("standard", POINTS, "paper"), tmp_path, 50)
    assert log.read_text() == whole


@pytest.mark.parametrize("damage", [b"", b"nonsense", None])
def test_a_damaged_checkpoint_means_training_again(tmp_path: Path, damage: bytes | None) -> None:
    first = build("standard", POINTS, "paper")
    run(first, tmp_path, 20)
    file = tmp_path / CHECKPOINT
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2] if damage is None else damage)
    again = build("standard", POINTS, "paper")
    run(again, tmp_path, 20)
    for key, value in first.state_dict().items():
        assert torch.equal(value, again.state_dict()[key])


@pytest.mark.parametrize(("phase", "idle"), [("D", "generators"), ("G", "discriminators")])
def test_a_phase_updates_its_own_networks_only(tmp_path: Path, phase: str, idle: str) -> None:
    model = build("discogan", POINTS, "code", schedule=phase)
    before = state(model)
    run(model, tmp_path, 2)
    for key, value in model.state_dict().items():
        assert torch.equal(value, before[key]) == key.startswith(idle), key


def test_the_schedule_is_cycled(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []
    model = build("standard", POINTS, "code")
    for letter, name in (("D", "discriminator_loss"), ("G", "generator_loss")):
        real = getattr(model, name)

        def spy(*args: Any, letter: str = letter, real: Any = real) -> Any:
            calls.append(letter)
            return real(*args)

        monkeypatch.setattr(model, name, spy)
    run(model, tmp_path, 7)
    assert "".join(calls) == "DGGDGGD"


def test_a_loss_that_is_not_finite_ends_the_run(tmp_path: Path) -> None:
    model = build("standard", POINTS, "paper", lr=1e30)
    outcome = run(model, tmp_path, 500)
    assert "not finite by step" in outcome.diverged
    assert outcome.position.step < 500


def test_precision_bf16_runs_and_keeps_weights_in_fp32(tmp_path: Path) -> None:
    model = build("discogan", IMAGES, "code")
    train(
        model,
        data(IMAGES),
        Plan(3, 8, 0, precision="bf16"),
        tmp_path,
        lambda step, losses: None,
        lambda: False,
    )
    assert {p.dtype for p in model.parameters()} == {torch.float32}


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_cuda(tmp_path: Path, precision: Any) -> None:
    model = build("discogan", IMAGES, "code")
    plan = Plan(6, 8, 0, device="cuda", precision=precision)
    out = train(model, data(IMAGES), plan, tmp_path, lambda step, losses: None, lambda: False)
    assert not out.diverged


def test_a_checkpoint_whose_position_was_changed_is_not_used(tmp_path: Path) -> None:
    """Were it to another that can be."""
    run(build("standard", POINTS, "paper"), tmp_path, 3)
    file = tmp_path / CHECKPOINT
    content = file.read_bytes()
    there = rb"\"step\": 3"
    assert content.count(there) == 1
    file.write_bytes(content.replace(there, there[:-1] + b"2"))
    assert checkpoint.read(file) is None


@settings(deadline=None, max_examples=40)
@given(place=st.floats(0.0, 1.0, exclude_max=True), bit=st.integers(0, 7))
def test_one_flipped_bit_of_a_checkpoint_is_noticed(
    place: float, bit: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("flipped")
    run(build("standard", POINTS, "paper"), folder, 3)
    file = folder / CHECKPOINT
    whole = checkpoint.read(file)
    assert whole is not None
    data = bytearray(file.read_bytes())
    data[int(place * len(data))] ^= 1 << bit
    file.write_bytes(data)
    found = checkpoint.read(file)
    if found is not None:  # a blank of the header's padding, say
        assert found[1] == whole[1]
        assert found[0].keys() == whole[0].keys()
        assert all(torch.equal(value, found[0][name]) for name, value in whole[0].items())


@pytest.mark.parametrize(
    ("every", "steps"),
    [
        (Every(steps=4), [4, 8, 10]),
        (Every(seconds=1e-9), list(range(1, 11))),
        (Every(steps=50), [10]),
    ],
)
def test_checkpoints_come_as_often_as_asked(
    tmp_path: Path, every: Every, steps: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    saved: list[int] = []
    monkeypatch.setattr(checkpoint, "save", lambda *given: saved.append(given[-1].step))
    plan = Plan(10, batch_size=8, seed=0, checkpoint_every=every)
    model = build("standard", POINTS, "paper")
    train(model, data(POINTS), plan, tmp_path, lambda step, losses: None, lambda: False)
    assert saved == steps


def test_a_position_comes_back_as_it_was_kept(tmp_path: Path) -> None:
    model = build("discogan", POINTS, "paper")
    kept = checkpoint.Position(3, 1.5, 7, start_scores=(0.25, 0.5))
    checkpoint.save(tmp_path / CHECKPOINT, model, {}, {}, {}, kept)
    found = checkpoint.read(tmp_path / CHECKPOINT)
    assert found is not None and found[1] == kept
