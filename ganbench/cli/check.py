"""`ganbench check`: its arguments."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.options import cache_option, plugins_option


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME | FILE | FOLDER]…")
@click.option("-v", "--verbose", is_flag=True, help="Show the checks that passed, too.")
@plugins_option
@cache_option
def check(names: Sequence[str], plugin_folders: Sequence[Path], **options: Any) -> None:
    """Check that plugins keep to their contracts [default: all built-in ones].

    Exit code 1 if a check failed. For a test suite of your own there is
    `ganbench.testing.parametrize_with_checks`.
    """
    from ganbench.cli.commands.check import check_command

    sys.exit(check_command(names, plugin_folders, **options))
