"""Agreement up to a renaming, and what labels tell of each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.errors import Undefined
from ganbench.evaluation.agreement import (
    agreement_up_to_exchange,
    agreement_up_to_renaming,
    balanced_agreement,
    mutual_information,
)

NAMES = np.array(["ab", "cd", "ef", "gh", "ij"])


def drawn(seed: int, count: int = 400) -> np.ndarray:
    return NAMES[np.random.default_rng(seed).integers(len(NAMES), size=count)]


@given(order=st.permutations(range(len(NAMES))), wrong=st.integers(0, 60))
def test_a_renaming_costs_nothing_and_errors_cost_what_they_are(
    order: list[int], wrong: int
) -> None:
    told = drawn(0)
    read = told.copy()
    read[:wrong] = NAMES[(np.searchsorted(NAMES, told[:wrong]) + 1) % len(NAMES)]
    renamed = NAMES[order][np.searchsorted(NAMES, read)]
    assert agreement_up_to_renaming(told, renamed) == pytest.approx(1 - wrong / len(told))
    assert mutual_information(told, renamed) == pytest.approx(mutual_information(told, read))


def test_new_names_are_a_renaming_too() -> None:
    told = drawn(0)
    assert agreement_up_to_renaming(told, np.char.add("new ", told)) == 1


def test_what_is_read_by_chance_agrees_by_chance() -> None:
    """Without a bias of the best of all renamings, and of a plug-in estimate."""
    pairs = [(drawn(seed), drawn(1000 + seed)) for seed in range(200)]
    agreement = [agreement_up_to_renaming(*pair) for pair in pairs]
    assert np.mean(agreement) == pytest.approx(1 / len(NAMES), abs=0.01)
    assert np.mean([mutual_information(*pair) for pair in pairs]) == pytest.approx(0, abs=0.002)


def test_labels_tell_all_of_themselves() -> None:
    told = np.repeat(NAMES, 200)
    assert mutual_information(told, told) == pytest.approx(np.log(len(NAMES)), abs=0.003)


def test_one_label_for_all_agrees_with_the_most_frequent_one() -> None:
    told = np.random.default_rng(0).permutation(np.repeat(NAMES, [200, 50, 50, 50, 50]))
    same = np.full(len(told), "ij")
    assert mutual_information(told, same) == pytest.approx(0)
    assert agreement_up_to_renaming(told, same) == 0.5


def test_too_few_samples_have_no_number() -> None:
    with pytest.raises(Undefined):
        agreement_up_to_renaming(NAMES[:1], NAMES[:1])
    with pytest.raises(Undefined):
        mutual_information(NAMES[:0], NAMES[:0])


def bits(seed: int, count: int = 400) -> np.ndarray:
    """Attributes of several frequencies, bool (count, 4)."""
    return np.random.default_rng(seed).random((count, 4)) < [0.1, 0.3, 0.5, 0.8]


@given(order=st.permutations(range(4)), flipped=st.lists(st.booleans(), min_size=4, max_size=4))
def test_an_exchange_of_attributes_and_of_their_absence_costs_nothing(
    order: list[int], flipped: list[bool]
) -> None:
    told = bits(0)
    read = told.copy()
    read[:40] = ~read[:40]
    other = (read ^ flipped)[:, order]
    assert agreement_up_to_exchange(told, other) == pytest.approx(
        agreement_up_to_exchange(told, read)
    )
    assert agreement_up_to_exchange(told, (told ^ flipped)[:, order]).tolist() == [1] * 4
    expected = 1 - (told[:40].mean(0) / told.mean(0) + (~told[:40]).mean(0) / (~told).mean(0)) / 20
    assert balanced_agreement(told, read) == pytest.approx(expected)


def test_attributes_that_follow_chance_or_nothing_agree_by_half() -> None:
    """Without a bias of the best of all exchanges, and whatever is frequent."""
    pairs = [(bits(seed, 60), bits(1000 + seed, 60)) for seed in range(300)]
    for agree in (agreement_up_to_exchange, balanced_agreement):
        found = np.array([agree(*pair) for pair in pairs])
        assert np.nanmean(found, axis=0) == pytest.approx(0.5, abs=0.02)
    told = bits(0)
    same = np.broadcast_to([False, False, True, True], told.shape)
    assert balanced_agreement(told, same).tolist() == [0.5] * 4
    assert agreement_up_to_exchange(told, same).tolist() == [0.5] * 4


def test_attributes_without_a_contrast_have_no_number() -> None:
    told = bits(0)
    told[:, 1] = True
    for agree in (agreement_up_to_exchange, balanced_agreement):
        assert np.isnan(agree(told, told)).tolist() == [False, True, False, False]
    told[1:, 1] = False  # it is in one half alone, which finds nothing and is scored
    assert not np.isnan(agreement_up_to_exchange(told, told)).any()
    with pytest.raises(Undefined):
        agreement_up_to_exchange(told[:1], told[:1])
