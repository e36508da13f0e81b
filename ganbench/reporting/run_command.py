"""The command that makes rows again."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from pathlib import Path

from ganbench.core.budget import KIMG, STEPS, name_and_changes
from ganbench.registry.registry import BUILT_IN, Kind, Registry
from ganbench.results.records import Row

BUDGET_OPTIONS = {
    STEPS: "--steps",
    KIMG: "--kimg",
    "size": "--size",
    "width": "--width",
    "batch_size": "--batch-size",
}
DRAWN_HERE = ("procedural", "mixture")  # data that need no path
NAMES_OF_DATA = {"folder": ("A", "B"), "split_set": ("set",)}  # where they are not the source's own
PATH_HERE = "PATH"  # in place of what a row does not tell


def run_command(model: Row | None, rows: Sequence[Row], output: Path, registry: Registry) -> str:
    """Trains and scores the cells of rows that differ in their seed alone. All that the rows tell
    is spelled out, for a recipe may have changed since.

    model: the rows' model, or one beside which they, of a reference, are scored. output: the folder
        that it is to write.
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
    return " ".join(map(quoted, [*parts, "--output", output]))


def made_alike(rows: Sequence[Row]) -> list[list[Row]]:
    """The rows in parts that one command each makes: seeds can have been trained in two ways, such
    as before and after `--compile auto`.
    """
    parts: dict[tuple[str, ...], list[Row]] = {}
    for row in rows:
        parts.setdefault(tuple(arithmetic(row)), []).append(row)
    return list(parts.values())


def preset_of(row: Row) -> tuple[str, list[str], str]:
    """The preset's own name, the options that change it, and the networks' family or nothing."""
    name, values = name_and_changes(row.preset)
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
        if name in names and plugin.origin != BUILT_IN and not plugin.module
    }
    return [part for folder in folders for part in ("--plugins", folder)]


def quoted(part: object) -> str:
    return shlex.quote(str(part))
