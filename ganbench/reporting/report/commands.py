"""The commands that make a report's numbers again."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ganbench.registry.registry import Kind, Registry
from ganbench.reporting.report.loading import Folder, Setting
from ganbench.results.records import Row

BUDGET_OPTIONS = {
    "budget_steps": "--steps",
    "size": "--size",
    "width": "--width",
    "batch_size": "--batch-size",
}
DRAWN_HERE = ("procedural", "mixture")  # data that need no path
NAMES_OF_DATA = {"folder": ("A", "B"), "split_set": ("set",)}  # where they are not the source's own
PATH_HERE = "PATH"  # in place of what a row does not tell


@dataclass(frozen=True)
class Command:
    """text: to be typed. what: that it makes."""

    what: str
    text: str
    model: str = ""
    recipe: str = ""


def commands_of(setting: Setting, registry: Registry) -> list[Command]:
    """One a label, that trains and scores its seeds, and those that print the tables."""
    group = setting.group
    runs = []
    for label, rows in group.by_model.items():
        folder = setting.folders[label]
        beside = beside_reference(setting, folder) if rows[0].is_reference else rows[0]
        text = run_command(beside, rows, folder, registry)
        runs.append(Command(label, text, rows[0].model, rows[0].recipe))
    folders = {folder.name: folder for folder in setting.folders.values()}
    shown = [
        Command(f"the {what} of {name}", f"ganbench {command} {quoted(folder.path)}")
        for name, folder in folders.items()
        for command, what in (("table", "table"), ("compare", "paired tests"))
    ]
    return [*runs, *shown]


def beside_reference(setting: Setting, folder: Folder) -> Row | None:
    """A model's row, for a run scores references beside a model; None where there is none."""
    trained = setting.group.trained
    own = [rows[0] for label, rows in trained.items() if setting.folders[label] is folder]
    return next((row for row in own if not row.is_reference), None)


def run_command(model: Row | None, rows: Sequence[Row], folder: Folder, registry: Registry) -> str:
    """Trains and scores the cells of rows that differ in their seed alone. All that the rows tell
    is spelled out, for a recipe may have changed since.

    model: the rows' model, or one beside which they, of a reference, are scored.
    """
    row = rows[0]
    preset, changes, network = preset_of(row)
    parts = [
        "ganbench",
        "run",
        "--task",
        row.task,
        "--models",
        model.model if model else "standard",
    ]
    parts += ["--references", row.model if row.is_reference else "none"]
    parts += ["--recipe", model.recipe] if model else []
    parts += ["--preset", preset, *changes, "--seed-list", ",".join(str(r.seed) for r in rows)]
    sets = [f"network={network}"] if network else []
    sets += [f"{row.task}.{key}={text_of(value)}" for key, value in row.options.items()]
    if model:
        sets += [f"{model.model}.{key}={text_of(value)}" for key, value in model.hparams.items()]
    for text in sets:
        parts += ["--set", text]
    parts += [
        *arithmetic(row),
        *data_of(row),
        *plugins_of([row, *([model] if model else [])], registry),
    ]
    return " ".join(map(quoted, [*parts, "--output", str(folder.path)]))


def preset_of(row: Row) -> tuple[str, list[str], str]:
    """The preset's own name, the options that change it, and the networks' family or nothing; a
    row's preset is named such as "quick+budget_steps=40+network=unet".
    """
    name, *changes = row.preset.split("+")
    values = dict(change.partition("=")[::2] for change in changes)
    options = [
        part
        for key, value in values.items()
        if key in BUDGET_OPTIONS
        for part in (BUDGET_OPTIONS[key], value)
    ]
    return name, options, values.get("network", "")


def text_of(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def arithmetic(row: Row) -> list[str]:
    """The split, and how the machine computes."""
    told = row.provenance
    return [
        *(["--split", row.split] if row.split != "test" else []),
        *(["--precision", told["precision"]] if told.get("precision", "fp32") != "fp32" else []),
        *(["--threads", str(told["threads"])] if told.get("threads", 1) != 1 else []),
        *(["--compile"] if told.get("compiled") else []),
        *(["--portable"] if told.get("portable") else []),
    ]


def data_of(row: Row) -> list[str]:
    """The user's own data, whose place a row does not tell."""
    if row.data in DRAWN_HERE:
        return []
    names = NAMES_OF_DATA.get(row.data, tuple(row.data.split("+")))
    return [part for name in names for part in ("--data", f"{name}={PATH_HERE}")]


def plugins_of(rows: Sequence[Row], registry: Registry) -> list[str]:
    """The folders of plugins that are the user's own."""
    kinds: tuple[Kind, ...] = ("model", "reference", "task")
    known = [registry.of_kind(kind) for kind in kinds]
    names = {name for row in rows for name in (row.model, row.task)}
    folders = {
        plugin.origin: None
        for plugins in known
        for name, plugin in plugins.items()
        if name in names and plugin.origin != "built-in" and not plugin.module
    }
    return [part for folder in folders for part in ("--plugins", folder)]


def quoted(part: object) -> str:
    return shlex.quote(str(part))


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
