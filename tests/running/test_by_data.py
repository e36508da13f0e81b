"""What tasks have because of their data, and what is refused because of them, before training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from ganbench.core.errors import UserError
from ganbench.core.large_pictures import enlarged, shrunk
from ganbench.core.spec import DataSpec
from ganbench.registry.registry import discover
from ganbench.running.by_data import require_possible_data
from ganbench.running.job import Grid, Job
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from tests.plugins.planted import make_task

REGISTRY = discover()
BOTH = ("toy", "chair2car")
METRICS = ("visible_full", "visible_quarter", "spectrum")  # of fine detail, as tables have them
REFERENCES = ("upsampled",)
WORDS = "words2products"
JOINS = """
from ganbench.api import Column, Metric


class Joins(Metric):
    any_kinds = True
    every_task = True
    columns = {"joins": Column("", None, "nothing")}

    def unsupported(self, view):
        return None if view.spec.kinds[view.target].name == "tokens" else "it counts words"

    def compute(self, view):
        return {"joins": 0.0}
"""


def jobs(tmp_path: Path, size: int, task: str = "handbags2shoes", **asked: object) -> list[Job]:
    return list(jobs_of(tmp_path, size, task, **asked).jobs)


def jobs_of(tmp_path: Path, size: int, task: str, **asked: object) -> Grid:
    """size: 0 for the preset's."""
    budget = {"size": size} if size else {}
    request = Request(("discogan",), (task,), (0,), tmp_path, preset="smoke", budget=budget)
    return resolve(replace(request, **asked), REGISTRY)  # type: ignore[arg-type]


@pytest.mark.parametrize("size", [128, 256])
@pytest.mark.parametrize("task", ["handbags2shoes", "chair2car"])
def test_large_pictures_are_scored_by_their_detail(tmp_path: Path, task: str, size: int) -> None:
    own = REGISTRY.load("task", task)
    model, *references = jobs(tmp_path, size, task)
    assert model.metrics == (*own.metrics, *METRICS)
    assert [job.cell.model for job in references] == [*own.references, *REFERENCES]
    assert not any(job.unsupported for job in references)


def test_small_ones_are_scored_as_ever(tmp_path: Path) -> None:
    own = REGISTRY.load("task", "handbags2shoes")
    model, *references = jobs(tmp_path, 64)
    assert model.metrics == own.metrics
    assert [job.cell.model for job in references] == [*own.references]


@pytest.mark.parametrize("asked", ["spectrum", "spectrum_distance", "kd_visible_quarter"])
def test_detail_of_small_pictures_is_refused_before_training(tmp_path: Path, asked: str) -> None:
    with pytest.raises(UserError, match="for pictures of 128 px or more, not 64") as refused:
        jobs(tmp_path, 64, metrics=(asked,))
    assert refused.value.where.startswith("--metrics ") and "--size 128" in refused.value.fix
    with pytest.raises(UserError, match="upsampled: it is for pictures"):
        jobs(tmp_path, 64, references=("upsampled",))


def test_beside_a_task_that_has_it_others_go_without(tmp_path: Path) -> None:
    """Of two tasks one is of points; asked of the other, its detail is scored."""
    asked = {"metrics": ("spectrum",), "references": ("upsampled",)}
    made = {name: jobs_of(tmp_path, 128 if name == "chair2car" else 0, name) for name in BOTH}
    tasks = [made[name].tasks[0] for name in BOTH]
    for option, names in asked.items():
        request = Request(("discogan",), BOTH, (0,), tmp_path)
        if option == "references":
            request = replace(request, references=names)
        metrics = names if option == "metrics" else ()
        require_possible_data(request, metrics, tasks, REGISTRY)
        with pytest.raises(UserError, match="points have no fine detail"):
            require_possible_data(request, metrics, tasks[:1], REGISTRY)


