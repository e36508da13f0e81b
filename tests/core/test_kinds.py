"""What a kind answers of its samples, and how a spec puts two kinds together."""

from __future__ import annotations

import pytest
import torch
import torch.nn.functional as F
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.errors import UserError
from ganbench.core.kinds import KINDS, Kind
from ganbench.core.spec import DataSpec

SHAPES = {"image": (3, 16, 16), "points": (2,), "tokens": (3, 5), "attributes": (5,)}
EACH = pytest.mark.parametrize("kind", KINDS.values(), ids=list(KINDS))


@EACH
def test_samples_are_stored_in_the_form_of_the_kind(kind: Kind) -> None:
    made = kind.noise(5, SHAPES[kind.name], torch.Generator().manual_seed(0))
    stored = kind.to_stored(made)
    assert stored.dtype == getattr(torch, kind.stored)
    assert stored.shape == made.shape == (5, *SHAPES[kind.name])


@EACH
def test_a_shape_of_another_kind_is_refused(kind: Kind) -> None:
    for shape in SHAPES.values():
        if len(shape) == len(SHAPES[kind.name]):
            kind.require_shape(shape)
        else:
            with pytest.raises(UserError, match=f"{kind.many} have the shape"):
                kind.require_shape(shape)


def test_bytes_round_and_stay_within_their_range() -> None:
    samples = torch.tensor([-1.0, 0.0, 0.5 / 255 + 1e-4, 1.0, 2.0]).view(1, 1, 1, 5)
    assert KINDS["image"].to_stored(samples).flatten().tolist() == [0, 0, 1, 255, 255]


def test_words_are_the_likeliest_of_each_position() -> None:
    tokens, words = KINDS["tokens"], ("a", "b", "c")
    chances = torch.tensor([[[0.1, 0.2, 0.7], [0.5, 0.3, 0.2]]])
    assert tokens.to_array(chances, words).tolist() == ["c a"]
    assert tokens.to_array(chances).tolist() == ["2 0"]
    assert tokens.to_stored(chances).tolist() == [[[False, False, True], [True, False, False]]]


@given(st.integers(1, 4), st.integers(2, 6), st.integers(0, 100))
def test_made_phrases_have_one_word_at_each_position(places: int, words: int, seed: int) -> None:
    tokens = KINDS["tokens"]
    made = tokens.noise(7, (places, words), torch.Generator().manual_seed(seed))
    assert tokens.fault(tokens.to_stored(made)) == ""
    assert torch.equal(tokens.to_stored(made).float(), made)
    both = tokens.to_stored(made)
    both[0, 0] = True
    assert "without one word" in tokens.fault(both)


def test_cross_entropy_is_that_of_torch() -> None:
    distance = KINDS["tokens"].distance
    assert distance is not None
    generator = torch.Generator().manual_seed(3)
    logits = torch.randn(6, 3, 5, generator=generator, dtype=torch.float64)
    real = KINDS["tokens"].noise(6, (3, 5), generator).double()
    expected = F.cross_entropy(logits.flatten(0, 1), real.flatten(0, 1).argmax(1))
    torch.testing.assert_close(distance(logits.softmax(-1), real), expected)
    wrong = distance(1 - real, real)
    assert wrong.isfinite() and wrong > 10


def test_attributes_are_shown_by_the_names_of_those_that_are_there() -> None:
    attributes, names = KINDS["attributes"], ("male", "long_hair", "glasses")
    chances = torch.tensor([[0.9, 0.2, 0.51], [0.5, 0.1, 0.0]])
    assert attributes.to_stored(chances).tolist() == [[True, False, True], [False] * 3]
    assert attributes.to_array(chances, names).tolist() == ["male glasses", "none"]
    assert attributes.to_array(chances).tolist() == ["0 2", "none"]


@given(st.integers(1, 9), st.integers(0, 100))
def test_made_attributes_are_there_or_not(count: int, seed: int) -> None:
    attributes = KINDS["attributes"]
    made = attributes.noise(7, (count,), torch.Generator().manual_seed(seed))
    assert attributes.fault(attributes.to_stored(made)) == ""
    assert torch.equal(attributes.to_stored(made).float(), made)
    real, other = (attributes.marked(made, is_real) for is_real in (True, False))
    assert (real != other).any(-1).all(), "what is real cannot be told from what is not"
    assert real.unique().tolist() in ([0, 1], [1])


def test_binary_cross_entropy_is_that_of_torch() -> None:
    distance = KINDS["attributes"].distance
    assert distance is not None
    generator = torch.Generator().manual_seed(3)
    chances = torch.rand(6, 5, generator=generator, dtype=torch.float64)
    real = KINDS["attributes"].noise(6, (5,), generator).double()
    torch.testing.assert_close(distance(chances, real), F.binary_cross_entropy(chances, real))
    wrong = distance(1 - real, real)
    assert wrong.isfinite() and wrong > 10


def test_a_vocabulary_names_each_number() -> None:
    spec = DataSpec(("tokens", "image"), (2, 3), (3, 16, 16), words_A=("a", "b", "c"))
    assert spec.words("A") == ("a", "b", "c") and spec.words("B") == ()
    for words in (("a", "b"), ("a", "b", "b")):
        with pytest.raises(UserError, match="2 different words for 3 numbers"):
            DataSpec(("tokens", "image"), (2, 3), (3, 16, 16), words_A=words)


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
