"""`ganbench info`: its arguments."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.cli.options import PATH, cache_option


@click.command()
@cache_option
@click.option(
    "--output",
    type=PATH,
    metavar="DIR",
    help="Try whether file locks hold where results are to be, too.",
)
def info(cache_dir: Path | None, output: Path | None) -> None:
    """Show versions, devices and the cache."""
    from ganbench.cli.commands.info import info_command

    info_command(cache_dir, output)
