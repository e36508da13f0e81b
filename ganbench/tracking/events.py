"""What a run tells a tracker, as lines of JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from msgspec import Struct


class CellBegins(Struct, frozen=True, tag=True):
    """name: for people. folder: of the cell. config: its settings."""

    cell: str
    name: str
    group: str
    folder: str
    config: dict[str, Any]


class Losses(Struct, frozen=True, tag=True):
    """Means by `step`; None where one is not finite."""

    cell: str
    step: int
    losses: dict[str, float | None]


class CellEnds(Struct, frozen=True, tag=True):
    """What its row tells. step: the last one. numbers: its metrics and costs, `status` and reason
    as texts.
    """

    cell: str
    step: int
    status: str
    reason: str
    numbers: dict[str, float]


Event = CellBegins | Losses | CellEnds
_decoder = msgspec.json.Decoder(Event)


def line_of(event: Event) -> bytes:
    return msgspec.json.encode(event) + b"\n"


def event_of(line: bytes) -> Event:
    """Raises msgspec.DecodeError for another line."""
    event: Event = _decoder.decode(line)
    return event
