"""`ganbench data`: what data sets there are, and how to get and check them. No torch here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from ganbench.cli.commands.stderr_lines import stderr_lines
from ganbench.core.terminal import INDENT, text_width, wrapped
from ganbench.data.datasets.catalogue import CATALOGUE, DataSet, default_data_dir, find_data_set
from ganbench.data.datasets.download import download, refuse
from ganbench.data.datasets.prepare import is_filled, load_listing, prepare
from ganbench.data.datasets.verify import broken_files, summary
from ganbench.reporting.formats import renderers
from ganbench.reporting.sheets import Sheet

HEAD = ("name", "tasks", "licence", "size", "get it", "where")
SHOWN_BROKEN = 5


def list_command(data_dir: Path | None, format_name: str) -> None:
    sheet = catalogue_sheet(data_dir or default_data_dir())
    if format_name != "rich":
        click.echo(renderers()[format_name]([sheet], "data_sets"), nl=False)
        return
    width = text_width()
    for each in sheet.records:
        click.echo(described(each, width))
    for note in sheet.notes:
        click.echo(wrapped(note, width))


def described(each: Mapping[str, Any], width: int) -> str:
    """A data set in a few lines: a table of so long cells would have no room on a terminal."""
    how = f"{each['get']}, size {each['size']}, {'there' if each['is_there'] else 'not there'}"
    rows = {"tasks": each["tasks"], "licence": each["licence"]}
    label = max(map(len, rows)) + 2 * len(INDENT)
    parts = [
        wrapped(f"{INDENT}{name}".ljust(label) + text, width, rest=" " * label)
        for name, text in rows.items()
    ]
    return "\n".join([wrapped(f"{each['name']}: {how}", width), *parts, ""])


def catalogue_sheet(data_dir: Path) -> Sheet:
    records = tuple(record(data_set, data_dir) for data_set in CATALOGUE)
    return Sheet(
        title="data sets",
        head=HEAD,
        lines=tuple(
            (
                *(str(each[key]) for key in ("name", "tasks", "licence", "size", "get")),
                str(each["path"]) if each["is_there"] else "not there",
            )
            for each in records
        ),
        notes=(
            f"folders in {data_dir}",
            "`ganbench data prepare NAME` downloads a set, or says how to get it by hand",
        ),
        records=records,
        texts=len(HEAD),
    )


def record(data_set: DataSet, data_dir: Path) -> dict[str, Any]:
    folder = data_dir / data_set.name
    return {
        "name": data_set.name,
        "what": data_set.summary,
        "tasks": ", ".join(data_set.tasks),
        "licence": data_set.licence,
        "size": data_set.size,
        "get": "download" if data_set.downloadable else "by hand",
        "home": data_set.home,
        "layout": data_set.layout,
        "path": str(folder),
        "is_there": is_filled(folder),
    }


def prepare_command(
    name: str, data_dir: Path | None, offline: bool, archives: Sequence[Path]
) -> None:
    data_set = find_data_set(name)
    obtain = refuse if offline else download
    with stderr_lines() as say:
        say(f"{name}: {data_set.summary}")
        say(f"licence: {data_set.licence} ({data_set.home})")
        folder = prepare(data_set, data_dir or default_data_dir(), archives, obtain, say)
    click.echo(f"{name} is at {folder}")
    click.echo(f"use it with: ganbench run … --data {name}={folder}")


def verify_command(name: str, path: Path | None, sample: int) -> int:
    """Prints counts; 1 where sampled pictures cannot be decoded."""
    data_set = find_data_set(name)
    folder = path or default_data_dir() / name
    listing = load_listing(data_set, folder)
    click.echo(f"{name} at {folder}")
    for label, text in summary(listing):
        click.echo(f"  {label:<24}{text}")
    tried = min(sample, len(listing))
    broken = broken_files(listing, tried)
    if not broken:
        click.echo(f"  {'decoded':<24}{tried:,} sampled pictures, all can be read")
        return 0
    click.echo(f"Error: {len(broken)} files of {tried:,} sampled pictures are broken", err=True)
    for each in broken[:SHOWN_BROKEN]:
        click.echo(f"  {each.file}: {each.reason}", err=True)
    return 1
