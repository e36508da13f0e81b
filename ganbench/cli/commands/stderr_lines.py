"""Lines on standard error of a command that takes a while."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import click

from ganbench.core.reports import Passing, Report

ERASE_LINE = "\r\x1b[2K"


@contextmanager
def stderr_lines() -> Iterator[Report]:
    """Takes lines. A passing one stands on a terminal until the next; elsewhere it is left out."""
    is_terminal = sys.stderr.isatty()

    def say(line: str) -> None:
        if isinstance(line, Passing):
            if is_terminal:
                width = shutil.get_terminal_size().columns
                click.echo(ERASE_LINE + line[: width - 1], nl=False, err=True)
        else:
            click.echo(ERASE_LINE + line if is_terminal else line, err=True)

    try:
        yield say
    finally:
        if is_terminal:
            click.echo(ERASE_LINE, nl=False, err=True)
