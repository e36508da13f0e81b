"""`ganbench check`: does a plugin keep to its contract?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table as RichTable
from rich.text import Text

from ganbench.core.cache import default_cache_dir
from ganbench.core.errors import UserError
from ganbench.core.terminal import console
from ganbench.registry.registry import Plugin, Registry
from ganbench.testing.find import find_plugins
from ganbench.testing.report import Result, checks_of, run_check
from ganbench.testing.subjects import Subject

STYLES = {"passed": "green", "failed": "bold red", "expected failure": "yellow"}


def check_command(
    names: Sequence[str], folders: Sequence[Path], cache_dir: Path | None, verbose: bool
) -> int:
    """Prints how each check of each plugin went; 1 where one failed."""
    registry, plugins = find_plugins(names, folders)
    out = console()
    failed = 0
    for plugin in plugins:
        click.echo(f"{plugin.kind or 'plugin'} {plugin.name} ({plugin.path})")
        if fault := fault_of(plugin, registry):
            out.print(Text(f"  broken: {fault}", "bold red"))
            failed += 1
            continue
        subject = Subject(plugin, registry, (cache_dir or default_cache_dir()) / "check")
        results = [run_check(check, subject) for check in checks_of(plugin)]
        shown = [r for r in results if verbose or r.status in ("failed", "expected failure")]
        if shown:
            out.print(results_table(shown))
        failed += sum(result.status == "failed" for result in results)
        click.echo(f"  {summary(results)}")
    return 1 if failed else 0


def fault_of(plugin: Plugin, registry: Registry) -> str:
    """Why a plugin cannot be loaded, so that nothing can be checked; or nothing."""
    if plugin.error or plugin.kind is None:
        return plugin.error
    try:
        registry.load(plugin.kind, plugin.name)
    except UserError as error:
        return f"{error.what} ({error.where})"
    return ""


def results_table(results: Sequence[Result]) -> RichTable:
    grid = RichTable(box=None, pad_edge=False, padding=(0, 2))
    for heading in ("", "check", "result", "why"):
        grid.add_column(heading, overflow="fold")
    for result in results:
        status = Text(result.status, STYLES.get(result.status, "dim"))
        grid.add_row("", result.check, status, Text(result.reason))
    return grid


def summary(results: Sequence[Result]) -> str:
    counts = Counter(result.status for result in results)
    return ", ".join(f"{count} {status}" for status, count in counts.items())
