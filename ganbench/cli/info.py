"""`ganbench info`: its arguments."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.cli.options import cache_option


@click.command()
@cache_option
def info(cache_dir: Path | None) -> None:
    """Show versions, devices and the cache."""
    from ganbench.cli.commands.info import info_command

    info_command(cache_dir)
