"""`ganbench export`: a trained model on its own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ganbench.cli.commands.cells import one_cell
from ganbench.core.spec import Direction
from ganbench.registry.registry import Registry
from ganbench.running.export import export


def export_command(
    cell: str,
    to: Path,
    form: str,
    directions: Sequence[Direction],
    output_seed: int,
    output: Path | None,
    registry: Registry,
) -> None:
    """Prints what was written. Raises UserError as `export` does."""
    folder, cell_id = one_cell(cell, output)
    for path in export(folder, cell_id, to, form, directions, output_seed, registry):
        click.echo(f"{path}  {path.stat().st_size:,} bytes")
