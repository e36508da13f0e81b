"""How a command's help looks, and how mistakes and interruptions end."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterable
from typing import Any

import click

from ganbench.core.errors import UserError, did_you_mean
from ganbench.core.interrupts import INTERRUPTED

SENTENCE = 200  # letters that a command's summary may have


class Formatter(click.HelpFormatter):
    """Puts one space before brackets, as the texts of options do; Click puts two."""

    def write_dl(
        self, rows: Iterable[tuple[str, str]], col_max: int = 30, col_spacing: int = 2
    ) -> None:
        super().write_dl(
            [(name, text.replace("  [", " [")) for name, text in rows], col_max, col_spacing
        )


class Context(click.Context):
    formatter_class = Formatter


class Group(click.Group):
    """Prints a user's mistake as one message with exit code 2, and names the closest command."""

    context_class = Context

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        command = super().get_command(ctx, cmd_name)
        if command is not None:
            command.context_class = self.context_class
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """With the whole first sentence of each, which Click cuts to a line."""
        rows = [(name, self.commands[name].get_short_help_str(SENTENCE)) for name in self.commands]
        with formatter.section("Commands"):
            formatter.write_dl(rows)

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
