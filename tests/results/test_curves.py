"""The files of a cell's curves: whole or old, in order, read strictly."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.errors import UserError
from ganbench.results.curves import CURVES, LOSS_LOG, add_point, read_curves, read_losses
from ganbench.training import loop

STEPS = st.lists(st.integers(1, 20), unique=True).map(sorted)


def point(step: int) -> dict[str, float | str]:
    return {"score": step / 10, "score_BA": "undefined: none", "overfit_D": 0.5}


@given(steps=STEPS, crash=st.integers(0, 20), resumed=st.integers(0, 20))
def test_a_run_that_is_resumed_leaves_the_same_file(
    tmp_path_factory: pytest.TempPathFactory, steps: list[int], crash: int, resumed: int
) -> None:
    """A crash after some snapshots, and a checkpoint from before some of them."""
    straight, broken = (tmp_path_factory.mktemp(name) for name in ("straight", "broken"))
    for step in steps:
        add_point(straight, step, point(step))
    for step in (s for s in steps if s <= crash):
        add_point(broken, step, point(step))
    for step in (s for s in steps if s > min(crash, resumed)):
        add_point(broken, step, point(step))
    assert read_curves(broken) == {step: point(step) for step in steps}
    if steps:
        assert (broken / CURVES).read_bytes() == (straight / CURVES).read_bytes()
        assert [each.name for each in broken.iterdir()] == [CURVES]


def test_a_new_start_takes_back_what_was_later(tmp_path: Path) -> None:
    for step in (10, 20, 30, 15):
        add_point(tmp_path, step, point(step))
    assert list(read_curves(tmp_path)) == [10, 15]


@pytest.mark.parametrize(
    "text", ["", "[]", "[1]", '{"10": 3}', '{"x": {}}', '{"10": {"a": NaN}}', '{"10": {"a": null}}']
)
def test_another_file_is_refused_and_measured_anew(tmp_path: Path, text: str) -> None:
    (tmp_path / CURVES).write_text(text)
    with pytest.raises(UserError, match=r"curves cannot be read(.|\n)*curves\.json"):
        read_curves(tmp_path)
    add_point(tmp_path, 10, point(10))
    assert read_curves(tmp_path) == {10: point(10)}


def test_a_folder_without_curves_has_none(tmp_path: Path) -> None:
    assert read_curves(tmp_path) == read_losses(tmp_path) == {}


def test_curves_are_plain_json(tmp_path: Path) -> None:
    add_point(tmp_path, 10, point(10))
    assert json.loads((tmp_path / CURVES).read_text()) == {"10": point(10)}


def test_losses_are_those_that_the_trainer_wrote(tmp_path: Path) -> None:
    assert LOSS_LOG == loop.LOSS_LOG
    log = loop.LossLog(tmp_path / LOSS_LOG)
    log.write(50, {"D_B": 0.25, "adv_B": float("nan")})
    log.write(100, {"D_B": 1e-7, "adv_B": float("inf")})
    assert read_losses(tmp_path) == {
        50: {"D_B": 0.25, "adv_B": "undefined: the loss was nan"},
        100: {"D_B": 1e-7, "adv_B": "undefined: the loss was inf"},
    }


@pytest.mark.parametrize("rest", ["1", "100", "100,", "100,0.5"])
def test_a_line_that_was_cut_off_is_left_out(tmp_path: Path, rest: str) -> None:
    (tmp_path / LOSS_LOG).write_text(f"step,D_B\n50,0.25\n{rest}")
    assert read_losses(tmp_path) == {50: {"D_B": 0.25}}


@pytest.mark.parametrize("line", ["100", "100,0.5,3", "x,1", "100,x", ""])
def test_a_line_of_something_else_is_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / LOSS_LOG).write_text(f"step,D_B\n50,0.25\n{line}\n")
    with pytest.raises(UserError, match="line 3 is no line of losses"):
        read_losses(tmp_path)
