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


@pytest.mark.parametrize("batch", [0, 8, 64])
def test_what_is_there_at_first_comes_as_far_under_any_preset(tmp_path: Path, batch: int) -> None:
    """Steps times rate stay; `--set` has the last word, and what is off stays out of the record."""
    request = Request(("discogan",), ("car2car",), (0,), tmp_path, preset="quick", references=())
    budget = {"batch_size": batch} if batch else {}
    quick, paper = (
        resolve(replace(request, preset=name, budget=of), discover()).jobs[0].cell.hparams
        for name, of in (("quick", budget), ("paper", {}))
    )
    assert quick["batch_size"] == (batch or 16)
    for name in ("blur_kimg", "start_kimg"):
        ways = [of[name] * 1_000 / of["batch_size"] * of["lr"] for of in (quick, paper)]
        assert ways[0] == pytest.approx(ways[1])
    chosen = replace(request, sets=("discogan.blur_kimg=7",))
    assert resolve(chosen, discover()).jobs[0].cell.hparams["blur_kimg"] == 7
    plain = resolve(replace(request, recipe="paper"), discover()).jobs[0].cell.hparams
    assert not plain.keys() & {"blur_kimg", "start_kimg", "starts"}


def test_pictures_take_recipe_stable_and_points_the_papers(tmp_path: Path) -> None:
    request = Request(("standard", "munit"), ("car2car", "toy"), (0,), tmp_path, preset="smoke")
    jobs = resolve(replace(request, references=()), discover()).jobs
    assert {(job.cell.task, job.cell.recipe) for job in jobs} == {
        ("car2car", "stable"),
        ("toy", "paper"),
    }
