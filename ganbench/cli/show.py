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
@click.option("--metrics", callback=names, metavar="NAME,…", help="Show these columns only.")
@click.option("--models", callback=names, metavar="NAME,…", help="Show these models only.")
@click.option("--all", "everything", is_flag=True, help="Show all columns, in rich and latex too.")
@click.option(
    "--transpose", is_flag=True, help="Models down, columns across; csv and json stay as they are."
)
@format_option
@interval_option
@plugins_option
def table(
    output: Path,
    metrics: tuple[str, ...],
    models: tuple[str, ...],
    plugin_folders: Sequence[Path],
    **options: Any,
) -> None:
    """Print the means of the rows in OUTPUT, models side by side.

    The formats rich and latex have each metric's main column from A to B; markdown, csv and json
    have all.
    """
    from ganbench.cli.commands.show import table_command
    from ganbench.reporting.choice import Choice

    choice = Choice(metrics, models)
    registry = find_plugins(plugin_folders)
    sys.exit(table_command(output, choice=choice, registry=registry, **options))


@click.command()
@click.argument("folders", nargs=-1, required=True, type=PATH, metavar="DIR [DIR2]")
@click.option("--baseline", default="", metavar="MODEL", help="Compare with this model only.")
@click.option("--metrics", callback=names, metavar="NAME,…", help="Test these columns only.")
@format_option
@interval_option
@plugins_option
def compare(folders: Sequence[Path], plugin_folders: Sequence[Path], **options: Any) -> None:
    """Test the models in DIR against each other, paired by seed. With DIR2 test what has changed
    from DIR to DIR2: each model against itself, paired by task and seed.
    """
    from ganbench.cli.commands.show import compare_command

    sys.exit(compare_command(folders, registry=find_plugins(plugin_folders), **options))


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
