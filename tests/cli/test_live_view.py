"""Bars fit the screen, and never cut a seed, a step or a percentage."""

from __future__ import annotations

import io
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from ganbench.cli.commands import watch as watch_module
from ganbench.cli.commands.listeners import MAX_FOLLOWED, plain_lines
from ganbench.cli.commands.live_view import cut_name, duration, run_view
from ganbench.core.terminal import console
from ganbench.reporting.watching import watched
from ganbench.results.run_state import CellState, PlannedCell, Run, RunFiles, RunState
from ganbench.running.live import LiveRun
from ganbench.running.progress import Progress
from tests.results.test_run_state import NOW, plan_of, planned

LOSSES = dict.fromkeys(("D_A", "D_B", "adv_A", "adv_B", "cyc_A", "cyc_B", "idt_A"), 0.0123456)


def drawn(run: Run, width: int, height: int) -> list[str]:
    screen = console()
    screen.file = io.StringIO()
    screen.width, screen.height = width, height
    screen.print(run_view(run, NOW, width, height))
    return screen.file.getvalue().splitlines()


def run_of(cells: list[PlannedCell], under_way: int, **more: float) -> Run:
    states = tuple(
        CellState(cell.cell, 12_345, dict(LOSSES), "", NOW - 5, more.get("sec_per_step", 0.025))
        for cell in cells[:under_way]
    )
    left = sum(cell.steps for cell in cells)
    return Run(plan_of(cells), RunState(NOW, "", states, len(cells), left, NOW + 4_000))


def test_eighty_columns_show_all_that_matters() -> None:
    tasks = ("edges2handbags", "car2car")
    cells = [planned("starganv2", seed, 30_000, task) for seed in (0, 12_345) for task in tasks]
    lines = drawn(run_of(cells, 4), 80, 24)
    for cell in cells:
        (line,) = [line for line in lines if f" seed {cell.seed} " in line and cell.task in line]
        for part in (f"{cell.model}", "41%", "12,345/30,000", "7:21 min left", " ━━━ "):
            assert part in line
    text = "\n".join(lines)
    assert "800 images/s" in text and "cyc_A 0.0123" in text
    assert "all cells" in lines[-1] and "0/4 cells" in lines[-1] and "1:06 h left" in lines[-1]
    assert max(map(len, lines)) <= 80


@given(
    model=st.text("ab-x漢", min_size=1, max_size=40),
    seeds=st.lists(st.integers(0, 10**6), min_size=1, max_size=40, unique=True),
    two_tasks=st.booleans(),
    width=st.integers(80, 160),
    height=st.integers(8, 50),
)
def test_what_is_drawn_fits(
    model: str, seeds: list[int], two_tasks: bool, width: int, height: int
) -> None:
    tasks = ["t" * 30, "other"][: 1 + two_tasks]
    cells = [planned(model, seed, 30_000, task) for seed in seeds for task in tasks]
    lines = drawn(run_of(cells, len(cells)), width, height)
    assert len(lines) < height and all(cell_len(line) <= width for line in lines)
    named = [line for line in lines if "12,345/30,000" in line]
    for line, cell in zip(named, cells, strict=False):
        assert f" seed {cell.seed} " in line and "41%" in line and "12,345/30,000" in line
    hidden = len(cells) - len(named)
    assert bool(named) and (not hidden or f"… and {hidden} more cells" in lines)


def test_a_name_that_is_cut_is_told_below_its_bar() -> None:
    cells = [planned(f"recon (lambda_rec={weight}, distance=huber)", 0) for weight in (0.3, 0.1)]
    lines = drawn(run_of(cells, 2), 80, 24)
    assert not any("huber" in line for line in lines if "41%" in line)
    for cell in cells:
        assert any(line.startswith(f"  {cell.name}") for line in lines)


def test_what_a_cell_does_beside_training_is_told_with_its_time() -> None:
    cell = planned("recon", 0)
    state = CellState(cell.cell, 100, {}, "scoring", NOW - 125)
    lines = drawn(Run(plan_of([cell]), RunState(NOW, "", (state,), 1, 100)), 80, 24)
    assert "scoring, 2:05 min" in "\n".join(lines)
    whole = Run(plan_of([cell]), RunState(NOW + 9, "preparing the data of toy", (), 1, 100))
    assert "preparing the data of toy" in drawn(whole, 80, 24)[-1]


def test_a_name_is_cut_from_its_task_on() -> None:
    cell = planned("discogan", 7, task="edges2handbags")
    assert cut_name(cell, 40, True) == "edges2handbags discogan seed 7"
    assert cut_name(cell, 24, True) == "edges2h… discogan seed 7"
    assert cut_name(cell, 40, False) == "discogan seed 7"
    assert cut_name(cell, 12, True).endswith("… seed 7")


def test_lines_off_a_terminal_tell_of_a_few_cells() -> None:
    cells = [planned("recon", seed) for seed in range(20)]
    live = LiveRun(plan_of(cells), {})
    for step in (50, 60):
        for cell in cells:
            live.progress(Progress(cell.cell, step, {"D_B": 0.5}))
    lines = plain_lines(live)
    assert len(lines) == MAX_FOLLOWED
    assert lines[0].startswith("toy recon seed 0: step 60/100, 60%")
    assert lines[0].endswith("D_B 0.5")
    live.does("preparing the data of toy")
    (line,) = plain_lines(live)
    assert line.startswith("preparing the data of toy (")


@pytest.mark.parametrize(
    ("sec", "text"),
    [
        (0.4, "0 s"),
        (59.4, "59 s"),
        (59.9, "1:00 min"),
        (187, "3:07 min"),
        (3_725, "1:02 h"),
        (97_200, "1 d 3 h"),
    ],
)
def test_durations(sec: float, text: str) -> None:
    assert duration(sec) == text


def test_watching_goes_on_until_no_run_is_at_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cells = [planned("recon", seed) for seed in range(2)]
    plan = plan_of(cells)
    files = RunFiles(tmp_path, plan)
    looks: list[int] = []

    def states() -> Iterator[RunState]:
        for step in (50, 60):
            state = CellState(cells[0].cell, step, {"D_B": 0.5}, "", time.time(), 0.1)
            yield RunState(time.time(), "", (state,), 2, 200)
        yield RunState(time.time(), "", (), 2, 200, ended="interrupted")

    told = states()

    def look_again(sec: float) -> None:
        looks.append(1)
        files.write(next(told))

    monkeypatch.setattr(watch_module, "sleep", look_again)
    files.write(next(told))
    screen = Console(file=io.StringIO(), force_terminal=True, width=80, height=24)
    seen = watch_module.follow(tmp_path, screen, watched(tmp_path, time.time()))
    assert len(looks) == 2 and not seen.at_work and len(seen.left_off) == 2
    text = screen.file.getvalue()  # type: ignore[attr-defined]
    assert "50/100" in text and "60/100" in text and "waiting" in text
    end = console()
    with end.capture() as got:
        end.print(watch_module.shown(tmp_path, seen, time.time(), 80, 24))
    assert "interrupted at" in got.get() and "The same command goes on." in got.get()
