"""What a preset and `--set` make of a recipe."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from ganbench.core.errors import UserError
from ganbench.registry.registry import discover
from ganbench.results.records import Cell
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


def cells_of(tmp_path: Path, *sets: str) -> list[Cell]:
    request = Request(
        ("recon", "standard"), ("toy",), (0, 1), tmp_path, preset="smoke", references=(), sets=sets
    )
    return [job.cell for job in resolve(request, discover()).jobs]


def test_each_combination_of_an_options_values_is_a_cell(tmp_path: Path) -> None:
    """In one text or in several; a model without the option has one setting."""
    cells = cells_of(tmp_path, "recon.lambda_rec=1,3", "recon.distance=l1", "recon.distance=l2")
    found = [
        (cell.model, cell.hparams.get("lambda_rec"), cell.hparams.get("distance"), cell.seed)
        for cell in cells
    ]
    assert found == [
        *(
            ("recon", weight, name, seed)
            for weight in (1.0, 3.0)
            for name in ("l1", "l2")
            for seed in (0, 1)
        ),
        *(("standard", None, None, seed) for seed in (0, 1)),
    ]
    assert len({cell.id for cell in cells}) == len(cells)


def test_options_of_a_task_and_networks_are_swept_too(tmp_path: Path) -> None:
    by_task = {cell.options["sigma_A"] for cell in cells_of(tmp_path, "toy.sigma_A=0.05,0.1")}
    assert by_task == {0.05, 0.1}
    request = Request(("standard",), ("car2car",), (0,), tmp_path, preset="smoke", references=())
    jobs = resolve(replace(request, sets=("network=resnet,unet",)), discover()).jobs
    assert [job.cell.preset.network for job in jobs] == ["resnet", "unet"]


def test_equal_values_are_one_cell(tmp_path: Path) -> None:
    once = cells_of(tmp_path, "recon.lambda_rec=3")
    assert cells_of(tmp_path, "recon.lambda_rec=3,3.0", "recon.lambda_rec=3") == once


@pytest.mark.parametrize("text", ["recon.lambda_rec=1,", "recon.lambda_rec=1,x"])
def test_each_of_several_values_is_checked(tmp_path: Path, text: str) -> None:
    with pytest.raises(UserError, match="is not a number"):
        cells_of(tmp_path, text)


def test_a_text_with_commas_stays_one_value(tmp_path: Path) -> None:
    cells = cells_of(tmp_path, "recon.schedule=D,G,G")
    assert {cell.hparams["schedule"] for cell in cells if cell.model == "recon"} == {"D,G,G"}
