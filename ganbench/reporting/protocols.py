"""What the numbers of rows depend on, and that one column never mixes two of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ganbench.core.errors import UserError
from ganbench.core.spec import FEW_IMAGES, JSON, MAX_IMAGES, ColumnKey
from ganbench.results.jsonl import grouping_key
from ganbench.results.records import Row, number_of

NAMED_ROWS = 3


def protocol_of(row: Row, column: str) -> JSON:
    """The protocol of one number of a row; empty where the row does not tell."""
    key = ColumnKey.parse(column)
    samples = row.protocol.get("samples", {}).get(key.direction, {})
    counts = {f"n_{side}": n for side, n in samples.items()}
    for plugin in row.protocol.get("metrics", {}).values():
        if key.name in plugin["columns"]:
            conventions = {name: value for name, value in plugin.items() if name != "columns"}
            most = int(conventions.get("at_most", max([*counts.values(), 0])))
            return {**conventions, **{name: min(n, most) for name, n in counts.items()}}
    return counts


def require_one_protocol(rows: Iterable[Row]) -> None:
    """Raises UserError for a column whose numbers in `rows`, of one setting, do not compare.

    Rows that do not tell, by an older version, count as equal to any.
    """
    by_protocol: dict[
        int, list[Row]
    ] = {}  # rows that were read from one file share equal protocols
    for row in rows:
        if row.protocol:
            by_protocol.setdefault(id(row.protocol), []).append(row)
    if len(by_protocol) < 2:
        return
    for column in dict.fromkeys(
        name for same in by_protocol.values() for row in same for name in row.metrics
    ):
        parties = by_protocol_of(column, [row for same in by_protocol.values() for row in same])
        if len(parties) > 1:
            raise mixed(column, parties)


def by_protocol_of(column: str, rows: Iterable[Row]) -> list[list[Row]]:
    """The rows with a number in the column and a protocol, parted by the column's protocol."""
    by_object: dict[int, list[Row]] = {}
    for row in rows:
        if row.protocol and number_of(row.metrics.get(column)) is not None:
            by_object.setdefault(id(row.protocol), []).append(row)
    by_key: dict[bytes, list[Row]] = {}
    for same in by_object.values():
        by_key.setdefault(grouping_key(protocol_of(same[0], column)), []).extend(same)
    return list(by_key.values())


def mixed(column: str, parties: Sequence[Sequence[Row]]) -> UserError:
    """The error for numbers of one column by several protocols: what differs, and in which rows."""
    lines = [
        f"{rows_text(rows)}: {text}"
        for rows, text in zip(parties, protocol_texts(column, parties), strict=True)
    ]
    return UserError(
        f"the rows have {column} by {len(parties)} protocols, which do not compare",
        "\n         ".join(lines),
        "run the same `ganbench run` again, which scores older rows anew, or keep them apart "
        "in two folders",
    )


def protocol_texts(column: str, parties: Sequence[Sequence[Row]]) -> list[str]:
    """Of each party what its protocol of the column has otherwise than another's."""
    protocols = [protocol_of(rows[0], column) for rows in parties]
    names = sorted({name for protocol in protocols for name in protocol})
    differing = [n for n in names if len({str(p.get(n)) for p in protocols}) > 1]
    return [", ".join(f"{name} {p.get(name)}" for name in differing) for p in protocols]


def rows_text(rows: Sequence[Row]) -> str:
    named = ", ".join(f"{row.model} seed {row.seed} ({row.cell})" for row in rows[:NAMED_ROWS])
    return named + (f" and {len(rows) - NAMED_ROWS} more" if len(rows) > NAMED_ROWS else "")


def protocol_notes(rows: Sequence[Row], columns: Iterable[str]) -> list[str]:
    """A line for each extractor behind these columns of rows, and a warning where n is small."""
    shown = {ColumnKey.parse(name).name for name in columns}
    protocols = {id(row.protocol): row.protocol for row in rows}.values()
    plugins: dict[str, Mapping[str, str]] = {}
    for plugin in (p for protocol in protocols for p in protocol.get("metrics", {}).values()):
        if "extractor" in plugin and not shown.isdisjoint(plugin["columns"]):
            plugins.setdefault(plugin["extractor"], plugin)
    counts = [n for protocol in protocols for n in protocol.get("samples", {}).values()]
    if not plugins or not counts:
        return []
    most = min(int(p.get("at_most", MAX_IMAGES)) for p in plugins.values())
    real, fake = (count_text([min(c[side], most) for c in counts]) for side in ("real", "fake"))
    lines = [
        f"{name}: layer {p.get('layer')}, {p.get('resizer')}, weights {p.get('weights')}; "
        f"{real} real, {fake} translated images, {rows[0].split} split"
        for name, p in plugins.items()
    ]
    if min(c[side] for c in counts for side in ("real", "fake")) < FEW_IMAGES:
        lines.append(
            "with so few images a Fréchet distance is too large, the more so the fewer: "
            "read the unbiased kernel distance (kd, kid) first"
        )
    return lines


def count_text(counts: Sequence[int]) -> str:
    """One number, or the range of them."""
    return " to ".join(f"{n:,}" for n in sorted({min(counts), max(counts)}))
