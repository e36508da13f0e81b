"""Rows as lines of JSON: strict about what a line holds, and fast with 100,000 of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any, BinaryIO

import msgspec
from msgspec import Meta, Raw, Struct, field

from ganbench.core.spec import JSON, Direction
from ganbench.results.records import Row

# A cell's id names a folder.
CellId = Annotated[str, Meta(pattern=r"^[^/\\\x00.][^/\\\x00]*\Z", max_length=100)]
# A count, which metrics write as a text.
Count = int | Annotated[str, Meta(pattern=r"^[0-9]{1,18}\Z")]
Number = int | float
Scores = dict[str, float | str]
NOTHING = Raw(b"{}")
BLOCK_BYTES = 2**18
NO_ROW = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class _Hparams(Struct):
    warmup_steps: Number = 0


class _Budget(Struct):
    budget_steps: int
    width: int
    size: int = 0


class _Plugin(Struct):
    """What a metric's numbers depend on."""

    columns: list[str]
    at_most: Count = 0
    extractor: str = ""


class _Samples(Struct):
    real: int
    fake: int


class _Protocol(Struct):
    samples: dict[Direction, _Samples] = {}
    metrics: dict[str, _Plugin] = {}


class _Line(Row, frozen=True, kw_only=True, forbid_unknown_fields=True, gc=False):
    """A row, read strictly, with the parts that many rows share not yet decoded."""

    cell: CellId
    selected: dict[str, str | int | Scores] = field(default_factory=dict)
    cost: dict[str, Number] = field(default_factory=dict)
    hparams: Raw = NOTHING  # type: ignore[assignment]
    options: Raw = NOTHING  # type: ignore[assignment]
    budget: Raw = NOTHING  # type: ignore[assignment]
    protocol: Raw = NOTHING  # type: ignore[assignment]
    provenance: Raw = NOTHING  # type: ignore[assignment]


# What many rows share, and its types where the project reads it.
_SHARED: Mapping[str, Any] = {
    "hparams": _Hparams,
    "options": dict[str, Any],
    "budget": _Budget,
    "protocol": _Protocol,
    "provenance": dict[str, str | int],
}
# Rows of one run share the rest of their provenance, so it stands last there.
STARTED = re.compile(rb'(\{.+), "started": "([0-9T:+.-]+)"\}', re.DOTALL)


class RowReader:
    """Turns lines into rows. Equal parts of rows are one object, which must not be changed."""

    def __init__(self) -> None:
        self._line = msgspec.json.Decoder(_Line)
        self._known: dict[bytes, dict[str, JSON]] = {}
        self._parts: dict[tuple[str, bytes], JSON] = {}

    def read_all(self, file: BinaryIO) -> list[Row]:
        """The latest row of each cell, in the order of first appearance. Raises ValueError where
        some line is no row, without telling which.
        """
        latest: dict[str, Row] = {}
        try:
            for lines in blocks(file):
                latest.update((raw.cell, self._row(raw)) for raw in self._line.decode_lines(lines))
            return list(latest.values())
        except NO_ROW as error:
            raise ValueError(str(error)) from error

    def read(self, line: bytes) -> Row:
        """Raises ValueError, which says what is wrong, for anything but a whole row."""
        try:
            return self._row(self._line.decode(line))
        except NO_ROW as error:
            raise ValueError(str(error)) from error

    def _row(self, raw: _Line) -> Row:
        provenance, started = _without_start(raw.provenance)
        texts = (raw.hparams, raw.options, raw.budget, raw.protocol, provenance)
        key = b"\0".join(texts)  # which no JSON text has in it
        parts = self._known.get(key)
        if parts is None:
            parts = self._known[key] = self._decode(texts)
        _require_selection(raw.selected)
        return Row(
            cell=raw.cell,
            model=raw.model,
            task=raw.task,
            data=raw.data,
            preset=raw.preset,
            recipe=raw.recipe,
            seed=raw.seed,
            status=raw.status,
            split=raw.split,
            reason=raw.reason,
            metrics=raw.metrics,
            selected=raw.selected,
            training=raw.training,
            cost=raw.cost,
            **(parts | {"provenance": parts["provenance"] | started} if started else parts),
        )

    def _decode(self, texts: Iterable[bytes]) -> dict[str, JSON]:
        """Of the parts that rows share. Parts that are equal are one object in any case."""
        parts: dict[str, JSON] = {}
        for (name, kind), text in zip(_SHARED.items(), texts, strict=True):
            known = self._parts.get((name, bytes(text)))
            if known is None:
                known = msgspec.json.decode(text, type=dict[str, Any])
                if known or name == "budget":
                    msgspec.json.decode(text, type=kind)
                self._parts[name, bytes(text)] = known
            parts[name] = known
        return parts


def _without_start(provenance: Raw) -> tuple[bytes, dict[str, str]]:
    """A provenance less its last entry, when the cell was started; and that, or nothing."""
    match = STARTED.fullmatch(provenance)
    if match is None:
        return provenance, {}
    return match[1] + b"}", {"started": match[2].decode()}


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Whole lines, in blocks that fit a processor's cache together with the rows read from them."""
    while block := file.read(BLOCK_BYTES):
        yield block + file.readline()


def _require_selection(selected: JSON) -> None:
    """Raises ValidationError for anything but nothing or a whole one."""
    if selected and not (
        selected.keys() == {"by", "step", "validation", "metrics"}
        and isinstance(selected["by"], str)
        and isinstance(selected["step"], int)
        and isinstance(selected["validation"], dict)
        and isinstance(selected["metrics"], dict)
    ):
        raise msgspec.ValidationError("`selected` is no selection of a checkpoint")


def grouping_key(value: Any) -> bytes:
    """The same bytes for equal JSON values, whatever the order of their keys."""
    return msgspec.json.encode(value, order="deterministic")
