"""Agreement up to a renaming, and what labels tell of each other."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.errors import Undefined
from ganbench.evaluation.agreement import agreement_up_to_renaming, mutual_information

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
