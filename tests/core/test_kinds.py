"""What a kind answers of its samples, and how a spec puts two kinds together."""

from __future__ import annotations

import pytest
import torch

from ganbench.core.errors import UserError
from ganbench.core.kinds import KINDS, Kind
from ganbench.core.spec import DataSpec

SHAPES = {"image": (3, 16, 16), "points": (2,)}
EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@EACH
def test_samples_are_stored_in_the_form_of_the_kind(kind: Kind) -> None:
    made = kind.noise(5, SHAPES[kind.name], torch.Generator().manual_seed(0))
    stored = kind.to_stored(made)
    assert stored.dtype == getattr(torch, kind.stored)
    assert stored.shape == made.shape == (5, *SHAPES[kind.name])


@EACH
def test_a_shape_of_another_kind_is_refused(kind: Kind) -> None:
    for other, shape in SHAPES.items():
        if other == kind.name:
            kind.require_shape(shape)
        else:
            with pytest.raises(UserError, match=f"{kind.many} have the shape"):
                kind.require_shape(shape)
    with pytest.raises(UserError):
        kind.require_shape((0, *SHAPES[kind.name][1:]))


def test_bytes_round_and_stay_within_their_range() -> None:
    samples = torch.tensor([-1.0, 0.0, 0.5 / 255 + 1e-4, 1.0, 2.0]).view(1, 1, 1, 5)
    assert KINDS["image"].to_stored(samples).flatten().tolist() == [0, 0, 1, 255, 255]


def test_each_domain_has_a_kind_of_its_own() -> None:
    spec = DataSpec(("points", "image"), (2,), (3, 16, 16))
    assert {domain: kind.name for domain, kind in spec.kinds.items()} == {
        "A": "points",
        "B": "image",
    }
    assert spec.lacks_pixels("edges") == spec.lacks_pixels("edges", "A") == "points have no edges"
    assert spec.lacks_pixels("edges", "B") is None


def test_one_kind_for_both_is_spelt_in_one_way() -> None:
    twice = DataSpec(("image", "image"), (3, 16, 16), (3, 16, 16))
    assert twice == DataSpec("image", (3, 16, 16), (3, 16, 16)) and twice.kind == "image"


def test_a_spec_refuses_a_shape_that_its_kind_does_not_have() -> None:
    with pytest.raises(UserError, match=r"points have the shape \(coordinates\)"):
        DataSpec(("image", "points"), (3, 16, 16), (3, 16, 16))
