"""A budget in samples of a domain is the same for models of any batch."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.budget import shared_budget
from ganbench.core.errors import UserError
from ganbench.core.spec import Preset
from ganbench.registry.registry import discover
from ganbench.reporting.groups import group_rows
from ganbench.reporting.run_command import run_command
from ganbench.running.budgets import changed_preset, with_steps
from ganbench.running.provenance import empty_row
from ganbench.running.request import Request, check, numbers_of
from ganbench.running.resolve import resolve

QUICK = Preset("quick", budget_steps=600, width=16, size=32, batch_size=16)


@given(st.integers(1, 10**9), st.integers(1, 4096))
def test_just_so_many_steps_that_all_samples_are_seen(samples: int, batch_size: int) -> None:
    steps = with_steps(QUICK, {"kimg": samples / 1000}, batch_size).budget_steps
    assert (steps - 1) * batch_size < samples <= steps * batch_size


def test_a_budget_without_samples_or_without_a_batch_is_the_presets() -> None:
    assert with_steps(QUICK, {"width": 8}, 16) is QUICK
    assert with_steps(QUICK, None, 16) is QUICK
    assert with_steps(QUICK, {"kimg": 1}, 0) is QUICK


def test_the_name_tells_the_samples_and_one_budget_has_one_name() -> None:
    assert changed_preset(QUICK, {"kimg": 9.6}).name == "quick+kimg=9.6"
    assert changed_preset(QUICK, {"kimg": 10.0}) == changed_preset(QUICK, {"kimg": 10})
    both = changed_preset(QUICK, {"kimg": 0.5, "size": 64, "width": 16})
    assert (both.name, both.size) == ("quick+kimg=0.5+size=64", 64)


def request(tmp_path: Path, **budget: float) -> Request:
    return Request(
        *(("standard", "cyclegan"), ("toy",), (0,), tmp_path),
        preset="smoke",
        sets=("cyclegan.batch_size=10",),
        references=("real",),
        budget=budget,
    )


def test_models_of_several_batches_see_as_much_and_stand_in_one_table(tmp_path: Path) -> None:
    jobs = resolve(request(tmp_path, kimg=1.0), discover()).jobs
    steps = {job.cell.model: job.cell.preset.budget_steps for job in jobs}
    assert steps == {"standard": 16, "cyclegan": 100, "real": 16}  # the preset's batch is of 64
    rows = [empty_row(job) for job in jobs]
    assert len(group_rows(rows)) == 1


def test_the_same_steps_of_several_batches_are_the_setting_of_those_steps(tmp_path: Path) -> None:
    jobs = resolve(request(tmp_path, budget_steps=16), discover()).jobs
    assert {job.cell.preset.name for job in jobs} == {"smoke+budget_steps=16"}
    assert {job.cell.preset.budget_steps for job in jobs} == {16}


def test_the_command_of_a_row_asks_for_its_samples(tmp_path: Path) -> None:
    registry = discover()
    (row, *_) = (empty_row(job) for job in resolve(request(tmp_path, kimg=2.5), registry).jobs)
    command = run_command(row, [row], tmp_path, registry)
    assert "--preset smoke --kimg 2.5 " in command and "--steps" not in command


@pytest.mark.parametrize(
    "budget", [{"kimg": 1.0, "budget_steps": 5}, {"kimg": float("nan")}, {"kimg": 0.0009}]
)
def test_what_is_no_budget_is_refused(tmp_path: Path, budget: dict[str, float]) -> None:
    with pytest.raises(UserError, match=r"kimg|samples"):
        check(request(tmp_path, **budget))


@pytest.mark.parametrize("value", ["1", True, [2], "many"])
@pytest.mark.parametrize("name", ["kimg", "budget_steps", "width"])
def test_a_budget_from_python_is_a_number(name: str, value: object) -> None:
    with pytest.raises(UserError, match="is no number"):
        numbers_of({name: value})


@pytest.mark.parametrize("value", [1, 1.0, np.float32(1.0), Fraction(1)])
def test_one_length_from_python_has_one_name(value: object) -> None:
    assert changed_preset(QUICK, numbers_of({"kimg": value, "size": None})).name == "quick+kimg=1"


def test_what_rows_of_other_batches_have_alike() -> None:
    name = "quick+kimg=9.6+size=64"
    few, many = ({"name": name, "budget_steps": n, "width": 16} for n in (600, 2400))
    assert shared_budget(few, name) == shared_budget(many, name)
    assert shared_budget(few, name) == {"name": name, "width": 16, "kimg": 9.6}
    assert shared_budget(few, "quick+size=64") == few
    assert shared_budget(few, "own+kimg=word") == few  # rows have any name that a preset had
