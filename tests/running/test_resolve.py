"""What a preset and `--set` make of a recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.registry.registry import discover
from ganbench.running.request import Request
from ganbench.running.resolve import resolve


def test_a_preset_scales_the_rates_of_a_recipe(tmp_path: Path) -> None:
    """For networks of a quarter of the width; `--set` has the last word."""
    registry = discover()
    request = Request(
        ("discogan", "wgan_gp"), ("car2car",), (0,), tmp_path, preset="quick", recipe="paper"
    )
    request = replace(request, references=())
    jobs = resolve(request, registry).jobs
    assert [job.cell.hparams["lr"] for job in jobs] == pytest.approx([8e-4, 4e-4])
    chosen = replace(request, sets=("discogan.lr=0.001", "discogan.lr_d=0.002"))
    hparams = resolve(chosen, registry).jobs[0].cell.hparams
    assert (hparams["lr"], hparams["lr_d"]) == (0.001, 0.002)


def test_pictures_take_recipe_stable_and_points_the_papers(tmp_path: Path) -> None:
    request = Request(("standard", "munit"), ("car2car", "toy"), (0,), tmp_path, preset="smoke")
    jobs = resolve(replace(request, references=()), discover()).jobs
    assert {(job.cell.task, job.cell.recipe) for job in jobs} == {
        ("car2car", "stable"),
        ("toy", "paper"),
    }
