"""`ganbench list` and `ganbench table`: what there is, and what was measured. No torch here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.console import Console
from rich.table import Table as RichTable

from ganbench.errors import UserError
from ganbench.registry import KINDS, Plugin, Registry
from ganbench.store import read_rows
from ganbench.tables import Table, build_tables, interval_note, lines_of, renderers
from ganbench.types import Column

PIPE_WIDTH = 120


def console() -> Console:
    """A console that does not squeeze tables into 80 columns where nothing limits them."""
    found = Console(highlight=False)
    return found if found.is_terminal else Console(highlight=False, width=PIPE_WIDTH)


def list_command(registry: Registry) -> None:
    out = console()
    for kind in KINDS.values():
        plugins = registry.of_kind(kind)
        grid = RichTable(title=f"{kind}s", title_justify="left", box=None, pad_edge=False)
        for heading in ("name", "from", "what it is"):
            grid.add_column(heading, overflow="fold")
        for name in sorted(plugins):
            grid.add_row(name, plugins[name].origin, plugins[name].summary)
            for column, meaning in plugins[name].columns.items():
                unit = f" ({meaning.unit})" if meaning.unit else ""
                grid.add_row(f"  {column}", "", f"  {meaning.text}{unit}", style="dim")
        out.print(grid)
        out.print()
    if registry.broken:
        out.print("broken, and left out:", style="bold")
        for plugin in registry.broken:
            out.print(broken_line(plugin), markup=False)


def broken_line(plugin: Plugin) -> str:
    return f"  {plugin.name} ({plugin.path}): {plugin.error}"


def table_command(output: Path, format_name: str, registry: Registry) -> int:
    """Prints the tables; 1 where the rows file lost its last line, for then a cell is missing."""
    if not output.is_dir():
        raise UserError("there is no such result folder", str(output), "give a run's --output")
    stored = read_rows(output)
    if not stored.rows and not stored.torn:
        raise UserError("the folder has no rows yet", str(output), "run `ganbench run` first")
    print_tables(build_tables(stored.rows), format_name, registry.columns)
    if stored.torn:
        error = UserError(
            "the last line was cut off and is left out; all other rows are whole",
            str(output / "rows.jsonl"),
            "run the same `ganbench run` again: it restores the missing row",
        )
        click.echo(f"Error: {error}", err=True)
        return 1
    return 0


def print_tables(tables: Sequence[Table], format_name: str, columns: Mapping[str, Column]) -> None:
    if format_name != "rich":
        click.echo(renderers()[format_name](tables, columns), nl=False)
        return
    out = console()
    for table in tables:
        out.print(rich_table(table, columns))
        for note in (*table.notes, interval_note(table)):
            out.print(f"  {note}", markup=False)
        out.print()


def rich_table(table: Table, columns: Mapping[str, Column]) -> RichTable:
    grid = RichTable(title=table.title, title_justify="left")
    grid.add_column("metric", no_wrap=True)
    for model in table.models:
        grid.add_column(model, justify="right")
    for line in lines_of(table, columns):
        if line[0].startswith("seeds done"):
            grid.add_section()
        grid.add_row(*line)
    return grid
