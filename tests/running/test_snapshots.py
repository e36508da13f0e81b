"""Which metrics are followed over a training, and at which steps."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from ganbench.contracts.model import Model
from ganbench.evaluation.evaluate import Scored
from ganbench.evaluation.fidelity.metric import FidelityMetric
from ganbench.registry.registry import discover
from ganbench.results.samples import keep_samples, read_arrays, read_samples, steps_with_samples
from ganbench.running.job import Job
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.running.snapshots import Snapshots
from ganbench.training.checkpoint_selection import Selection, snapshots
from tests.plugins.test_models import POINTS, build

BUILT_IN = discover()
MORE = ("visible", "efficientnet_lite0")
SAMPLES = {f"AB/{n}": np.zeros((10, 2)) for n in ("samples/input", "samples/fake", "points")}


def jobs(cache: Path, **changes: object) -> tuple[Job, ...]:
    request = Request(("recon",), ("car2car",), (0,), cache, preset="smoke", metrics=MORE)
    return resolve(replace(request, **changes), BUILT_IN).jobs  # type: ignore[arg-type]


@pytest.mark.parametrize("split", ["test", "validation"])
def test_quick_metrics_are_followed_and_the_one_that_chooses(tmp_path: Path, split: str) -> None:
    """Also where none is chosen, so that a search on validation has its curves."""
    (model,) = (job for job in jobs(tmp_path, split=split) if not job.cell.is_reference)
    assert (model.selection is None) == (split == "validation")
    (tested,) = (job for job in jobs(tmp_path) if not job.cell.is_reference)
    assert tested.selection is not None
    kinds = {name: BUILT_IN.load("metric", name) for name in model.followed}
    features = [name for name, kind in kinds.items() if issubclass(kind, FidelityMetric)]
    assert features == [tested.selection[0]]
    assert kinds.keys() >= {"azimuth", "reconstruction"} and "perceptual" not in kinds


def test_references_are_not_followed(tmp_path: Path) -> None:
    assert {job.followed for job in jobs(tmp_path) if job.cell.is_reference} == {()}


def test_a_checkpoint_is_chosen_from_the_same_steps_however_many_there_are(tmp_path: Path) -> None:
    """Later steps are better here, and those between the four are better still."""
    model: Model = build("standard", POINTS, "paper")
    choices = snapshots(40)
    scores = iter([5.0, 0.0, 4.0, 0.0, 3.0, 0.0, 2.0, 0.0])
    chosen = Selection("score", False, model, tmp_path)
    watched = Snapshots(
        steps=snapshots(40, 8),
        folder=tmp_path,
        judged=dict,
        score=lambda: Scored({"score": 1 + next(scores)}, SAMPLES, {}),
        selection=chosen,
        choices=choices,
    )
    for step in sorted(watched.steps):
        watched.look(step)
    assert list(chosen.scores) == [10, 20, 30, 40]
    kept = steps_with_samples(tmp_path)
    assert list(kept) == sorted(watched.steps)
    for file in kept.values():  # of points all that figures are drawn of
        assert read_arrays(file, lambda name: True).keys() == SAMPLES.keys()


def test_of_pictures_a_snapshot_keeps_a_few_translations(tmp_path: Path) -> None:
    """The inputs, which are always the same, once; and no metric's arrays."""
    pictures = {name: np.zeros((10, 3, 4, 4), np.uint8) for name in SAMPLES if "samples" in name}
    for step in (10, 20):
        keep_samples(tmp_path, step, {**pictures, "AB/azimuth_deg": np.zeros(10)})
    first, second = map(read_samples, steps_with_samples(tmp_path).values())
    assert first.keys() == pictures.keys() & {"AB/samples/input", "AB/samples/fake"}
    assert second.keys() == {"AB/samples/fake"}
    assert first["AB/samples/fake"].shape == (6, 3, 4, 4)
