"""The commands that make a report's numbers again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ganbench.core.files import for_shell
from ganbench.registry.registry import Registry
from ganbench.reporting.report.loading import Folder, Setting
from ganbench.reporting.run_command import made_alike, run_command
from ganbench.results.records import Row


@dataclass(frozen=True)
class Command:
    """text: to be typed. what: that it makes."""

    what: str
    text: str
    model: str = ""
    recipe: str = ""


def commands_of(setting: Setting, registry: Registry) -> list[Command]:
    """One a label, or one for each way in which its seeds were computed, that trains and scores
    them, and those that print the tables.
    """
    group = setting.group
    runs = []
    for label, rows in group.by_model.items():
        folder = setting.folders[label]
        for same in made_alike(rows):
            first = same[0]
            beside = beside_reference(setting, folder) if first.is_reference else first
            text = run_command(beside, same, folder.path, registry)
            seeds = "" if len(same) == len(rows) else f", {seeds_told(same)}"
            runs.append(Command(f"{label}{seeds}", text, first.model, first.recipe))
    folders = {folder.name: folder for folder in setting.folders.values()}
    shown = [
        Command(f"the {what} of {name}", f"ganbench {command} {for_shell(folder.path)}")
        for name, folder in folders.items()
        for command, what in (("table", "table"), ("compare", "paired tests"))
    ]
    return [*runs, *shown]


def seeds_told(rows: Sequence[Row]) -> str:
    return f"seed{'s' if len(rows) > 1 else ''} {', '.join(str(row.seed) for row in rows)}"


def beside_reference(setting: Setting, folder: Folder) -> Row | None:
    """A model's row, for a run scores references beside a model; None where there is none."""
    trained = setting.group.trained
    own = [rows[0] for label, rows in trained.items() if setting.folders[label] is folder]
    return next((row for row in own if not row.is_reference), None)


def provenance_lines(rows: Sequence[Row]) -> list[tuple[str, str]]:
    """What the rows' provenance says, a line an entry: its values, with counts where they differ;
    of the starts the first and the last.
    """
    names = dict.fromkeys(name for row in rows for name in row.provenance)
    lines = []
    for name in names:
        values = [str(row.provenance[name]) for row in rows if name in row.provenance]
        lines.append((name, spread(values) if name == "started" else counted(values, len(rows))))
    return lines


def spread(values: Sequence[str]) -> str:
    first, last = min(values), max(values)
    return first if first == last else f"{first} to {last}"


def counted(values: Sequence[str], total: int) -> str:
    counts: Mapping[str, int] = {value: values.count(value) for value in dict.fromkeys(values)}
    if len(counts) == 1 and len(values) == total:
        return values[0]
    most = sorted(counts.items(), key=lambda item: -item[1])
    named = [f"{value or 'none'} ({n} rows)" for value, n in most[:3]]
    return ", ".join(named) + (f" and {len(most) - 3} more" if len(most) > 3 else "")
