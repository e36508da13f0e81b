"""Scales, ticks and the small panels that the templates draw as SVG."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 300, 180  # of a panel, in its own units
LEFT, RIGHT, TOP, BOTTOM = 46, 10, 8, 24
MAX_TICKS = 5
LOG_FROM = 30.0  # times between the ends of positive values, from which on a scale is logarithmic
BEYOND = 0.75  # of the values' range, that a scale has at either end for intervals
COLOURS, DASHES = 8, 4
STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)

Point = tuple[float, float]
Band = tuple[float, float, float]  # x, low and high


@dataclass(frozen=True)
class Scale:
    """From values between `low` and `high` to shares of the way between them."""

    low: float
    high: float
    log: bool = False

    def share(self, value: float) -> float:
        """Outside of the ends less than 0 or more than 1."""
        low, high, x = (
            map(math.log10, (self.low, self.high, value))
            if self.log
            else (self.low, self.high, value)
        )
        return (x - low) / (high - low)

    def ticks(self) -> list[float]:
        """Round values between the ends."""
        if self.log:
            decades = range(math.ceil(math.log10(self.low)), math.floor(math.log10(self.high)) + 1)
            if len(decades) >= 2:
                every = math.ceil(len(decades) / MAX_TICKS)
                return [10.0**decade for decade in decades][::every]
            scale = Scale(self.low, self.high)
            return scale.ticks()
        rough = (self.high - self.low) / MAX_TICKS
        power = 10.0 ** math.floor(math.log10(rough))
        step = next(s * power for s in STEPS if s * power >= rough * (1 - 1e-9))
        first = math.ceil(self.low / step - 1e-9)
        count = math.floor(self.high / step + 1e-9) - first + 1
        return [(first + i) * step for i in range(count)]


def scale_of(values: Iterable[float], margin: float = 0.05, log: bool = False) -> Scale:
    """A scale around finite values. margin: of their range, at either end. log: where they are
    positive and far apart.
    """
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    if log and low > 0 and high / low >= LOG_FROM:
        factor = (high / low) ** margin
        return Scale(low / factor, high * factor, log=True)
    span = (high - low) or abs(high) or 1.0
    if not math.isfinite(span):  # of values near the largest there are
        low, high, span = low / 4, high / 4, high / 2 - low / 2
    return Scale(low - margin * span, high + margin * span)


def ends_around(values: Iterable[float], ends: Iterable[float]) -> tuple[float, float]:
    """The lowest and the highest of values, and of the ends of their intervals where these lie no
    further beyond than BEYOND of the values' range.
    """
    known = [value for value in values if math.isfinite(value)] or [0.0]
    low, high = min(known), max(known)
    room = BEYOND * (high - low)
    finite = [end for end in ends if math.isfinite(end)]
    if not room:
        return min([low, *finite]), max([high, *finite])
    return max(min([low, *finite]), low - room), min(max([high, *finite]), high + room)


def tick_text(value: float) -> str:
    """A tick's number, short: 20k for 20,000."""
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if size <= abs(value) < 1000 * size and abs(value) >= 1e4:
            return f"{value / size:.6g}{letter}"
    return f"{0.0 if abs(value) < 1e-12 else value:.6g}"


@dataclass(frozen=True)
class Tick:
    """at: from the left or from above, in the panel's units."""

    at: float
    text: str


@dataclass(frozen=True)
class Series:
    """What a panel has of one label. place: of its colour and dash. told: for a pointer and for
    who cannot see it. line, area, marks: SVG paths; marks are points, drawn by their round ends.
    """

    label: str
    model: str
    recipe: str
    place: int
    told: str
    line: str = ""
    area: str = ""
    marks: str = ""
    bars: str = ""

    @property
    def look(self) -> str:
        return look(self.place)


@dataclass(frozen=True)
class Panel:
    title: str
    x_label: str
    x_ticks: tuple[Tick, ...]
    y_ticks: tuple[Tick, ...]
    series: tuple[Series, ...]
    note: str = ""


@dataclass(frozen=True)
class Drawn:
    """One label's points of a panel. bands: from low to high at an x. bars: the same, as error
    bars. lines: with a line through the points.
    """

    label: str
    model: str
    recipe: str
    place: int
    told: str
    points: Sequence[Point]
    bands: Sequence[Band] = ()
    bars: Sequence[Band] = ()
    lines: bool = True


def look(place: int) -> str:
    """Classes of a colour and of a dash, no two alike for 32 places."""
    return f"c{place % COLOURS} d{place // COLOURS % DASHES}"


def panel(
    title: str, x_label: str, drawn: Sequence[Drawn], log_x: bool = False, note: str = ""
) -> Panel:
    """A panel around all points, bands and error bars. What is not finite parts a line."""
    ys = [y for one in drawn for _, y in one.points]
    ys += [end for one in drawn for band in (*one.bands, *one.bars) for end in band[1:]]
    across = scale_of((x for one in drawn for x, _ in one.points), log=log_x)
    up = scale_of(ys)
    return Panel(
        title,
        x_label,
        tuple(Tick(round(x_at(across, x), 1), tick_text(x)) for x in across.ticks()),
        tuple(Tick(round(y_at(up, y), 1), tick_text(y)) for y in up.ticks()),
        tuple(series(one, across, up) for one in drawn),
        note,
    )


def series(one: Drawn, across: Scale, up: Scale) -> Series:
    def at(x: float, y: float) -> str:
        return f"{x_at(across, x):.1f} {y_at(up, y):.1f}"

    parts = [part for part in runs(one.points) if part]
    line = "".join(f"M{'L'.join(at(*point) for point in part)}" for part in parts if len(part) > 1)
    marks = "".join(f"M{at(*point)}h0" for part in parts for point in part)
    bands = [band for band in one.bands if all(map(math.isfinite, band))]
    area = [at(x, high) for x, _, high in bands] + [at(x, low) for x, low, _ in reversed(bands)]
    bars = "".join(
        f"M{at(x, low)}V{y_at(up, high):.1f}" for x, low, high in one.bars if math.isfinite(low)
    )
    return Series(
        *(one.label, one.model, one.recipe, one.place, one.told),
        line=line if one.lines else "",
        area=f"M{'L'.join(area)}Z" if len(bands) > 1 else "",
        marks=marks,
        bars=bars,
    )


def runs(points: Iterable[Point]) -> list[list[Point]]:
    """Points in a row that are finite."""
    parts: list[list[Point]] = [[]]
    for point in points:
        if all(map(math.isfinite, point)):
            parts[-1].append(point)
        elif parts[-1]:
            parts.append([])
    return parts


def x_at(scale: Scale, x: float) -> float:
    return LEFT + scale.share(x) * (WIDTH - LEFT - RIGHT)


def y_at(scale: Scale, y: float) -> float:
    return HEIGHT - BOTTOM - scale.share(y) * (HEIGHT - TOP - BOTTOM)


def places_of(labels: Iterable[str]) -> Mapping[str, int]:
    """Each label's place, by which it has one look in the whole report."""
    return {label: place for place, label in enumerate(dict.fromkeys(labels))}
