"""`ganbench why`: what would make a cell run again."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.core.cache import default_cache_dir
from ganbench.core.errors import UserError
from ganbench.registry.registry import Registry
from ganbench.running.context import context_of
from ganbench.running.staleness import Stale, find_cells, why

RESULTS = Path("results")


def why_command(cell: str, output: Path | None, cache_dir: Path | None, registry: Registry) -> None:
    """cell: an id or how it begins. output: None looks in every folder below `results`."""
    outputs = [output] if output else sorted(p for p in RESULTS.glob("*") if p.is_dir())
    where = str(output or f"{RESULTS}/*")
    if not cell.isalnum():
        raise UserError(f"'{cell}' is no id of a cell", where, "give how a folder in cells/ begins")
    cells = find_cells(cell, outputs)
    if not cells:
        raise UserError(
            f"no cell '{cell}…'", where, "`ls` the cells/ of a result, or give --output"
        )
    if len(cells) > 1:
        names = ", ".join(name for _, name in cells[:3])
        raise UserError(f"{len(cells)} cells begin so: {names}", where, "give more of the id")
    (folder, name) = cells[0]
    tell(why(folder, name, context_of(registry, cache_dir or default_cache_dir())))


def tell(stale: Stale) -> None:
    cell, row = stale.cell, stale.row
    click.echo(f"{cell.id}: {cell.model} on {cell.task}, seed {cell.seed} ({stale.folder})")
    if row is None:
        click.echo("  would be run: it has no row yet")
    elif row.status == "failed":
        click.echo(f"  would be run again: it failed ({row.reason})")
    for effect in ("trained again", "scored again"):
        what = [change.what for change in stale.changes if change.effect == effect]
        if what:
            click.echo(f"  would be {effect}:")
        for line in what:
            click.echo(f"    {line}")
    if row is not None and row.status != "failed" and not stale.changes:
        click.echo("  nothing has changed: its row is used as it is")
