"""What a cell trains by is what its recipe and its settings say."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.registry.registry import discover
from ganbench.running.build import build_model, build_task
from ganbench.running.request import Request
from ganbench.running.resolve import resolve

BUILT_IN = discover()
MODELS = sorted(BUILT_IN.of_kind("model"))


@pytest.mark.parametrize("recipe", ["stable", "thorough"])
def test_rates_are_constant_in_stable_whatever_the_model_has_by_default(
    tmp_path: Path, recipe: str
) -> None:
    request = Request(
        tuple(MODELS), ("car2car",), (0,), tmp_path, preset="smoke", recipe=recipe, references=()
    )
    jobs = resolve(request, BUILT_IN).jobs
    assert {job.cell.model for job in jobs} == set(MODELS)
    for job in jobs:
        hparams = build_model(job.cell, job.context, build_task(job.cell, job.context)).hparams
        assert (hparams.decay, hparams.halvings) == (0, 0), job.cell.model


def test_a_default_of_the_model_can_be_switched_off(tmp_path: Path) -> None:
    sets = ("cyclegan.decay=0", "munit.halvings=0")
    request = Request(
        ("cyclegan", "munit"),
        ("car2car",),
        (0,),
        tmp_path,
        preset="smoke",
        recipe="paper",
        references=(),
        sets=sets,
    )
    for job in resolve(request, BUILT_IN).jobs:
        hparams = build_model(job.cell, job.context, build_task(job.cell, job.context)).hparams
        assert (hparams.decay, hparams.halvings) == (0, 0), job.cell.model
