"""What has no number says so: no NaN, no unseen class and no empty picture becomes a share."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from ganbench.contracts.metric import Metric, View, mean_or_reason, readings, share_read
from ganbench.contracts.task import Domain, Split
from ganbench.core.errors import Undefined
from ganbench.core.spec import Column, DataSpec
from ganbench.evaluation.evaluate import DirectionView, Translation, evaluate, score
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.weights import places
from ganbench.evaluation.probes import AngleProbe, ClassProbe
from ganbench.registry.registry import discover

SPEC = DataSpec("image", (3, 8, 8), (3, 8, 8), kept=("colour",))
COLOURS = np.array(["blue", "red"])


def pictures(n: int = 4) -> Tensor:
    return torch.rand(n, 3, 8, 8, generator=torch.Generator().manual_seed(n))


@dataclass(frozen=True)
class Reads:
    """A probe that has seen `classes`, and reads `found` off whatever it is shown."""

    found: np.ndarray
    classes: np.ndarray

    def predict(self, samples: Tensor) -> np.ndarray:
        return self.found[: len(samples)]


def view_of(fakes: Tensor, cache: Path, probe: object = None) -> DirectionView:
    made = Translation(
        fakes=lambda: fakes,
        reconstructions=lambda: None,
        initial=lambda: None,
        again=lambda samples: samples,
        variant=lambda samples, seed: None,
        judge=lambda samples: None,
    )
    truth = {"colour": np.array(["blue", "red", "red", "blue"])}
    samples = (pictures() * 255).to(torch.uint8)
    split = Split(Domain(samples, truth), Domain(samples, truth))
    reader = FeatureReader(places(cache, None), cache, "cpu")
    return DirectionView(made, split, SPEC, "AB", lambda name: probe, reader)  # type: ignore[arg-type, return-value]


class Swallows(Metric):
    """As a plugin should not be."""

    columns: ClassVar = {"bright": Column("", True, "how bright")}

    def compute(self, view: View) -> dict[str, float]:
        return {"bright": view.fakes.nan_to_num().mean().item()}

    def arrays(self, view: View) -> dict[str, np.ndarray]:
        raise Undefined("nothing to draw")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -float("inf")])
def test_whatever_a_plugin_makes_of_them(tmp_path: Path, value: float) -> None:
    fakes = pictures()
    assert isinstance(score(Swallows(), view_of(fakes, tmp_path))["bright"], float)
    fakes[2, 1, 3, 3] = value
    found = score(Swallows(), view_of(fakes, tmp_path))
    assert found == {"bright": "undefined: some translations are not finite"}


def test_a_row_has_the_reason_and_no_arrays(tmp_path: Path) -> None:
    view = view_of(pictures().fill_(torch.nan), tmp_path)
    names = {"swallows": Swallows(), "preservation": discover().load("metric", "preservation")()}
    found = evaluate(
        {"AB": view._translation}, view._split, SPEC, names, view.probe, view.features._reader
    )
    assert set(found.metrics.values()) == {"undefined: some translations are not finite"}
    assert set(found.arrays) == {f"AB/samples/{name}" for name in ("input", "fake", "real")}


def broken_network(outputs: int) -> nn.Module:
    network = nn.Sequential(nn.Flatten(), nn.Linear(192, outputs))
    nn.init.constant_(network[1].bias, torch.nan)
    return network


def test_outputs_of_a_probe_that_are_not_finite_are_no_class_and_no_angle() -> None:
    for probe in (
        ClassProbe(broken_network(2), slice(0, 2), COLOURS),
        AngleProbe(broken_network(2)),
    ):
        with pytest.raises(Undefined, match="not finite"):
            probe.predict(pictures())


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_readings_are_looked_at(value: float) -> None:
    probe = Reads(np.array([1.0, 2.0, value, 3.0]), np.array([]))
    assert readings(probe, pictures(2)).tolist() == [1.0, 2.0]
    with pytest.raises(Undefined):
        readings(probe, pictures(4))
    with pytest.raises(Undefined):
        readings(probe, pictures(2).fill_(value))


def test_a_class_that_no_train_sample_has_cannot_be_read(tmp_path: Path) -> None:
    """It is read as another one, which is no fault of the translations."""
    right = Reads(np.array(["blue", "red", "red", "red"]), COLOURS)
    wanted = np.array(["blue", "red", "red", "blue"])
    assert share_read(right, pictures(), wanted) == 0.75
    unseen = share_read(right, pictures(), np.array(["blue", "red", "red", "green"]))
    assert unseen == "undefined: no train sample is 'green', so no probe reads it"
    metric = discover().load("metric", "preservation")()
    found = score(metric, view_of(pictures(), tmp_path, right))
    assert found["preservation_rate"] == found["preserved_colour"] == 0.75
    only_red = Reads(right.found, COLOURS[1:])
    found = score(metric, view_of(pictures(), tmp_path, only_red))
    assert set(found.values()) == {"undefined: no train sample is 'blue', so no probe reads it"}


def test_a_mean_with_a_reason_in_it_is_that_reason() -> None:
    assert mean_or_reason([1.0, 0.0]) == 0.5
    assert mean_or_reason([1.0, "undefined: why", "undefined: too"]) == "undefined: why"


def test_pictures_without_an_edge_neither_agree_nor_disagree() -> None:
    agreement = discover().load("metric", "edges").compute.__globals__["agreement"]
    blank, line = np.zeros((1, 8, 8), bool), np.zeros((1, 8, 8), bool)
    line[0, 4] = True
    given, found = (np.concatenate(p) for p in ([blank, line, blank], [blank, line, line]))
    np.testing.assert_array_equal(agreement(given, found), [np.nan, 1, 0])
    np.testing.assert_array_equal(agreement(line, blank), [0])


def test_blank_pictures_have_no_edge_agreement(tmp_path: Path) -> None:
    metric = discover().load("metric", "edges")()
    view = view_of(torch.zeros(4, 3, 8, 8), tmp_path)
    view.__dict__["input_samples"] = torch.zeros(4, 3, 8, 8)
    assert score(metric, view) == {
        "edge_agreement": "undefined: neither the inputs nor the translations have an edge"
    }


def test_features_of_length_zero_have_no_cosine() -> None:
    cosines = discover().load("metric", "resemblance").compute.__globals__["cosines"]
    a = np.array([[3.0, 4.0], [0.0, 0.0]])
    np.testing.assert_allclose(cosines(a, 2 * a), [1, np.nan])
