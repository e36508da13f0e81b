"""How mistakes and interruptions end."""

from __future__ import annotations

import io
import sys
from typing import Any

import click

from ganbench.core.errors import UserError, did_you_mean
from ganbench.core.interrupts import INTERRUPTED


class Group(click.Group):
    """Prints a user's mistake as one message with exit code 2, and names the closest command."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0] if args else ""
        if name and not name.startswith("-") and self.get_command(ctx, name) is None:
            raise click.UsageError(f"no command '{name}'; {did_you_mean(name, self.commands)}", ctx)
        return super().resolve_command(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        show_any_name()
        try:
            return super().invoke(ctx)
        except UserError as error:
            click.echo(f"Error: {error}", err=True)
            ctx.exit(error.exit_code)
        except KeyboardInterrupt:
            click.echo(INTERRUPTED, err=True)
            ctx.exit(130)
        except BrokenPipeError:  # the reader of a pipe, such as head, has enough
            sys.stderr.close()
            ctx.exit(0)


def show_any_name() -> None:
    """Lets names of files be printed whose bytes are no text in the terminal's encoding."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
