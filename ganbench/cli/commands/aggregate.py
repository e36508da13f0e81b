"""`ganbench aggregate`: models over the tasks of result folders. No torch here."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ganbench.cli.commands.show import print_sheets, warn_of_torn
from ganbench.registry.registry import Registry
from ganbench.reporting.aggregate_sheets import aggregate_sheets
from ganbench.reporting.report.loading import folders_of, settings_of
from ganbench.results.folder import Rows


def aggregate_command(
    folders: Sequence[Path], format_name: str, metrics: Sequence[str], registry: Registry
) -> int:
    """Prints how models compare over the tasks of some folders."""
    found = folders_of(folders)
    print_sheets(aggregate_sheets(settings_of(found), registry, metrics), format_name)
    return max(warn_of_torn(Rows(one.rows, one.torn), one.path) for one in found)
