"""`list`, `table`, `compare` and `claims`: what there is, and what was measured. No torch here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import click
from rich.box import HORIZONTALS
from rich.console import Console
from rich.table import Table as RichTable

from ganbench.core.errors import UserError
from ganbench.core.terminal import INDENT, console, text_width, wrapped
from ganbench.registry.registry import BUILT_IN, KINDS, Plugin, Registry
from ganbench.reporting.choice import Choice
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.comparisons import comparison_sheets
from ganbench.reporting.designs import comparison_notes, design_of
from ganbench.reporting.emphasis import best_emphasised, none_emphasised
from ganbench.reporting.folder_comparisons import folder_sheets
from ganbench.reporting.formats import renderers
from ganbench.reporting.frames import stored_rows
from ganbench.reporting.layout import GAP, fitted, transposed
from ganbench.reporting.sheets import Sheet
from ganbench.reporting.statistics import Interval
from ganbench.reporting.tables import table_sheets
from ganbench.results.benchmark_file import Claim, read_benchmark, stored_benchmark
from ganbench.results.folder import Rows, collector_at_rest
from ganbench.results.records import Row

SHORT = ("rich", "latex")  # formats for people, which show the main columns alone


def list_command(registry: Registry) -> None:
    out = console()
    for kind in KINDS.values():
        out.print(plugin_grid(f"{kind}s", registry.of_kind(kind)))
        out.print()
    if registry.broken:
        out.print("broken, and left out:", style="bold")
        for plugin in registry.broken:
            out.print(broken_line(plugin))


def plugin_grid(title: str, plugins: Mapping[str, Plugin]) -> RichTable:
    """Plugins with the columns that they give, and where they are from if not all are built in."""
    grid = RichTable(
        title=title,
        title_justify="left",
        title_style="bold",
        header_style="dim",
        box=None,
        pad_edge=False,
    )
    are_told = {plugin.origin for plugin in plugins.values()} != {BUILT_IN}
    for heading in ("name", *(["from"] if are_told else []), "what it is"):
        grid.add_column(heading, overflow="fold")
    for name in sorted(plugins):
        origin = [plugins[name].origin] if are_told else []
        grid.add_row(name, *origin, plugins[name].summary)
        for column, meaning in plugins[name].columns.items():
            unit = f" ({meaning.unit})" if meaning.unit else ""
            grid.add_row(
                f"  {column}", *("" for _ in origin), f"  {meaning.text}{unit}", style="dim"
            )
    return grid


def broken_line(plugin: Plugin) -> str:
    return f"  {plugin.name} ({plugin.path}): {plugin.error}"


def table_command(
    output: Path,
    format_name: str,
    interval: Interval,
    choice: Choice,
    everything: bool,
    transpose: bool,
    registry: Registry,
) -> int:
    """Prints the tables; 1 where the rows file lost its last line, for then a cell is missing.

    choice: formats for people leave minor columns out of it, unless `everything` is asked.
    """
    if format_name in SHORT and not everything:
        choice = replace(choice, minor=registry.minor_columns)
    with collector_at_rest():
        stored = stored_rows(output)
        emphasise = best_emphasised if format_name == "latex" else none_emphasised
        sheets = table_sheets(stored.rows, registry.columns, interval, choice, emphasise)
        if transpose:
            sheets = [replace(transposed(sheet), turns=False) for sheet in sheets]
        print_sheets(sheets, format_name)
        return warn_of_torn(stored, output)


def compare_command(
    folders: Sequence[Path],
    format_name: str,
    interval: Interval,
    baseline: str,
    metrics: Sequence[str],
    registry: Registry,
) -> int:
    """Prints paired comparisons of the models of one folder, or of two folders."""
    if len(folders) > 2:
        raise UserError("more than two folders", "ganbench compare", "give one or two")
    stored = [stored_rows(folder) for folder in folders]
    if len(folders) == 1:
        rows = stored[0].rows
        notes = comparison_notes(folders[0])
        sheets = comparison_sheets(rows, registry.columns, baseline, metrics, interval, notes)
    else:
        if baseline:
            fix = "leave it out; --metrics chooses what is tested"
            raise UserError("a baseline is a model of one folder", "--baseline", fix)
        if folders[0].resolve() == folders[1].resolve():
            raise UserError("the same folder twice", "ganbench compare", "give each once")
        before, after = zip(map(str, folders), (one.rows for one in stored), strict=True)
        sheets = folder_sheets(before, after, registry.columns, metrics, interval)
    print_sheets(sheets, format_name)
    return max(map(warn_of_torn, stored, folders))


def claims_command(
    output: Path, format_name: str, interval: Interval, benchmark: Path | None, registry: Registry
) -> int:
    """Prints a verdict for each claim of the benchmark that the folder was run for."""
    stored = stored_rows(output)
    path = benchmark or stored_benchmark(output)
    claims = read_benchmark(path).claims
    sheets = claim_sheets(claims, stored.rows, registry.columns, interval, design_of(output))
    if not sheets and stored.rows:
        raise no_claims(claims, stored.rows, f"{path} and {output}")
    print_sheets(sheets, format_name, "claims")
    return warn_of_torn(stored, output)


def no_claims(claims: Sequence[Claim], rows: Sequence[Row], where: str) -> UserError:
    """The error for rows that no claim is about."""
    about = ", ".join(dict.fromkeys(claim.task for claim in claims))
    tasks = ", ".join(dict.fromkeys(row.task for row in rows))
    return UserError(
        f"the claims are about {about}, the rows about {tasks}" if about else "there are no claims",
        where,
        "`ganbench compare` tests the models; or give another file, --benchmark FILE",
    )


def warn_of_torn(stored: Rows, output: Path) -> int:
    if not stored.torn:
        return 0
    error = UserError(
        "the last line was cut off and is left out; all other rows are whole",
        str(output / "rows.jsonl"),
        "run the same `ganbench run` again: it restores the missing row",
    )
    click.echo(f"Error: {error}", err=True)
    return 1


def print_sheets(sheets: Sequence[Sheet], format_name: str, key: str = "records") -> None:
    """key: what the list of records is called in JSON."""
    if format_name != "rich":
        click.echo(renderers()[format_name](sheets, key), nl=False)
        return
    out = console()
    width = text_width()
    for sheet in sheets:
        print_sheet(sheet, out, width)


def print_sheet(sheet: Sheet, out: Console, width: int) -> None:
    """Title, table and notes in `width` characters."""
    out.print(sheet.title, style="bold", soft_wrap=True)
    for part in fitted(sheet, width):
        out.print(rich_table(part), width=width)
        out.print()
    for note in sheet.notes:
        out.print(wrapped(note, width, INDENT, INDENT), soft_wrap=True)
    out.print()


def rich_table(sheet: Sheet) -> RichTable:
    """Without its title. What has no room is folded, never cut."""
    grid = RichTable(box=HORIZONTALS, show_edge=False, pad_edge=False, padding=(0, GAP - 1, 0, 0))
    for i, name in enumerate(sheet.head):
        grid.add_column(name, justify="right" if i >= sheet.texts else "left", overflow="fold")
    for i, line in enumerate(sheet.lines):
        if i in sheet.rules:
            grid.add_section()
        grid.add_row(*line)
    return grid
