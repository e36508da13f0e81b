"""What is told to a tracker is in its own files, as its own library reads them."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from PIL import Image

from ganbench.results.curves import add_point
from ganbench.running.tracked import TrackerProcess
from ganbench.tracking.events import CellBegins, CellEnds, Event, Losses
from ganbench.tracking.tracker import TRACKERS
from tests.tracking.read_back import READERS, Read

FIRST, SECOND = "a" * 16, "b" * 16
ENOUGH_SEC = 600.0


@pytest.fixture(autouse=True)
def nobody_is_logged_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TRACKIO_DIR", str(tmp_path / "tracking" / "trackio-home"))
    for name in ("WANDB_API_KEY", "WANDB_MODE", "MLFLOW_TRACKING_URI"):
        monkeypatch.delenv(name, raising=False)


def begins(cell: str, folder: Path) -> CellBegins:
    config = {"model": "recon", "hparams.lr": 0.25, "options.odd [name]": "x"}
    return CellBegins(cell, f"toy recon seed {cell[0]}", "toy recon", str(folder), config)


def told(name: str, folder: Path, events: list[Event]) -> list[str]:
    """What a tracker says that is told these events."""
    said: list[str] = []
    process = TrackerProcess(name, folder, said.append)
    for event in events:
        process.tell(event)
    process.end(ENOUGH_SEC)
    return said


@pytest.mark.parametrize("name", TRACKERS)
def test_two_cells_side_by_side_one_of_which_goes_on_later(name: str, tmp_path: Path) -> None:
    if importlib.util.find_spec(name) is None:
        pytest.skip(f"{name} is not installed")
    folder = tmp_path / "tracking"
    cells = {cell: tmp_path / cell for cell in (FIRST, SECOND)}
    for cell in cells.values():
        cell.mkdir()
    Image.new("RGB", (8, 8), "red").save(cells[SECOND] / "samples.png")
    add_point(cells[FIRST], 100, {"fid": 3.0, "kid": "skipped: too few"})
    events: list[Event] = [begins(*pair) for pair in cells.items()]
    for step in (50, 100, 150):
        events += [Losses(cell, step, {"adv_B": step / 100, "nan": None}) for cell in cells]
    final = {"test/fid": 7.5, "test/odd[/cm]": 1.5, "cost/train_sec": 9.0}
    said = told(name, folder, [*events, CellEnds(SECOND, 150, "done", "", final)])
    assert not said or (name == "wandb" and len(said) == 1 and "not logged in" in said[0])
    diverged = CellEnds(FIRST, 200, "diverged", "adv_B was not finite", {"cost/train_sec": 1.0})
    later = [begins(FIRST, cells[FIRST]), Losses(FIRST, 200, {"adv_B": 2.0}), diverged]
    told(name, folder, later)
    runs = READERS[name](folder)
    assert runs.keys() == {FIRST, SECOND}
    check_first(runs[FIRST])
    check_second(runs[SECOND], name)


def test_wandb_has_the_list_of_packages_once(tmp_path: Path) -> None:
    """Two runs of one process; making the list takes longer than all else of a run."""
    pytest.importorskip("wandb")
    events: list[Event] = []
    for cell in (FIRST, SECOND):
        (tmp_path / cell).mkdir()
        ends = CellEnds(cell, 50, "done", "", {"test/fid": 7.5})
        events += [begins(cell, tmp_path / cell), Losses(cell, 50, {"adv_B": 1.0}), ends]
    told("wandb", tmp_path / "tracking", events)
    lists = [*(tmp_path / "tracking").rglob("requirements.txt")]
    assert len(lists) == 1 and FIRST in str(lists[0])
    assert "numpy==" in lists[0].read_text()


def test_mlflow_begins_with_the_database_of_the_cache_or_makes_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As an empty one, with its own runs alone, and the same where no cache can be written."""
    pytest.importorskip("mlflow")
    (tmp_path / "file").touch()
    caches = {"first": "cache", "again": "cache", "without": "file"}
    for name, cache in caches.items():
        monkeypatch.setenv("GANBENCH_CACHE", str(tmp_path / cache))
        (tmp_path / name).mkdir()
        cell, folder = name * 3, tmp_path / name / "tracking"
        events: list[Event] = [begins(cell, tmp_path / name), Losses(cell, 50, {"adv_B": 1.0})]
        assert told("mlflow", folder, [*events, CellEnds(cell, 50, "done", "", {})]) == []
        assert READERS["mlflow"](folder).keys() == {cell}
    assert len([*(tmp_path / "cache").glob("mlflow-*/database.npy")]) == 1


def check_first(run: Read) -> None:
    assert run.numbers["loss/adv_B"] == {50: 0.5, 100: 1.0, 150: 1.5, 200: 2.0}
    assert run.numbers["validation/fid"] == {100: 3.0}
    assert "loss/nan" not in run.numbers and "validation/kid" not in run.numbers
    assert not run.pictures


def check_second(run: Read, name: str) -> None:
    assert run.numbers["loss/adv_B"] == {50: 0.5, 100: 1.0, 150: 1.5}
    assert 7.5 in run.numbers["test/fid"].values()
    odd = "test/odd_/cm_" if name == "mlflow" else "test/odd[/cm]"
    assert {1.5} == {*run.numbers[odd].values()}
    assert run.pictures == {"samples"}
    assert float(run.config["hparams.lr"]) == 0.25 and run.config["model"] == "recon"
    odd = "options.odd _name_" if name == "mlflow" else "options.odd [name]"
    assert run.config[odd] == "x"
