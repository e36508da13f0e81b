"""`--compile auto`: measured once, never where it cannot pay, and no cell in two forms."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import torch

from ganbench.core.errors import UserError
from ganbench.registry.registry import discover
from ganbench.results.folder import append_row, cell_folder, open_output
from ganbench.running import kept_times, measured_times
from ganbench.running.backends.gpus import NO_GPUS
from ganbench.running.compile_choice import Find, compiled_where_it_pays, only_kept
from ganbench.running.job import Grid, Job
from ganbench.running.kept_times import keep, kept, least_warm_up_sec
from ganbench.running.measured_times import Asked, both_timed, kept_or_measured, measured
from ganbench.running.provenance import empty_row, provenance
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.running.runner import planned, with_compiling
from ganbench.running.step_times import LEAST_WARM_UP_SEC, Compiling, StepTimes
from ganbench.training import program
from ganbench.training.compiled import Compiled
from ganbench.training.loop import CHECKPOINT
from tests.running.test_request import asked

PAYS = StepTimes(1.0, Compiling(0.5, 10.0))  # from 21 steps on


def request(cache: Path, **changes: Any) -> Request:
    base = Request(("standard",), ("toy",), (0, 1, 2), cache, preset="smoke", references=())
    return replace(base, **{"device": "cpu", "compiled": "auto", **changes})


def grid_of(request: Request) -> Grid:
    return resolve(request, discover())


def ids(grid: Grid) -> list[str]:
    return [job.id for job in grid.jobs]


class Found:
    """Times that are found for any program, or why there are none. asked: for which."""

    def __init__(self, found: StepTimes | UserError | None) -> None:
        self.found, self.asked = found, list[tuple[str, int]]()

    def __call__(self, name: str, job: Job, together: int) -> StepTimes | None:
        self.asked.append((name, together))
        if isinstance(self.found, UserError):
            raise self.found
        return self.found


def chosen(request: Request, output: Path, find: Find) -> tuple[Grid, list[str]]:
    """The grid, and what was said."""
    said: list[str] = []
    grid = compiled_where_it_pays(grid_of(request), request, output, 1, find, said.append)
    assert [replace(job.cell, compiled=False) for job in grid.jobs] == [
        job.cell for job in grid_of(request).jobs
    ]
    return grid, said


@pytest.mark.parametrize(("steps", "is_compiled"), [(20, False), (21, True)])
def test_a_cell_is_the_very_one_of_an_explicit_choice(
    tmp_path: Path, steps: int, is_compiled: bool
) -> None:
    auto = request(tmp_path, budget={"budget_steps": steps})
    find = Found(PAYS)
    grid, said = chosen(auto, tmp_path / "out", find)
    assert ids(grid) == ids(grid_of(replace(auto, compiled=is_compiled)))
    assert find.asked == [("standard on toy", 1)]  # for all seeds
    assert said == [f"standard on toy: {grid.jobs[0].compile_auto}"]
    told = provenance(grid.jobs[2], "")
    assert told["compile_auto"].startswith("compiled steps are 2.00 times as fast after 10 s")
    assert ("compiled" in told) == is_compiled
    assert "compile_auto" not in provenance(grid_of(auto).jobs[0], "")


def test_each_setting_has_its_choice_and_references_are_never_compiled(tmp_path: Path) -> None:
    auto = request(tmp_path, sets=("standard.feat_share=0,0.5",), references=("oracle",))
    find = Found(PAYS)
    grid, said = chosen(auto, tmp_path / "out", find)
    names = ["standard (feat_share=0.0) on toy", "standard (feat_share=0.5) on toy"]
    assert [name for name, _ in find.asked] == names and len(said) == 2
    assert {(job.cell.model, job.cell.compiled) for job in grid.jobs} == {
        ("standard", True),
        ("oracle", False),
    }


def test_seeds_that_train_together_are_timed_together(tmp_path: Path) -> None:
    find = Found(PAYS)
    chosen(request(tmp_path, together=2), tmp_path / "out", find)
    assert find.asked == [("standard on toy", 2)]


def test_seeds_that_may_be_added_later_are_not_timed_with_the_first(tmp_path: Path) -> None:
    """The grid has all seeds that a run until claims are decided may come to."""
    find, first = Found(PAYS), request(tmp_path, seeds=(0, 1), together=8, until_decided=True)
    grid = grid_of(replace(first, seeds=range(20)))  # type: ignore[arg-type]
    compiled_where_it_pays(grid, first, tmp_path / "out", 1, find, lambda line: None)
    assert find.asked == [("standard on toy", 2)]


def test_a_form_that_is_there_is_taken(tmp_path: Path) -> None:
    """Finished rows and checkpoints, of the other form too; only seed 2 is chosen for."""
    auto, output = request(tmp_path), tmp_path / "out"
    open_output(output)
    compiled, plain = (grid_of(replace(auto, compiled=form)).jobs for form in (True, False))
    append_row(output, empty_row(compiled[0]))
    folder = cell_folder(output, compiled[1].id)
    folder.mkdir()
    (folder / CHECKPOINT).touch()
    grid, said = chosen(auto, output, Found(StepTimes(1.0)))
    assert ids(grid) == [compiled[0].id, compiled[1].id, plain[2].id] and len(said) == 1
    append_row(output, empty_row(plain[1]))  # a row comes before a checkpoint
    append_row(output, empty_row(plain[2]))
    nothing = Found(AssertionError())  # type: ignore[arg-type]
    grid, said = chosen(auto, output, nothing)
    assert ids(grid) == [compiled[0].id, plain[1].id, plain[2].id] and not said
    assert not nothing.asked


def test_what_cannot_be_compiled_is_not_and_says_why(tmp_path: Path) -> None:
    error = UserError("it failed: no kernel for this", "torch.compile", "drop --compile")
    grid, said = chosen(request(tmp_path), tmp_path / "out", Found(error))
    reason = "it is not compiled: torch.compile: it failed: no kernel for this"
    assert said == [f"standard on toy: {reason}"]
    assert not any(job.cell.compiled for job in grid.jobs)
    assert grid.jobs[0].compile_auto == reason


@pytest.mark.parametrize("saving", [{"checkpoint_activations": True}, {"micro_batch": 7}])
def test_what_saves_memory_is_not_compiled(tmp_path: Path, saving: dict[str, Any]) -> None:
    find = Found(PAYS)
    grid, said = chosen(request(tmp_path, **saving), tmp_path / "out", find)
    assert not any(job.cell.compiled for job in grid.jobs) and not find.asked
    assert "save memory" in said[0]


@pytest.fixture
def measuring(monkeypatch: pytest.MonkeyPatch) -> list[Asked]:
    """What is measured, in place of a process that does it: compiling pays, unless it cannot."""
    known: list[Asked] = []

    def measure(asked: Asked) -> StepTimes:
        known.append(asked)
        steps = asked.job.cell.preset.budget_steps
        return PAYS if steps > asked.least_warm_up_sec else StepTimes(PAYS.plain_sec)

    monkeypatch.setattr(measured_times, "measured_apart", measure)
    return known


def measured_for(request: Request, together: int = 1) -> StepTimes:
    job = grid_of(request).jobs[0]
    return kept_or_measured(request, NO_GPUS, lambda line: None, "it", job, together)


def test_a_program_is_measured_once(tmp_path: Path, measuring: list[Asked]) -> None:
    auto = request(tmp_path)
    assert measured_for(auto) == measured_for(auto) == PAYS and len(measuring) == 1
    same: list[dict[str, Any]] = [
        {"budget": {"budget_steps": 900}},
        {"seeds": (7,)},
        {"split": "validation"},
        {"sets": ("standard.lr=0.01",)},
    ]
    for changes in same:
        assert measured_for(replace(auto, **changes)) == PAYS and len(measuring) == 1, changes


@pytest.mark.parametrize(
    "changes",
    [
        {"sets": ("standard.feat_share=0.5",)},
        {"sets": ("standard.optimiser=sgd",)},
        {"sets": ("toy.generator_layers=4",)},
        {"budget": {"width": 8}},
        {"budget": {"batch_size": 8}},
        {"precision": "bf16"},
        {"threads": 2},
        {"models": ("recon",)},
    ],
)
def test_another_step_is_measured_anew(
    tmp_path: Path, measuring: list[Asked], changes: dict[str, Any]
) -> None:
    for each in (request(tmp_path), request(tmp_path, **changes)):
        measured_for(each)
    assert len(measuring) == 2


def test_so_are_other_numbers_of_seeds_code_and_another_machine(
    tmp_path: Path, measuring: list[Asked], monkeypatch: pytest.MonkeyPatch
) -> None:
    auto = request(tmp_path)
    job = grid_of(auto).jobs[0]
    assert [measured_for(auto), measured_for(auto, 2)] and len(measuring) == 2
    other = replace(job, cell=replace(job.cell, code_hash="0" * 64))
    assert kept(job, 1) == PAYS and kept(other, 1) is None
    monkeypatch.setattr(kept_times, "device_name", lambda device: "another")
    measured_for(auto)
    assert len(measuring) == 3


@pytest.mark.parametrize(
    ("told", "damaged"),
    [
        ("}}}", ""),
        ('"plain_sec":1.0', '"plain_sec":0.0'),
        ('"step_sec":0.5', '"step_sec":0'),
        ('"warm_up_sec":10.0', '"warm_up_sec":-1'),
        ('"step_sec":0.5', '"step_sec":"fast"'),
    ],
)
def test_a_damaged_file_is_measured_anew(
    told: str, damaged: str, tmp_path: Path, measuring: list[Asked]
) -> None:
    auto = request(tmp_path)
    measured_for(auto)
    (file,) = (tmp_path / kept_times.FOLDER).glob("*.json")
    assert told in file.read_text()
    file.write_text(file.read_text().replace(told, damaged))
    assert measured_for(auto) == PAYS and len(measuring) == 2


def test_compiling_is_tried_once_a_budget_may_pay(tmp_path: Path, measuring: list[Asked]) -> None:
    """Until then the time of a plain step is enough, and it is measured once."""
    steps = int(LEAST_WARM_UP_SEC)  # of a second each
    short, long = (request(tmp_path, budget={"budget_steps": n}) for n in (steps, steps + 1))
    assert measured_for(short) == measured_for(short) == StepTimes(1.0) and len(measuring) == 1
    job = grid_of(long).jobs[0]
    assert only_kept("it", job, 1) is None  # nothing is told of it without measuring
    assert measured_for(long) == measured_for(short) == PAYS and len(measuring) == 2
    assert only_kept("it", job, 1) == PAYS


def test_the_least_warm_up_is_one_that_was_seen_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, other = (grid_of(request(tmp_path, models=(m,))).jobs[0] for m in ("recon", "discogan"))
    assert least_warm_up_sec(first) == LEAST_WARM_UP_SEC
    kept_times.folder_of(first).mkdir()
    keep(first, 1, StepTimes(1.0))
    assert least_warm_up_sec(first) == LEAST_WARM_UP_SEC
    keep(first, 2, StepTimes(1.0, Compiling(1.0, 31.0)))
    keep(other, 2, StepTimes(1.0, Compiling(1.0, 29.0)))
    assert least_warm_up_sec(first) == 29.0
    monkeypatch.setattr(kept_times, "device_name", lambda device: "another")
    assert least_warm_up_sec(first) == LEAST_WARM_UP_SEC


class Loop:
    """Steps of the loop that take nothing, and how many were done."""

    cycle = range(2)

    def __init__(self) -> None:
        self.done = 0

    def loop(self, steps: int) -> None:
        self.done += steps


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """One round of the least length."""
    monkeypatch.setattr(measured_times, "ROUNDS", 1)
    monkeypatch.setattr("ganbench.running.speed.TURN_SEC", 0.0)


def test_nothing_is_compiled_where_it_cannot_pay(quick: None) -> None:
    def refuse() -> Loop:
        raise AssertionError("it is compiled")

    plain, compiled = Loop(), Loop()
    assert both_timed(plain, refuse, "cpu", lambda sec: False).compiling is None
    assert plain.done
    assert both_timed(plain, lambda: compiled, "cpu", lambda sec: sec > 0).compiling
    assert compiled.done


@pytest.fixture
def without_kernels(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Programs are traced, and run as they are."""
    torch._dynamo.reset()
    eager = partial(Compiled, compile_=partial(torch.compile, backend="eager"))
    monkeypatch.setattr(program, "Compiled", eager)
    yield
    torch._dynamo.reset()


