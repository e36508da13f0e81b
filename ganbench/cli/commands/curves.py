"""`ganbench curves`: from cells' folders to a CSV and figures. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ganbench.core.errors import UserError
from ganbench.core.files import new_files, put, refuse_around, refuse_inside
from ganbench.registry.registry import Registry
from ganbench.reporting.curve_figure import curve_figure
from ganbench.reporting.curves import csv_text, curves_of, records
from ganbench.reporting.figures import figure_bytes


def curves_command(
    folders: Sequence[Path], output: Path | None, columns: Sequence[str], registry: Registry
) -> int:
    """Prints the CSV, or puts it and the figures into a folder."""
    if output is not None:
        if output.suffix in (".csv", ".png"):
            raise UserError(
                "the output is a folder, which gets a CSV and a figure a task",
                f"--output {output}",
                f"give a folder, such as {output.with_suffix('')}",
            )
        refuse_inside(output, folders, "--output")
        refuse_around(output, folders, "--output")
    found = curves_of(folders, columns)
    for note in found.notes:
        click.echo(note, err=True)
    text = csv_text(records(found))
    if output is None:
        click.echo(text, nl=False)
        return 0
    files = ["curves.csv"]
    with new_files(output, "--output") as made:
        put(made / "curves.csv", text.encode())
        for task in found.tasks:
            of_task = [one for one in found.trained if one.cell.task == task]
            sheet = curve_figure(of_task, registry.columns, both_ways=bool(columns))
            if sheet is not None:
                put(made / f"{task}-curves.png", figure_bytes(sheet))
                files.append(f"{task}-curves.png")
    for name in files:
        click.echo(output / name)
    return 0
