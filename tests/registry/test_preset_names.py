"""A preset's name is not taken for that of one which a run has changed; its values are of the types
that rows have.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.registry.test_faults import error_of, task


@pytest.mark.parametrize("names", [("a+b", "a"), ("a", "a+kimg=word"), ("a+size=64",) * 2])
def test_a_presets_name_has_no_plus(tmp_path: Path, names: tuple[str, str]) -> None:
    """What is behind one would be taken for a change that a run has made."""
    key, name = names
    presets = f'{{"{key}": Preset("{name}", 1, 1)}}'
    text = task().replace('{"smoke": Preset("smoke", 1, 1)}', presets)
    told = next(one for one in names if "+" in one)
    assert f"line 10: the preset '{told}' has a + in its name" in error_of(tmp_path, text)
    base = text.replace("class Mine(Task)", "class Base(Task)") + "\nclass Mine(Base): ...\n"
    assert "line 10: the preset" in error_of(tmp_path, base)
    assert error_of(tmp_path, text.replace("+", "-")) == ""


@pytest.mark.parametrize("values", ["1e4, 16", "100, 16.0", "100, 16, batch_size='64'"])
def test_a_presets_values_are_of_their_types(tmp_path: Path, values: str) -> None:
    """A row with steps of 1e4 could be written, and none of its folder read again."""
    text = task().replace('Preset("smoke", 1, 1)', f'Preset("smoke", {values})')
    assert "line 10: the preset 'smoke' has " in (told := error_of(tmp_path, text))
    assert "a value of another type; give a whole number" in told
