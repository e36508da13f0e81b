"""One text where a plugin names several things is told, not read letter by letter."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.registry.test_faults import error_of, model, task


@pytest.mark.parametrize("name", ["metrics", "references", "kinds"])
def test_names_of_a_task_are_no_text(tmp_path: Path, name: str) -> None:
    text = task(spec='x = 1\n    {name} = ("visible")\n    @property\n    def spec(self): ...')
    told = error_of(tmp_path, text.replace("{name}", name))
    assert f"line 12: {name} = 'visible' is one text; write {name} = ('visible',)" in told
    sound = text.replace("{name}", name).replace('("visible")', '("visible",)')
    assert error_of(tmp_path, sound) == ""


def test_metrics_of_a_model_are_no_text(tmp_path: Path) -> None:
    told = error_of(tmp_path, model(method='metrics = "visible"'))
    assert "metrics = 'visible' is one text" in told
