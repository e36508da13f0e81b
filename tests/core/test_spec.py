"""Columns of a direction and their text."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.spec import BACKWARD, Column, ColumnKey, Direction, column_of

NAMES = st.text(min_size=1).filter(lambda name: not name.endswith(BACKWARD))
DIRECTIONS = st.sampled_from(get_args(Direction))


@given(name=NAMES, direction=DIRECTIONS)
def test_a_key_is_read_back_from_its_text(name: str, direction: Direction) -> None:
    key = ColumnKey(name, direction)
    assert ColumnKey.parse(str(key)) == key


@given(text=st.text(min_size=1))
def test_a_text_is_written_back_from_its_key(text: str) -> None:
    assert str(ColumnKey.parse(text)) == text


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("fid", ColumnKey("fid", "AB")),
        ("fid_BA", ColumnKey("fid", "BA")),
        ("BA", ColumnKey("BA", "AB")),
        ("fid_BA_x", ColumnKey("fid_BA_x", "AB")),
    ],
)
def test_texts_as_stored_rows_have_them(text: str, key: ColumnKey) -> None:
    assert (ColumnKey.parse(text), str(key)) == (key, text)


def test_a_column_means_the_same_in_both_directions() -> None:
    one, family = Column("deg", True, "one"), Column("", False, "family")
    columns = {"one": one, "kept_*": family}
    assert column_of("one", columns) == column_of("one_BA", columns) == one
    assert column_of("kept_hair", columns) == column_of("kept_hair_BA", columns) == family
    assert column_of("other_BA", columns) is None
