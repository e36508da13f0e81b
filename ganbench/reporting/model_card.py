"""The card of an exported model, in the format of Hugging Face's model cards: what it is, how it
is used, and what its numbers depend on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from ganbench.core.kinds import DataKind
from ganbench.core.spec import Column, ColumnKey, DataSpec, Direction, column_of, sides
from ganbench.reporting.sheets import ARROWS, number
from ganbench.results.records import Row, number_of

LIBRARY = "ganbench"
# Of Hugging Face, by the kinds of the source and the target.
TASKS: Mapping[tuple[DataKind, DataKind], str] = {
    ("image", "image"): "image-to-image",
    ("tokens", "image"): "text-to-image",
    ("image", "tokens"): "image-to-text",
}
UNNAMED = "other"


@dataclass(frozen=True)
class Exported:
    """What a card tells that a row does not.

    spec: of the data. usage: Python code that loads the model and applies it. taking: what it takes
    and gives, a sentence. data: lines on the training data and their licence. columns: what
    each metric's columns mean. command: that trains and scores it again.
    """

    spec: DataSpec
    directions: Sequence[Direction]
    usage: str
    taking: str
    data: Sequence[str]
    columns: Mapping[str, Column]
    command: str


def model_card(row: Row, exported: Exported) -> str:
    """Markdown with metadata before it. row: of the cell that was trained."""
    head = yaml.safe_dump(metadata(row, exported), sort_keys=False, allow_unicode=True, width=100)
    return "\n".join([f"---\n{head}---", *body(row, exported), ""])


def metadata(row: Row, exported: Exported) -> dict[str, Any]:
    """The licence is left to whoever publishes the model: that of the data may bind it."""
    results = [result(row, direction, exported) for direction in exported.directions]
    kind = kind_of_task(exported.spec, exported.directions[0])
    tag = {"pipeline_tag": kind} if kind else {}
    return {
        "library_name": LIBRARY,
        **tag,
        "tags": ["gan", "unpaired-image-translation", row.model, row.task],
        "model-index": [{"name": f"{row.model}-{row.task}", "results": results}],
    }


def kind_of_task(spec: DataSpec, direction: Direction) -> str | None:
    """As Hugging Face names it; None where it has no name for it."""
    source, target = (spec.kinds[side].name for side in sides(direction))
    return TASKS.get((source, target))


def result(row: Row, direction: Direction, exported: Exported) -> dict[str, Any]:
    source, target = sides(direction)
    kind = kind_of_task(exported.spec, direction) or UNNAMED
    return {
        "task": {"type": kind, "name": f"Unpaired translation, {source} to {target}"},
        "dataset": {"type": row.task, "name": f"{row.task} ({row.data})", "split": row.split},
        "metrics": [
            {"type": name, "name": column.text, "value": value}
            for name, column, value in numbers_of(row, direction, exported.columns)
        ],
    }


def numbers_of(
    row: Row, direction: Direction, columns: Mapping[str, Column]
) -> list[tuple[str, Column, float]]:
    """The row's numbers in a direction, with what they mean."""
    found = []
    for name, given in row.metrics.items():
        value, column = number_of(given), column_of(name, columns)
        if (
            value is not None
            and column is not None
            and ColumnKey.parse(name).direction == direction
        ):
            found.append((ColumnKey.parse(name).name, column, value))
    return found


def body(row: Row, exported: Exported) -> list[str]:
    ways = " and ".join(" to ".join(sides(direction)) for direction in exported.directions)
    told = row.provenance
    return [
        f"\n# {row.model} on {row.task}\n",
        f"A generator of unpaired translation, {ways}, trained by ganbench "
        f"{told.get('version', '')}: model `{row.model}`, recipe `{row.recipe}`, task "
        f"`{row.task}`, preset `{row.preset}`, seed {row.seed}. {exported.taking}",
        f"\n## How to use it\n\n```python\n{exported.usage}\n```",
        "\n## What it was trained on\n",
        *(f"- {line}" for line in exported.data),
        "\n## How good it is\n",
        f"One training of many that are possible, scored on the {row.split} split. Another seed "
        "gives other numbers: compare models over several seeds, not by this one.",
        *tables(row, exported),
        f"\n## Make it again\n\n```text\n{exported.command}\n```",
        "\n## What the numbers depend on\n",
        *protocol_lines(row),
        "\n## Settings\n",
        *(f"- `{name}`: {value}" for name, value in {**row.budget, **row.hparams}.items()),
        "\n## Provenance\n",
        *(f"- {name}: {value}" for name, value in {"cell": row.cell, **told}.items()),
    ]


def tables(row: Row, exported: Exported) -> list[str]:
    """Of each direction."""
    lines = []
    for direction in exported.directions:
        source, target = sides(direction)
        lines += [f"\n| {source} to {target} | | what it is |", "| --- | ---: | --- |"]
        lines += [
            f"| {name} {ARROWS[column.higher_is_better]} | {number(value)} {column.unit} "
            f"| {column.text} |".replace("  ", " ")
            for name, column, value in numbers_of(row, direction, exported.columns)
        ]
    return lines


def protocol_lines(row: Row) -> list[str]:
    samples: Mapping[str, Mapping[str, int]] = row.protocol.get("samples", {})
    metrics: Mapping[str, Mapping[str, Any]] = row.protocol.get("metrics", {})
    counts = [
        f"- samples {direction}: " + ", ".join(f"{n} {kind}" for kind, n in numbers.items())
        for direction, numbers in samples.items()
    ]
    return counts + [
        f"- {', '.join(f'`{column}`' for column in told.get('columns', [name]))}: "
        + "; ".join(f"{key} {value}" for key, value in told.items() if key != "columns")
        for name, told in metrics.items()
    ]
