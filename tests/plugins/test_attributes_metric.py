"""The metric of attributes, on planted data whose answers are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ganbench.contracts.task import Domain, Split
from ganbench.core.spec import DataSpec
from ganbench.registry.registry import discover
from tests.plugins.planted_view import PlantedTranslation

REGISTRY = discover()
NAMES = ("rare", "usual", "even")
SHARES = (0.1, 0.8, 0.5)
SPEC = DataSpec(("attributes", "image"), (3,), (3, 4, 4), kept=NAMES, words_A=NAMES)
Truth = dict[str, np.ndarray]


def drawn(seed: int, n: int = 400) -> Truth:
    rng = np.random.default_rng(seed)
    return {name: rng.random(n) < share for name, share in zip(NAMES, SHARES, strict=True)}


def vectors(truth: Truth) -> Tensor:
    return torch.from_numpy(np.stack([truth[name] for name in NAMES], axis=1))


def pictures(truth: Truth) -> Tensor:
    """Flat: each attribute in a channel of its own."""
    return (vectors(truth)[:, :, None, None].expand(-1, -1, 4, 4) * 200).byte()


@dataclass(frozen=True)
class Reader:
    """Reads a planted picture without an error."""

    channel: int

    def predict(self, samples: Tensor) -> np.ndarray:
        read: np.ndarray = (samples[:, self.channel].mean((1, 2)) > 0.4).numpy()
        return read


@dataclass(frozen=True)
class Shown(PlantedTranslation):
    """What the metric looks at."""

    spec: DataSpec = field(default=SPEC)

    def probe(self, name: str) -> Reader:
        return Reader(NAMES.index(name))


def split() -> Split:
    a, b = drawn(0), drawn(1)
    return Split(Domain(vectors(a), a), Domain(pictures(b), b))


def scores(source: str, target: str, truth: Truth, **more: Any) -> Any:
    """Of translations that show, or have, `truth`."""
    fakes = pictures(truth).float() / 255 if target == "B" else vectors(truth).float()
    metric = REGISTRY.load("metric", "attributes")()
    view = Shown(source, target, split(), fakes, **more)
    assert metric.why_not(view) is None
    return metric.compute(view)


def truth_of(source: str) -> Truth:
    return dict(split().domain(source).truth)  # type: ignore[arg-type]


@pytest.mark.parametrize(("source", "target"), ["AB", "BA"])
def test_right_exchanged_and_random_translations_are_told_apart(source: str, target: str) -> None:
    truth = truth_of(source)
    right = scores(source, target, truth)
    assert right["attribute_agreement"] == right["attribute_agreement_exchanged"] == 1
    entropy = -sum(p * np.log(p) + (1 - p) * np.log(1 - p) for p in SHARES)
    assert right["attribute_information"] == pytest.approx(entropy, abs=0.1)
    other = {"rare": truth["usual"], "usual": ~truth["rare"], "even": ~truth["even"]}
    exchanged = scores(source, target, other)
    assert exchanged["attribute_agreement_exchanged"] == 1
    assert exchanged["balanced_even"] == 0 and exchanged["exchanged_even"] == 1
    assert exchanged["balanced_rare"] == pytest.approx(0.5, abs=0.1)
    assert exchanged["told_even"] == pytest.approx(right["told_even"])
    chance = scores(source, target, drawn(7))
    assert chance["attribute_agreement"] == pytest.approx(0.5, abs=0.05)
    assert chance["attribute_agreement_exchanged"] == pytest.approx(0.5, abs=0.05)
    assert chance["attribute_information"] == pytest.approx(0, abs=0.03)


@pytest.mark.parametrize(("source", "target"), ["AB", "BA"])
def test_the_most_frequent_vector_agrees_by_chance(source: str, target: str) -> None:
    """Though 0.9, 0.8 and 0.5 of its attributes are right."""
    same = {name: np.full(400, share > 0.5) for name, share in zip(NAMES, SHARES, strict=True)}
    found = scores(source, target, same)
    assert found["attribute_agreement"] == found["attribute_agreement_exchanged"] == 0.5
    assert found["attribute_information"] == pytest.approx(0, abs=1e-9)


def test_softness_counts_as_what_is_likelier() -> None:
    truth = truth_of("B")
    soft = 0.5 + 0.1 * (vectors(truth).float() - 0.5)
    metric = REGISTRY.load("metric", "attributes")()
    assert metric.compute(Shown("B", "A", split(), soft))["attribute_agreement"] == 1


def test_the_probe_and_the_way_back_have_numbers_of_their_own() -> None:
    truth = truth_of("A")
    back = vectors({**truth, "even": ~truth["even"]}).float()
    there = scores("A", "B", truth, reconstructions=back)
    assert there["attributes_restored"] == pytest.approx(2 / 3)
    assert there["attribute_probe_accuracy"] == 1
    assert scores("A", "B", truth)["attributes_restored"].startswith("skipped")
    backward = scores("B", "A", truth_of("B"))
    assert backward["attribute_probe_accuracy"].startswith("skipped")
    assert backward["attributes_restored"].startswith("skipped")


def test_an_attribute_that_all_inputs_have_is_left_out_with_a_reason() -> None:
    a, b = drawn(0), drawn(1)
    a["usual"][:] = True
    data = Split(Domain(vectors(a), a), Domain(pictures(b), b))
    shown = {**a, "usual": np.zeros(400, dtype=bool)}
    metric = REGISTRY.load("metric", "attributes")()
    found = metric.compute(Shown("A", "B", data, pictures(shown).float() / 255))
    assert found["attribute_agreement"] == found["attribute_agreement_exchanged"] == 1
    for family in ("balanced", "exchanged"):
        assert found[f"{family}_usual"] == "undefined: all samples have it, or none"


@pytest.mark.parametrize(
    "spec",
    [
        DataSpec("image", (3, 4, 4), (3, 4, 4), kept=NAMES),
        DataSpec(("tokens", "image"), (3, 2), (3, 4, 4), kept=NAMES),
        DataSpec(("attributes", "image"), (3,), (3, 4, 4), words_A=NAMES),
        DataSpec(("attributes", "image"), (3,), (3, 4, 4), kept=NAMES[::-1], words_A=NAMES),
        DataSpec(("attributes", "points"), (3,), (2,), kept=NAMES, words_A=NAMES),
    ],
)
def test_data_whose_attributes_are_not_known_are_not_scored(spec: DataSpec) -> None:
    view = Shown("A", "B", split(), pictures(drawn(0)).float(), spec=spec)
    assert REGISTRY.load("metric", "attributes")().why_not(view)
