"""Names that a plugin's functions would look for in vain."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.registry.test_faults import error_of, model


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ("return nowhere", 14),
        ("def inner(x):\n            return [nowhere for y in x]\n        return inner", 15),
        ("other = lambda: nowhere\n        return other", 14),
    ],
)
def test_a_name_that_only_a_call_would_miss(tmp_path: Path, body: str, line: int) -> None:
    told = error_of(tmp_path, model(method=f"def more(self):\n        {body}"))
    assert told == f"line {line}: the name 'nowhere' is not there; import it, or correct it"


def test_a_name_that_a_function_makes_global_is_there(tmp_path: Path) -> None:
    make = "def make(self):\n        global made\n        made = 1\n"
    assert error_of(tmp_path, model(method=f"{make}    def more(self): return made")) == ""
