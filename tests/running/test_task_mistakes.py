"""A task of one's own that gives something else: told, or left to the cell's own run to show."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.core.errors import UserError
from ganbench.registry.registry import discover
from ganbench.running.preview import draw_previews
from ganbench.running.request import Request
from ganbench.running.resolve import Grid, resolve
from ganbench.running.small_sets import small_sets
from tests.registry.test_faults import task

SPEC = """x = 1
    {extra}
    @property
    def spec(self):
        from ganbench.api import DataSpec
        return DataSpec("points", (2,), (2,))
    def options_json(self): return {{}}"""


def grid(tmp_path: Path, extra: str, load: str = "...") -> Grid:
    text = task(spec=SPEC.format(extra=extra)).replace("split): ...", f"split): {load}")
    text = text.replace("def fingerprint(self): ...", "def fingerprint(self): return {}")
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "mine.py").write_text(f'"""A task."""\n{text}')
    registry = discover([tmp_path / "mine"])
    request = Request(("recon",), ("mine",), (0,), tmp_path, preset="smoke", references=())
    return resolve(request, registry)


@pytest.mark.parametrize("load", ["...", "return __import__('ganbench').api.Split(A=[], B=[])"])
def test_no_split_is_shown_by_the_cell_alone(tmp_path: Path, load: str) -> None:
    """As a forgotten return, or arrays in place of domains."""
    found = grid(tmp_path, "", load)
    assert all("training samples" in line for line in small_sets(found.jobs))
    assert list(draw_previews(found.jobs, tmp_path)) == []


def test_a_selection_by_no_column_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="unknown column 'reverse_kll'"):
        grid(tmp_path, 'selected_by = "reverse_kll"')
