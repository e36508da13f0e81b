"""`ganbench movie`: moving pictures of trainings. No torch here, but for figures of points."""

from __future__ import annotations

from pathlib import Path

import click

from ganbench.core.errors import UserError
from ganbench.core.files import write_atomically
from ganbench.registry.registry import Registry
from ganbench.reporting.frames import stored_rows
from ganbench.reporting.movies import movies


def movie_command(output: Path, seed: int | None, frame_ms: int, registry: Registry) -> None:
    """Prints the files. Raises UserError where there is nothing to show, or no place for it."""
    stored_rows(output)  # which tells what is no result folder

    def say(line: str) -> None:
        click.echo(line, err=True)

    for task, data in movies(output, seed, frame_ms, registry, say).items():
        path = output / "figures" / f"{task}-movie.gif"
        try:
            path.parent.mkdir(exist_ok=True)
            write_atomically(path, data)
        except OSError as error:
            what = f"the movie cannot be written: {error.strerror or error}"
            raise UserError(
                what, str(path), "make its folder writable, or copy the results"
            ) from error
        click.echo(f"{path}  {len(data):,} bytes")
