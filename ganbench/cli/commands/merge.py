"""`ganbench merge`: result folders joined into one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ganbench.core.files import for_shell
from ganbench.reporting.merge import merge


def merge_command(folders: Sequence[Path], output: Path) -> None:
    merged = merge(folders, output)
    for note in merged.notes:
        click.echo(note, err=True)
    for folder, count in zip(folders, merged.counts, strict=True):
        click.echo(f"{folder}: {cells(count)}")
    left_out = [
        f"{count} {what}"
        for count, what in (
            (merged.doubled, "equal to one of another folder"),
            (merged.superseded, "failed and in another folder not, or later"),
        )
        if count
    ]
    why = f", without {' and '.join(left_out)}" if left_out else ""
    click.echo(f"{output}: {cells(len(merged.rows))}{why}")
    click.echo(f"`ganbench table {for_shell(output)}` compares them")


def cells(count: int) -> str:
    return f"{count} cell{'' if count == 1 else 's'}"
