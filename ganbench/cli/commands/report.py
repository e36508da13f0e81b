"""`ganbench report`: from result folders to one HTML file. No torch here, and no matplotlib."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ganbench.core.errors import UserError
from ganbench.core.files import refuse_inside, write_atomically
from ganbench.registry.registry import Registry
from ganbench.reporting.report.page import MARK, report_of
from ganbench.reporting.statistics import Interval

MARKED_BYTES = 200  # of a report's beginning, in which its mark is


def report_command(
    folders: Sequence[Path], output: Path, interval: Interval, registry: Registry
) -> int:
    """Writes the report, and prints what it could not show."""
    refuse_inside(output, folders, "--output")
    refuse_other(output)
    made = report_of(folders, registry, interval)
    for note in made.notes:
        click.echo(note, err=True)
    data = made.html.encode("utf-8", "backslashreplace")
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_atomically(output, data)
    except OSError as error:
        raise UserError(
            f"the report cannot be written: {error.strerror or error}",
            f"--output {output}",
            "give a writable place with room",
        ) from error
    click.echo(f"{output}  ({len(data) / 1e6:.1f} MB)")
    return 0


def refuse_other(output: Path) -> None:
    """Raises UserError where the output is there and is no report."""
    if not output.exists():
        return
    try:
        with output.open("rb") as file:
            if MARK.encode() in file.read(MARKED_BYTES):
                return
    except OSError:
        pass  # a folder, or a file that is not ours
    raise UserError(
        "what is there is no report, and is not replaced",
        f"--output {output}",
        "give another name, such as report.html",
    )
