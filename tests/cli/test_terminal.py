"""Names of users' columns, models and tasks reach the terminal as they are written."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import example, given
from hypothesis import strategies as st

from ganbench.cli.commands.run import BarListener, CellProgress
from ganbench.cli.commands.show import print_sheet
from ganbench.cli.main import main
from ganbench.core.terminal import console
from ganbench.data.datasets.download import Bar
from ganbench.reporting.sheets import Sheet
from ganbench.results.folder import append_row
from ganbench.running.provenance import empty_row
from tests.reporting.test_tables import row
from tests.training.test_vmap_stack import job

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


def test_bars_and_the_lines_above_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    screen = console(stderr=True)
    screen.file = io.StringIO()
    screen.height, screen.width = 20, 160
    plain = job("recon", 0, 64)
    one = replace(plain, cell=replace(plain.cell, model="my[/b]", task="t[bold]"))
    bars = BarListener(screen)
    bars.start([one], 1)
    bars.progress(CellProgress(one.cell.id, 1, {"loss[/x]": 0.5}))
    with screen.capture() as got:
        screen.print(bars._bars.get_renderable())
    assert "t[bold] my[/b] seed 0 " in got.get() and "loss[/x] 0.5" in got.get()
    bars.ended(empty_row(one))
    assert "t[bold] my[/b] seed 0 " in screen.file.getvalue()


def test_the_bar_of_an_archive(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    with Bar("set[/b] {x}.zip"):
        pass
    assert "set[/b] {x}.zip" in capsys.readouterr().err
