"""What a tracker is given, when, and what becomes of one that fails."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.results.curves import add_point
from ganbench.results.folder import ROWS, read_rows
from ganbench.results.records import Row
from ganbench.running.tracked import TrackerProcess
from ganbench.tracking.events import CellBegins, CellEnds, Event, Losses, event_of, line_of
from ganbench.tracking.process import Follower, events_of
from ganbench.tracking.tracker import Point
from tests.conftest import Command
from tests.tracking.read_back import read_tensorboard

CELL = "a" * 16
SMOKE = ("--task", "toy", "--preset", "smoke", "--references", "none", "--seeds", "1")


class Notes:
    """A tracker that notes what it is given."""

    def __init__(self) -> None:
        self.calls: list[tuple[Any, ...]] = []

    def begin(self, cell: CellBegins, first_step: int) -> None:
        self.calls.append(("begin", cell.cell, first_step))

    def scalars(self, point: Point) -> None:
        self.calls.append((point.step, dict(point.values)))

    def picture(self, cell: str, step: int, name: str, file: Path) -> None:
        self.calls.append((step, name))

    def end(self, cell: CellEnds) -> None:
        self.calls.append(("end", cell.status))

    def close(self) -> None:
        self.calls.append(("close",))


def losses(step: int, **values: float | None) -> Losses:
    return Losses(CELL, step, values)


def test_steps_come_in_their_order_however_late_a_tracker_is(tmp_path: Path) -> None:
    """The curves' file may be ahead of the losses that it has come to."""
    tracker = Notes()
    follower = Follower(tracker)
    follower.take(CellBegins(CELL, "name", "group", str(tmp_path), {}))
    for step in (50, 150):
        add_point(tmp_path, step, {"fid": float(step), "kid": "skipped"})
    for step in (50, 100, 150, 200):
        follower.take(losses(step, a=1.0))
    (tmp_path / "samples.png").touch()
    follower.take(CellEnds(CELL, 200, "done", "", {}))
    curve = "validation/fid"
    assert tracker.calls == [
        ("begin", CELL, 50),
        *((50, {curve: 50.0}), (50, {"loss/a": 1.0}), (100, {"loss/a": 1.0})),
        *((150, {curve: 150.0}), (150, {"loss/a": 1.0}), (200, {"loss/a": 1.0})),
        *((200, "samples"), ("end", "done")),
    ]


def test_a_cell_that_goes_on_repeats_no_curve(tmp_path: Path) -> None:
    tracker = Notes()
    follower = Follower(tracker)
    follower.take(CellBegins(CELL, "name", "group", str(tmp_path), {}))
    for step in (50, 150):
        add_point(tmp_path, step, {"fid": float(step)})
    follower.take(losses(150, a=1.0, b=None))
    assert tracker.calls == [
        ("begin", CELL, 150),
        *((150, {"validation/fid": 150.0}), (150, {"loss/a": 1.0})),
    ]


JSON_VALUES = st.one_of(st.integers(-9, 9), st.text(), st.none(), st.booleans())
EVENTS = st.one_of(
    st.builds(CellBegins, *[st.text()] * 4, st.dictionaries(st.text(), JSON_VALUES, max_size=4)),
    st.builds(Losses, st.text(), st.integers(0, 99), st.dictionaries(st.text(), st.none())),
)


@given(events=st.lists(EVENTS, max_size=5))
def test_events_come_as_they_were_told(events: list[Event]) -> None:
    lines = [line_of(event) for event in events]
    assert all(line.count(b"\n") == 1 for line in lines)
    assert [event_of(line) for line in lines] == events
    broken = iter([*lines, b'{"type": "Losses", "ce', b""])  # the writer was killed
    assert list(events_of(lambda: next(broken))) == events


def broken_library(folder: Path, name: str, code: str) -> Mapping[str, str]:
    """The environment of a command that finds such a library."""
    folder.mkdir()
    (folder / f"{name}.py").write_text(code)
    return {
        "PYTHONPATH": os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])
    }


TRACKED = ("run", "--models", "standard", *SMOKE, "--steps", "120")


@pytest.fixture(scope="module")
def untracked(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> Row:
    """Of the run without any tracker."""
    folder = tmp_path_factory.mktemp("untracked")
    assert ganbench(*TRACKED, "--output", folder).returncode == 0
    (row,) = read_rows(folder).rows
    return row


@pytest.mark.parametrize(
    ("code", "told"),
    [
        ("raise ModuleNotFoundError('no', name='trackio')", "the library trackio is missing"),
        ("def init(**given): raise OSError('no space is left')", "OSError: no space is left"),
        ("import os; os._exit(3)", ""),
    ],
)
def test_a_run_goes_on_without_a_tracker_that_fails(
    ganbench: Command,
    untracked: Row,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    told: str,
) -> None:
    """Beside another one, which goes on; cells, rows and numbers are those of a run without any."""
    for name, value in broken_library(tmp_path / "library", "trackio", code).items():
        monkeypatch.setenv(name, value)
    out = tmp_path / "out"
    done = ganbench(*TRACKED, "--output", out, "--log", "trackio,tensorboard")
    assert done.returncode == 0 and "Traceback" not in done.stderr, done.stderr
    lines = [line for line in done.stderr.splitlines() if line.startswith("trackio: ")]
    assert len(lines) == bool(told)
    assert not told or (told in lines[0] and "the training goes on without it" in lines[0])
    (row,) = read_rows(out).rows
    assert (row.cell, row.metrics) == (untracked.cell, untracked.metrics)
    read = read_tensorboard(out / "tracking")[row.cell]
    assert read.numbers["loss/D_B"].keys() == {50, 100, 120}
    for name, value in row.metrics.items():
        if not isinstance(value, str):
            assert read.numbers[f"test/{name}"][120] == pytest.approx(value, rel=1e-6)
    curves = {name: points.keys() for name, points in read.numbers.items() if "validation/" in name}
    assert curves and all(max(steps) == 120 for steps in curves.values())
    again = ganbench(*TRACKED, "--output", out, "--log", "trackio,tensorboard")
    assert again.returncode == 0 and len((out / ROWS).read_text().splitlines()) == 1


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_a_killed_tracker_stops_nothing(tmp_path: Path) -> None:
    said: list[str] = []
    process = TrackerProcess("tensorboard", tmp_path, said.append)
    os.kill(process.pid, signal.SIGKILL)
    for step in range(0, 10_000):
        process.tell(losses(step, a=1.0))
    process.end(600.0)
    assert said == []
