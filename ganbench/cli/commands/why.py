"""`ganbench why`: what would make a cell run again."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.cli.commands.cells import one_cell
from ganbench.core.cache import default_cache_dir
from ganbench.registry.registry import Registry
from ganbench.running.context import context_of
from ganbench.running.staleness import Stale, why


def why_command(cell: str, output: Path | None, cache_dir: Path | None, registry: Registry) -> None:
    """Raises UserError where there is not one cell of that name."""
    folder, name = one_cell(cell, output)
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