def test_both_are_timed_by_the_training_loop(
    cache_dir: Path, quick: None, without_kernels: None
) -> None:
    job = grid_of(request(cache_dir, models=("recon",))).jobs[0]
    times = measured(Asked(job, 1, None, 0.0))
    assert times.compiling and min(times.plain_sec, times.compiling.step_sec) > 0
    assert times.compiling.warm_up_sec > times.compiling.step_sec  # tracing takes longer


def test_what_goes_wrong_there_is_a_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is kept of it."""

    def die(function: Callable[..., Any], given: Asked, environment: dict[str, str]) -> None:
        assert environment[measured_times.FOLDER_OF_KERNELS] not in os.environ.values()
        raise RuntimeError("the process of measured ended with exit code -9")

    monkeypatch.setattr(measured_times, "called_apart", die)
    auto = request(tmp_path)
    find = partial(kept_or_measured, auto, NO_GPUS, lambda line: None)
    grid, said = chosen(auto, tmp_path / "out", find)
    assert "exit code -9" in said[0] and not grid.jobs[0].cell.compiled
    assert kept(grid.jobs[0], 1) is None


def test_a_device_that_is_not_here_is_a_reason(tmp_path: Path, measuring: list[Asked]) -> None:
    """Where an engine has cells run elsewhere."""
    elsewhere = request(tmp_path, device="mps", on="ray")
    find = partial(kept_or_measured, elsewhere, NO_GPUS, lambda line: None)
    grid, said = chosen(elsewhere, tmp_path / "out", find)
    assert "torch finds no mps device here" in said[0] and not measuring
    assert not any(job.cell.compiled for job in grid.jobs)


def cells_of(jobs: Sequence[Job]) -> set[tuple[int, bool]]:
    return {(job.cell.seed, job.cell.compiled) for job in jobs}


def test_a_plan_comes_to_the_cells_that_were_chosen(cache_dir: Path, tmp_path: Path) -> None:
    how: dict[str, Any] = {"preset": "smoke", "device": "cpu", "references": [], "seeds": 2}
    how |= {"cache_dir": cache_dir, "output": tmp_path / "out"}
    plan = planned(asked(**how, compiled="auto"))
    assert cells_of(plan.rounds.first) == {(0, False), (1, False)}
    chosen = with_compiling(plan, Found(PAYS), lambda line: None)
    assert cells_of(chosen.rounds.first) == cells_of(chosen.left) == {(0, True), (1, True)}
    explicit = planned(asked(**how, compiled=True))
    assert with_compiling(explicit, Found(None), print) is explicit
