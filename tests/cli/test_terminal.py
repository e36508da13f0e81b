"""Names of users' columns, models and tasks reach the terminal as they are written."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from ganbench.cli.commands.listeners import BarListener, PlainListener
from ganbench.cli.commands.live_view import run_view
from ganbench.cli.commands.show import print_sheet
from ganbench.cli.main import main
from ganbench.core.terminal import console
from ganbench.data.datasets.download import Bar
from ganbench.reporting.sheets import Sheet
from ganbench.results.folder import append_row
from ganbench.running.live import LiveRun
from ganbench.running.progress import Progress
from tests.reporting.test_tables import row
from tests.results.test_run_state import plan_of, planned
from tests.terminals import Terminal

NAMES = st.text("[]/:\\=b#@", min_size=1, max_size=12)


@given(name=NAMES)
@example(name="size[/cm]")
@example(name="[bold]")
@example(name=":smiley:")
def test_every_part_of_a_table_is_shown_as_it_is(name: str) -> None:
    screen = console()
    part = f"<{name}>"
    with screen.capture() as got:
        print_sheet(Sheet(part, (part, "b"), ((part, part),), (part,), ()), screen, 100)
    assert got.get().count(f"<{name}>") == 5


def test_the_table_of_rows_with_such_names(tmp_path: Path) -> None:
    metrics: dict[str, float | str] = {"kept_size[/cm]": 0.5, "kept_[bold]": 1.0, "kept_:a:": "no"}
    append_row(tmp_path, row("my[/]", 0, 1.0, cell="a" * 16, task="t[red]", metrics=metrics))
    done = CliRunner().invoke(main, ["table", str(tmp_path)])
    assert done.exit_code == 0, (done.output, done.exception)
    for name in ("kept_size[/cm]", "kept_[bold]", "kept_:a:", "my[/]", "t[red]"):
        assert name in done.output


def test_rows_of_a_preset_that_is_named_as_a_changed_one(tmp_path: Path) -> None:
    """Such names are refused, but a folder may have rows of them."""
    append_row(tmp_path, row("standard", 0, 1.0, cell="a" * 16, preset="own+kimg=word"))
    done = CliRunner().invoke(main, ["table", str(tmp_path)])
    assert done.exit_code == 0, (done.output, done.exception)
    assert "preset own+kimg=word" in done.output


def test_bars_and_the_lines_above_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    screen = console(stderr=True)
    screen.file = io.StringIO()
    screen.height, screen.width = 20, 160
    one = planned("my[/b]", 0, task="t[bold]")
    live = LiveRun(plan_of([one]), {})
    bars = BarListener(screen)
    with bars.follow(live):
        live.progress(Progress(one.cell, 1, {"loss[/x]": 0.5}))
        bars.ended(row("my[/b]", 0, 1.0, cell=one.cell, task="t[bold]"), one, 0)
    assert "t[bold] my[/b] seed 0 done" in screen.file.getvalue()
    with screen.capture() as got:
        screen.print(run_view(live.run(), 0.0, screen.width, screen.height))
    assert "my[/b] seed 0 " in got.get() and "loss[/x] 0.5" in got.get()


def test_the_bar_of_an_archive(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Bar("set[/b] {x}.zip"):
        pass
    assert "set[/b] {x}.zip" in capsys.readouterr().err


WORDS = "both domains: 600 steps save 9.0 s, so it is not compiled " + "/a-folder" * 5


def test_messages_of_a_run_are_as_wide_as_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Between words, and whole where nothing limits them."""
    screen = console(stderr=True)
    screen.file, screen.width = io.StringIO(), 30
    BarListener(screen).say(WORDS)
    monkeypatch.setenv("COLUMNS", "30")
    with monkeypatch.context() as on_terminal:
        terminal = Terminal()
        on_terminal.setattr(sys, "stderr", terminal)
        PlainListener().say(WORDS)
    folded = [
        *("both domains: 600 steps save", "  9.0 s, so it is not compiled"),
        "  " + "/a-folder" * 5,  # to be copied
    ]
    assert screen.file.getvalue().splitlines() == terminal.getvalue().splitlines() == folded
    PlainListener().say(WORDS)  # a log, whatever COLUMNS says
    assert capsys.readouterr().err == f"{WORDS}\n"
