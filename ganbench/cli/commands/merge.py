"""`ganbench merge`: result folders joined into one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

from ganbench.reporting.merge import merge


def merge_command(folders: Sequence[Path], output: Path) -> None:
    merged = merge(folders, output)
    doubled = f", {merged.doubled} of them in more than one folder" if merged.doubled else ""
    for note in merged.notes:
        click.echo(note, err=True)
    click.echo(f"{len(merged.rows)} cells{doubled}: `ganbench table {output}` compares them")
