"""A task of views has the options of the classes that it shows, unless it says which it has."""

from __future__ import annotations

import pickle
from dataclasses import dataclass, fields
from typing import ClassVar

import pytest

from ganbench.api import CARS, CHAIRS, HEADS, Task, ViewOptions, ViewsTask
from ganbench.core.options import replace_from_text
from ganbench.registry.registry import discover

AXES = {"up_A", "front_A", "up_B", "front_B"}


def options_of(name: str) -> set[str]:
    return {f.name for f in fields(discover().load("task", name).options_type)}


@pytest.mark.parametrize(
    ("name", "added"),
    [
        ("car2car", {"paint"}),
        ("face2face", {"face_pattern"}),
        ("car2chair", {"paint", "chair_elevation_deg", *AXES}),
        ("face2car", {"face_pattern", "paint", *AXES}),
    ],
)
def test_the_classes_add_their_options(name: str, added: set[str]) -> None:
    assert options_of(name) == {f.name for f in fields(ViewOptions)} | added


def test_a_reverse_has_the_same_options() -> None:
    for pair in (("car", "chair"), ("car", "face"), ("chair", "face")):
        assert options_of("2".join(pair)) == options_of("2".join(reversed(pair)))


def test_derived_options_are_set_by_text_and_pickled() -> None:
    task_type = discover().load("task", "car2chair")
    options = replace_from_text(task_type.options_type(), {"paint": "mixed"}, "car2chair")
    assert options.paint == "mixed"
    assert pickle.loads(pickle.dumps(options)) == options


def test_cars_narrow_the_range_of_a_preset_and_keep_the_rest() -> None:
    for name in ("car2car", "chair2car", "car2face"):
        quick = discover().load("task", name).preset_options["quick"]
        narrow = {"azimuth_min_deg": -45.0, "azimuth_max_deg": 45.0}
        assert quick == ViewsTask.preset_options["quick"] | narrow
    plain = discover().load("task", "chair2face").preset_options
    assert plain == ViewsTask.preset_options


def test_what_a_task_says_itself_is_kept_and_handed_on() -> None:
    @dataclass(frozen=True)
    class Own(ViewOptions):
        more: int = 1

    class Said(ViewsTask, Task):
        classes = (CARS, CARS)
        options_type = Own
        preset_options: ClassVar = {"smoke": {"more": 2}}

    class Heir(Said):
        pass

    class Other(Said):
        classes = (HEADS, CHAIRS)

    for task_type in (Said, Heir):
        assert task_type.options_type is Own
        assert task_type.preset_options == {"smoke": {"more": 2}}
    assert {f.name for f in fields(Other.options_type)} >= {"face_pattern", *AXES}
    assert "more" not in {f.name for f in fields(Other.options_type)}
    assert Other.preset_options == ViewsTask.preset_options
