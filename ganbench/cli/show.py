"""What reads results and plugins: `table`, `compare`, `claims` and `list`."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import (
    PATH,
    find_plugins,
    format_option,
    interval_option,
    names,
    plugins_option,
)


@click.command()
@click.argument("output", type=PATH)
@format_option
@interval_option
@plugins_option
def table(output: Path, plugin_folders: Sequence[Path], **options: Any) -> None:
    """Print the means of the rows in OUTPUT, models side by side."""
    from ganbench.cli.commands.show import table_command

    sys.exit(table_command(output, registry=find_plugins(plugin_folders), **options))


@click.command()
@click.argument("output", type=PATH)
@click.option("--baseline", default="", metavar="MODEL", help="Compare with this model only.")
@click.option("--metrics", callback=names, metavar="NAME,…", help="Test these columns only.")
@format_option
@interval_option
@plugins_option
def compare(output: Path, plugin_folders: Sequence[Path], **options: Any) -> None:
    """Test the models in OUTPUT against each other, paired by seed."""
    from ganbench.cli.commands.show import compare_command

    sys.exit(compare_command(output, registry=find_plugins(plugin_folders), **options))


@click.command()
@click.argument("output", type=PATH)
@click.option(
    "--benchmark", type=PATH, metavar="FILE", help="Its claims [default: the run's own file]."
)
@format_option
@interval_option
@plugins_option
def claims(output: Path, plugin_folders: Sequence[Path], **options: Any) -> None:
    """Say which claims of a benchmark the rows in OUTPUT replicate."""
    from ganbench.cli.commands.show import claims_command

    sys.exit(claims_command(output, registry=find_plugins(plugin_folders), **options))


@click.command("list")
@plugins_option
def list_plugins(plugin_folders: Sequence[Path]) -> None:
    """List models, tasks and metrics, and plugins that are broken."""
    from ganbench.cli.commands.show import list_command

    list_command(find_plugins(plugin_folders))
