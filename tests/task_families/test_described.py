"""Phrases and pictures of products without pairs, and why words can be told apart all the same."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import torch

from ganbench.contracts.task import Split
from ganbench.core.errors import UserError
from ganbench.core.spec import SplitName
from ganbench.registry.registry import discover
from ganbench.task_families.described import (
    ATTRIBUTES,
    GRAMMAR,
    LEVELS,
    DescribedOptions,
    DescribedTask,
    descriptions,
    even,
    tied,
    values_of,
    vocabulary,
)

SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> DescribedTask:
    plugin: type[DescribedTask] = discover().load("task", "words2products")
    options = DescribedOptions(products=60)
    made = plugin(options, plugin.presets["smoke"], "procedural", {}, tmp_path_factory.mktemp("c"))
    made.prepare(lambda line: None)
    return made


@pytest.fixture(scope="module")
def splits(task: DescribedTask) -> dict[SplitName, Split]:
    return {name: task.load(name) for name in SPLITS}


def test_phrases_are_the_words_of_their_truth(splits: dict[SplitName, Split]) -> None:
    words = np.array(vocabulary())
    for split in splits.values():
        assert split.A.samples.dtype == torch.bool
        read = words[split.A.samples.int().argmax(-1).numpy()]
        for place, name in enumerate(ATTRIBUTES):
            assert read[:, place].tolist() == split.A.truth[name].tolist()


def test_pictures_are_of_shoes_and_handbags_and_no_two_alike(
    splits: dict[SplitName, Split],
) -> None:
    pictures = torch.cat([split.B.samples for split in splits.values()])
    assert pictures.dtype == torch.uint8 and pictures.shape[1:] == (3, 16, 16)
    assert len(torch.unique(pictures.flatten(1), dim=0)) == len(pictures) == 60
    kinds = {kind for split in splits.values() for kind in split.B.truth["kind"].tolist()}
    assert kinds == {*GRAMMAR["kind"]}


def test_a_picture_shows_its_colour(splits: dict[SplitName, Split]) -> None:
    """All red products are redder than all blue ones."""
    shown = [split.B for split in splits.values()]
    pictures = torch.cat([domain.samples for domain in shown]).float()
    colours = np.concatenate([domain.truth["colour"] for domain in shown])
    redness = (pictures[:, 0] - pictures[:, 2]).mean((1, 2)).numpy()
    assert redness[colours == "red"].min() > redness[colours == "blue"].max()


def test_no_product_is_in_two_splits(splits: dict[SplitName, Split]) -> None:
    for domain in ("A", "B"):
        identities = [{*split.domain(domain).truth["identity"]} for split in splits.values()]
        assert not any(one & other for one, other in combinations(identities, 2))


def test_words_are_numbered_without_meaning() -> None:
    words = vocabulary()
    assert sorted(words) == sorted(word for values in GRAMMAR.values() for word in values)
    places = [words.index(word) for values in GRAMMAR.values() for word in values]
    assert abs(np.corrcoef(places, range(len(places)))[0, 1]) < 0.5


def test_the_domains_are_drawn_apart() -> None:
    a, b = (descriptions(tied(), 4000, "descriptions", domain) for domain in "AB")
    together = (a == b).mean(0)
    alone = (a == np.random.default_rng(0).permutation(b)).mean(0)
    assert together == pytest.approx(alone, abs=0.03)


def test_a_larger_set_begins_with_the_smaller_one() -> None:
    small, large = (descriptions(tied(), count, "some") for count in (50, 80))
    assert (large[:50] == small).all()
    assert {*values_of(large)} == {*ATTRIBUTES}


def test_counting_words_cannot_tell_those_of_a_level_apart() -> None:
    chance = tied()
    assert chance.sum() == pytest.approx(1)
    for axis, name in enumerate(ATTRIBUTES):
        others = tuple(i for i in range(3) if i != axis)
        shares = np.sort(chance.sum(others))
        assert shares == pytest.approx(np.sort(LEVELS[name]) / sum(LEVELS[name]), rel=1e-6)
        assert len({*LEVELS[name]}) < len(LEVELS[name])


def test_how_words_go_together_tells_all_of_them_apart() -> None:
    """To exchange any two words of an attribute changes the joint distribution, by a good part of
    how often the two occur.
    """
    chance = tied()
    for axis in range(3):
        for one, other in combinations(range(chance.shape[axis]), 2):
            order = np.arange(chance.shape[axis])
            order[[one, other]] = other, one
            apart = np.abs(chance - chance.take(order, axis)).sum() / 2
            assert apart > 0.2 * chance.take([one, other], axis).sum()


def test_the_control_gives_nothing_to_tell_words_by() -> None:
    assert np.ptp(even()) == 0 and even().sum() == pytest.approx(1)


def test_options_that_make_no_task_are_refused() -> None:
    with pytest.raises(UserError, match="products"):
        DescribedOptions(products=5)


def test_options_change_the_data(task: DescribedTask, tmp_path: Path) -> None:
    other = type(task)(
        DescribedOptions(products=60, frequencies="uniform"),
        task.preset,
        "procedural",
        {},
        tmp_path,
    )
    assert other.fingerprint() != task.fingerprint()
    assert (other.truth("A")["colour"] != task.truth("A")["colour"]).any()
