"""What a cell's networks were built for, read back."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.core.spec import Architecture, DataSpec
from ganbench.running.sample_shapes import FILE, Shapes, keep_shapes, read_shapes

SPECS = (
    DataSpec("image", (1, 16, 16), (3, 16, 16), ("colour",), drawn=("A",)),
    DataSpec("points", (2,), (3,)),
    DataSpec(("points", "image"), (2,), (3, 16, 16)),
    DataSpec(("image", "tokens"), (3, 16, 16), (2, 3), words_B=("a", "b", "c")),
)


@pytest.mark.parametrize("spec", SPECS, ids=["images", "points", "both", "words"])
def test_shapes_are_read_as_they_were_kept(spec: DataSpec, tmp_path: Path) -> None:
    shapes = Shapes(spec, Architecture(8))
    keep_shapes(shapes, tmp_path)
    assert read_shapes(tmp_path) == shapes


def test_shapes_of_before_domains_had_kinds_of_their_own_are_read(tmp_path: Path) -> None:
    text = '{"spec":{"kind":"points","A":[2],"B":[3]},"architecture":{"width":8}}'
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert read_shapes(tmp_path) == Shapes(DataSpec("points", (2,), (3,)), Architecture(8))


def test_shapes_that_no_kind_has_are_none(tmp_path: Path) -> None:
    text = '{"spec":{"kind":"image","A":[2],"B":[3]},"architecture":{"width":8}}'
    (tmp_path / FILE).write_text(text, encoding="utf-8")
    assert read_shapes(tmp_path) is None
