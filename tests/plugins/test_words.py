"""The metric of words and the reference that counts, on planted data whose answers are known."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor

from ganbench.contracts.task import Domain, Split
from ganbench.core.spec import DataSpec, SplitName
from ganbench.registry.registry import discover
from tests.plugins.planted_view import PlantedTranslation

REGISTRY = discover()
WORDS = ("red", "tote", "blue", "pump", "green", "boot")
VALUES = {"kind": np.array(["tote", "pump", "boot"]), "colour": np.array(["red", "blue", "green"])}
SPEC = DataSpec(("tokens", "image"), (2, 6), (3, 4, 4), kept=("kind", "colour"), words_A=WORDS)


def truth_of(kind: np.ndarray, colour: np.ndarray) -> dict[str, np.ndarray]:
    return {"kind": VALUES["kind"][kind], "colour": VALUES["colour"][colour]}


def phrases(truth: dict[str, np.ndarray]) -> Tensor:
    words = np.stack([[WORDS.index(text) for text in truth[name]] for name in SPEC.kept], axis=1)
    return torch.from_numpy(words[..., None] == np.arange(len(WORDS)))


def pictures(truth: dict[str, np.ndarray]) -> Tensor:
    """Flat: the kind in one channel, the colour in another."""
    shown = np.zeros((len(truth["kind"]), 3, 4, 4), dtype=np.uint8)
    for channel, name in enumerate(SPEC.kept):
        number = (truth[name][:, None] == VALUES[name]).argmax(1)
        shown[:, channel] = (40 + 80 * number)[:, None, None]
    return torch.from_numpy(shown)


def drawn(seed: int, n: int = 300) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(seed)
    return truth_of(rng.integers(3, size=n), rng.integers(3, size=n))


@dataclass(frozen=True)
class Reader:
    """Reads a planted picture without an error."""

    channel: int
    values: np.ndarray

    def predict(self, samples: Tensor) -> np.ndarray:
        levels = (samples[:, self.channel].mean((1, 2)) * 255 - 40) / 80
        read: np.ndarray = self.values[levels.round().long().clamp(0, 2).numpy()]
        return read


@dataclass(frozen=True)
class Shown(PlantedTranslation):
    """What the metric looks at."""

    spec: DataSpec = field(default=SPEC)

    def probe(self, name: str) -> Reader:
        return Reader(SPEC.kept.index(name), VALUES[name])


def split() -> Split:
    a, b = drawn(0), drawn(1)
    return Split(Domain(phrases(a), a), Domain(pictures(b), b))


def scores(source: str, target: str, truth: dict[str, np.ndarray], **more: Any) -> Any:
    """Of translations that show, or say, `truth`."""
    fakes = pictures(truth).float() / 255 if target == "B" else phrases(truth).float()
    metric = REGISTRY.load("metric", "words")()
    view = Shown(source, target, split(), fakes, **more)
    assert metric.why_not(view) is None
    return metric.compute(view)


def renamed(truth: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Each kind called by the next one's name."""
    number = (truth["kind"][:, None] == VALUES["kind"]).argmax(1)
    return {**truth, "kind": VALUES["kind"][(number + 1) % 3]}


@pytest.mark.parametrize(("source", "target"), ["AB", "BA"])
def test_right_renamed_and_random_translations_are_told_apart(source: str, target: str) -> None:
    truth = dict(split().domain(source).truth)  # type: ignore[arg-type]
    right = scores(source, target, truth)
    assert right["word_agreement"] == right["word_agreement_renamed"] == 1
    assert right["word_information"] == pytest.approx(2 * np.log(3), abs=0.02)
    other = scores(source, target, renamed(truth))
    assert other["agreement_kind"] == 0 and other["agreement_colour"] == 1
    assert other["word_agreement_renamed"] == 1
    assert other["word_information"] == pytest.approx(right["word_information"])
    chance = scores(source, target, drawn(7))
    assert chance["word_agreement"] == pytest.approx(1 / 3, abs=0.06)
    assert chance["word_agreement_renamed"] == pytest.approx(1 / 3, abs=0.06)
    assert chance["word_information"] == pytest.approx(0, abs=0.03)


def test_words_of_another_attribute_are_wrong() -> None:
    """A phrase that names its colour twice and no kind has half of its words right."""
    truth = dict(split().B.truth)
    said = phrases(truth).float()
    said[:, 0] = said[:, 1]
    metric = REGISTRY.load("metric", "words")()
    found = metric.compute(Shown("B", "A", split(), said))
    assert found["agreement_kind"] == 0 and found["word_agreement"] == 0.5


def test_the_probe_and_the_way_back_have_numbers_of_their_own() -> None:
    truth = dict(split().A.truth)
    back = phrases(renamed(truth)).float()
    there = scores("A", "B", truth, reconstructions=back)
    assert there["words_restored"] == 0.5 and there["word_probe_accuracy"] == 1
    assert scores("A", "B", truth)["words_restored"].startswith("skipped")
    assert scores("B", "A", dict(split().B.truth))["word_probe_accuracy"].startswith("skipped")


@pytest.mark.parametrize(
    "spec",
    [
        DataSpec("image", (3, 4, 4), (3, 4, 4), kept=("kind", "colour")),
        DataSpec(("tokens", "image"), (2, 6), (3, 4, 4), words_A=WORDS),
        DataSpec(("tokens", "points"), (2, 6), (2,), kept=("kind", "colour"), words_A=WORDS),
    ],
)
def test_data_without_words_for_attributes_are_not_scored(spec: DataSpec) -> None:
    view = Shown("A", "B", split(), pictures(drawn(0)).float(), spec=spec)
    assert REGISTRY.load("metric", "words")().why_not(view)


@dataclass(frozen=True)
class Counted:
    """A task whose descriptions differ in how often they occur, or not."""

    train: Split
    spec: DataSpec = field(default=SPEC)

    def load(self, name: SplitName) -> Split:
        assert name == "train"
        return self.train


def counted(repeats: list[int], seed: int) -> dict[str, np.ndarray]:
    """The i-th of nine descriptions so many times, in another order in each domain."""
    chosen = np.random.default_rng(seed).permutation(np.repeat(np.arange(9), repeats))
    return truth_of(chosen // 3, chosen % 3)


@pytest.mark.parametrize(("source", "target"), ["AB", "BA"])
def test_counting_finds_what_differs_in_frequency_and_no_more(source: str, target: str) -> None:
    reference = REGISTRY.load("reference", "frequency")()
    for repeats, expected in ((list(range(2, 11)), 1.0), ([6] * 9, 1 / 3)):
        a, b = counted(repeats, 0), counted(repeats, 1)
        train = Split(Domain(phrases(a), a), Domain(pictures(b), b))
        agreed = []
        for seed in range(12):
            rng = np.random.default_rng(seed)
            made = reference.fakes(Counted(train), split(), source, target, rng)
            assert made.dtype == (torch.uint8 if target == "B" else torch.bool)
            fakes = made.float() / 255 if target == "B" else made.float()
            metric = REGISTRY.load("metric", "words")()
            found = metric.compute(Shown(source, target, split(), fakes))
            agreed.append(found["word_agreement"])
        assert np.mean(agreed) == pytest.approx(expected, abs=0.12)


def test_what_cannot_be_counted_has_no_such_reference() -> None:
    frequency = REGISTRY.load("reference", "frequency")
    shape = (3, 16, 16)
    assert frequency.unsupported(DataSpec("image", shape, shape, kept=("azimuth_deg",)))
    assert frequency.unsupported(DataSpec("points", (2,), (2,)))
    assert frequency.unsupported(SPEC) is None
