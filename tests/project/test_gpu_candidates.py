"""Ways that are timed beside each other on a GPU compute the same thing."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor

from benchmarks.gpu import candidates
from benchmarks.gpu.candidates import TOLERANCE, Sizes, Where, difference, worst_difference

SMALL = Sizes(size=16, width=4, batch=3, seeds=2)


def test_all_ways_are_the_same() -> None:
    """The check that the script makes before it times anything."""
    assert worst_difference(SMALL, "cpu") < TOLERANCE


def test_a_way_that_computes_something_else_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def shifted(x: Tensor, weight: Tensor) -> Tensor:
        return candidates.halved(x, weight).roll(1, -1)

    monkeypatch.setattr(candidates, "halved_by_product", shifted)
    assert worst_difference(SMALL, "cpu") > TOLERANCE
    one = [torch.ones(3), torch.zeros(2) + 4]
    assert difference(one, [torch.ones(3), torch.full((2,), 5.0)]) == pytest.approx(0.25)


@pytest.mark.parametrize("broken", ["halved", "halved_by_product", "in_turn"])
def test_a_way_without_a_number_is_found(broken: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every comparison with one is false, so it must not end as "no more than"."""
    right = getattr(candidates, broken)
    monkeypatch.setattr(candidates, broken, lambda *given: right(*given) * torch.nan)
    with pytest.raises(SystemExit, match="differ by nan"):
        candidates.main("cpu", "size=8", "width=2", "batch=2", "seeds=2")


def test_each_case_has_several_ways() -> None:
    found = [
        ways for case in candidates.CASES for _, ways in case(SMALL, Where("cpu", torch.float32))
    ]
    assert len(found) > len(candidates.CASES)
    assert all(len(ways) > 1 for ways in found)
