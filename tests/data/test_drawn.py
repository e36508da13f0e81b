"""The procedural data look as their versions were recorded, and whoever changes them is told."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest

from ganbench.contracts.task import Task
from ganbench.core.spec import content_hash
from ganbench.data.rendering.rendered import GREYS, RENDERING_VERSION
from ganbench.registry.registry import discover
from tests.data import drawn
from tests.data.drawn import DATA, FOLDER, RECORD, changes, described, recorded

SHAPES = "ganbench.data.procedural"
# A few millimetres, degrees or shades of one thing.
FAULTS = {
    "cars": (f"{SHAPES}.cars.body", "BONNET_CROWN_M", 0.028),
    "cars' paint": (f"{SHAPES}.cars.fleet", "PAINTS", {"white": (0.95,) * 3, "grey": (0.6,) * 3}),
    "chairs": (f"{SHAPES}.chairs.chairs", "DARK", ((0.07, 0.06, 0.065), 0.1, 15.0)),
    "heads": (f"{SHAPES}.heads.skull", "NECK_END_M", -0.172),
    "people": (f"{SHAPES}.heads.people", "MAX_AZIMUTH_DEG", 35.5),
    "handbags": (f"{SHAPES}.handbags.details", "HEM", 0.06),
    "shoes": (f"{SHAPES}.shoes.shoes", "EDGE_THICKNESS", 0.052),
}


@cache
def pictures() -> dict[str, np.ndarray]:
    return drawn.rendered_now()


@pytest.mark.parametrize("name", DATA)
def test_each_version_looks_as_it_was_recorded(name: str) -> None:
    old, new = recorded(name), drawn.drawn(name, pictures()[name])
    assert not list(changes(name, old, new))
    now = f"a version was raised: record what it shows: `{RECORD}`"
    assert drawn.versions(old) == drawn.versions(new), now


@pytest.mark.parametrize("case", FAULTS)
def test_another_shape_under_the_same_version_is_told(
    case: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = case.partition("'")[0]
    module, attribute, value = FAULTS[case]
    monkeypatch.setattr(f"{module}.{attribute}", value)
    old = recorded(name)
    measures, labels = described(name)
    new = replace(old, measures=measures, labels=labels)
    (told,) = changes(name, old, new)
    assert f"raise DATA_VERSION in {DATA[name].file}" in told and RECORD in told
    assert not list(changes(name, old, replace(new, version=old.version + 1)))


def test_another_label_under_the_same_version_is_told() -> None:
    old = recorded("people")
    new = replace(old, labels=[old.labels[0].swapcase(), *old.labels[1:]])
    assert ["raise DATA_VERSION" in told for told in changes("people", old, new)] == [True]


def test_the_greys_are_those_of_this_version_of_the_renderer() -> None:
    assert (RENDERING_VERSION, GREYS) == (1, {"black": 0.0, "grey": 0.5, "white": 1.0})


def test_pictures_that_differ_by_more_than_rounding_are_told() -> None:
    old = recorded("shoes")
    rounded = np.where(np.arange(old.pictures.size) % 20 == 0, 1, 0).reshape(old.pictures.shape)
    brighter = (old.pictures * 1.01).round().astype(np.uint8)
    assert not list(changes("shoes", old, replace(old, pictures=old.pictures ^ rounded)))
    (told,) = changes("shoes", old, replace(old, pictures=brighter))
    assert "raise RENDERING_VERSION in ganbench/data/rendering/rendered.py" in told
    raised = replace(old, pictures=brighter, rendering=old.rendering + 1)
    assert not list(changes("shoes", old, raised))


def test_nothing_is_recorded_over_a_version_that_looks_otherwise(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for file in FOLDER.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    monkeypatch.setattr(drawn, "FOLDER", tmp_path)
    monkeypatch.setattr(drawn, "DATA", {name: DATA[name] for name in ("heads", "shoes")})
    shown = {name: recorded(name).pictures for name in drawn.DATA}
    monkeypatch.setattr(drawn, "rendered_now", lambda: shown)
    monkeypatch.setattr(f"{SHAPES}.shoes.shoes.EDGE_THICKNESS", 0.052)
    before = (FOLDER / "shoes.json").read_bytes()
    with pytest.raises(SystemExit, match="shoes are drawn otherwise than version 1 was"):
        drawn.main()
    assert (tmp_path / "shoes.json").read_bytes() == before
    monkeypatch.setattr(f"{SHAPES}.shoes.shoes.DATA_VERSION", 2)
    with pytest.raises(SystemExit, match=r"^0$"):
        drawn.main()
    assert (tmp_path / "shoes.json").read_bytes() != before
    assert recorded("shoes").version == 2
    assert (tmp_path / "heads.json").read_bytes() == (FOLDER / "heads.json").read_bytes()


def key(task_type: type[Task], cache: Path) -> str:
    preset, source = task_type.presets["quick"], "procedural"
    task = task_type(task_type.options_type(), preset, source, {}, cache)
    return content_hash(task.data_key())


@pytest.mark.parametrize("name", ["chair2car", "handbags2shoes", "edges2shoes", "gender"])
def test_a_raised_version_makes_other_data(
    name: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    task_type = discover().load("task", name)
    family = import_module(task_type.__mro__[1].__module__)
    found = {key(task_type, tmp_path)}
    for place in ("classes", "products"):
        first, second = getattr(task_type, place, (None, None))
        if first is not None:
            raised = (first, replace(second, version=second.version + 1))
            monkeypatch.setattr(task_type, place, raised)
            found.add(key(task_type, tmp_path))
    if hasattr(family, "DATA_VERSION"):
        monkeypatch.setattr(family, "DATA_VERSION", 99)
        found.add(key(task_type, tmp_path))
    monkeypatch.setattr(family, "RENDERING_VERSION", 99)
    found.add(key(task_type, tmp_path))
    assert len(found) == 3


def test_each_pair_of_data_has_a_key_of_its_own(tmp_path: Path) -> None:
    tasks = [f"{a}2{b}" for a in ("car", "chair", "face") for b in ("car", "chair", "face")]
    tasks += ["handbags2shoes", "shoes2handbags", "edges2shoes", "shoes2edges", "gender", "hair"]
    assert len({key(discover().load("task", name), tmp_path) for name in tasks}) == len(tasks)