@pytest.mark.parametrize(
    ("task", "asked", "what", "where", "fix"),
    [
        (WORDS, {"metrics": ("azimuth",)}, "azimuth: it knows no tokens", "--metrics", "words"),
        (WORDS, {"metrics": ("edge_agreement",)}, "edges: tokens have no", "--metrics", "visible"),
        (WORDS, {"models": ("cyclegan", "cut")}, "cut: its losses know", "--models", "discogan"),
        (WORDS, {"references": ("identity",)}, "identity: the two", "--references", "frequency"),
        ("handbags2shoes", {"metrics": ("azimuth",)}, "no ground-truth az", "--metrics", "edges"),
        ("handbags2shoes", {"metrics": ("modes",)}, "no mixture", "--metrics", "preservation"),
        ("toy", {"metrics": ("preservation_rate",)}, "no class", "--metrics", "modes"),
    ],
)
def test_what_is_asked_for_in_vain_is_refused_with_what_can_be_had(
    tmp_path: Path, task: str, asked: dict[str, tuple[str, ...]], what: str, where: str, fix: str
) -> None:
    with pytest.raises(UserError, match=what) as refused:
        jobs(tmp_path, 0, task, **asked)
    assert refused.value.where.startswith(f"{where} ") and task in refused.value.where
    offered = refused.value.fix.partition("choose from ")[2].split(", ")
    assert fix in offered and refused.value.what.partition(":")[0] not in offered


def test_of_several_tasks_one_that_can_have_it_is_enough(tmp_path: Path) -> None:
    asked = {
        "tasks": (WORDS, "handbags2shoes"),
        "models": ("cyclegan", "cut"),
        "metrics": ("edges",),
    }
    made = jobs(tmp_path, 0, **asked)
    skipped = {(job.cell.task, job.cell.model) for job in made if job.unsupported}
    assert skipped == {(WORDS, "cut")}


def test_a_model_that_cannot_have_points_says_so_in_its_column(tmp_path: Path) -> None:
    made = jobs(tmp_path, 0, "toy", models=("discogan", "ugatit"), references=())
    assert [bool(job.unsupported) for job in made] == [False, True]
    assert "points have no places" in made[1].unsupported


def test_what_only_translations_tell_is_not_refused(tmp_path: Path) -> None:
    """Whether there is a way back, or another output, is the model's matter and told in its row."""
    asked = ("reconstruction", "perceptual", "variety", "words")
    model, *_ = jobs(tmp_path, 0, WORDS, metrics=asked)
    assert {*asked} <= {*model.metrics}


def test_a_plugin_of_ones_own_joins_the_tasks_whose_data_it_supports(tmp_path: Path) -> None:
    (tmp_path / "joins.py").write_text(JOINS)
    registry = discover([tmp_path])
    for task, is_scored in ((WORDS, True), ("handbags2shoes", False), ("toy", False)):
        request = Request(("discogan",), (task,), (0,), tmp_path, preset="smoke")
        assert ("joins" in resolve(request, registry).jobs[0].metrics) is is_scored


def test_words_have_the_detail_of_the_pictures_that_they_become(tmp_path: Path) -> None:
    model, *references = jobs(tmp_path, 128, WORDS)
    assert model.metrics[-3:] == METRICS
    assert "upsampled" not in [job.cell.model for job in references]


def test_a_family_that_a_model_cannot_use_is_refused_with_those_that_work(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="'unet' has no attentive translator") as refused:
        jobs(tmp_path, 0, models=("discogan", "ugatit"), sets=("network=unet",))
    assert refused.value.where == "--set network=unet, model ugatit, task handbags2shoes"
    assert refused.value.fix == "choose plain or resnet"
    before = torch.get_rng_state()
    assert jobs(tmp_path, 0, models=("discogan", "ugatit"), sets=("network=resnet",))
    assert torch.equal(before, torch.get_rng_state())


@pytest.mark.parametrize("network", ["plain", "resnet", "stylegan2", "unet", "vit-unet"])
def test_a_size_between_is_refused_before_training(tmp_path: Path, network: str) -> None:
    with pytest.raises(UserError, match="image size 192 is not"):
        jobs(tmp_path, 192, sets=(f"network={network}",))


def test_the_enlarged_are_the_real_ones_without_detail(cache_dir: Path) -> None:
    """The same pictures under one seed, so that both are compared in pairs."""
    task = make_task("handbags2shoes", 128, cache_dir, products=24)
    split = task.load("test")
    upsampled, real = (
        REGISTRY.load("reference", name)().fakes(task, split, "A", "B", np.random.default_rng(3))
        for name in ("upsampled", "real")
    )
    assert torch.equal(upsampled, enlarged(shrunk(real)))
    assert upsampled.shape == (len(split.A), 3, 128, 128) and upsampled.dtype == torch.uint8


def test_points_and_small_pictures_have_none_enlarged() -> None:
    reference = REGISTRY.load("reference", "upsampled")
    assert reference.unsupported(DataSpec("points", (2,), (2,))) == "points have no fine detail"
    assert "128 px" in reference.unsupported(DataSpec("image", (3, 64, 64), (3, 64, 64)))
