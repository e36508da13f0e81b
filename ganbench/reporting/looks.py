"""What can be known of looks at results that were meant to be looked at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from ganbench.reporting.groups import Group
from ganbench.reporting.sheets import seeds_text
from ganbench.results.looks import Look
from ganbench.results.records import Row

FIXED_NOTE = (
    "design: p and intervals are for a number of seeds that is fixed beforehand and looked at once"
)
SAYS_TOO_MUCH = (
    "p and intervals hold for one look; whoever adds seeds until he likes what he sees errs more "
    "often than they say. `ganbench run --until-decided` may be looked at whenever one likes"
)


DesignNotes = Callable[[Group], list[str]]  # of the rows of a setting


def fixed_design_notes(group: Group) -> list[str]:
    """What p and intervals of a fixed number of seeds rest on."""
    return [FIXED_NOTE, *added(group)]


def look_notes(looks: Sequence[Look]) -> list[str]:
    """That runs have looked at fewer seeds before, as they have noted it."""
    seeds: list[int] = []
    for look in looks:  # a later look at fewer seeds, of a folder that counted otherwise, adds none
        seeds += [look.seeds] if look.seeds > max(seeds, default=0) else []
    if len(seeds) < 2:
        return []
    told = ", ".join(map(seeds_text, seeds[:-1]))
    return [f"looked at before, at {told}, and then at {seeds[-1]}: {SAYS_TOO_MUCH}"]


def added(group: Group) -> list[str]:
    """That seeds were added later, as far as the times in rows tell: the first of them began when
    the last of the others had ended, in two models or more. One run does not work in that order.
    Of several such times the one after the longest pause.
    """
    rows = [row for same in group.trained.values() for row in same if "started" in row.provenance]
    seeds = sorted({row.seed for row in rows})
    parts = [
        (min(map(start, after)) - max(map(end, before)), seed, min(map(start, after)))
        for seed in seeds[1:]
        for before, after in [parted(rows, seed)]
        if len({row.model for row in before} & {row.model for row in after}) > 1
    ]
    gap, seed, began = max(parts, default=(timedelta(0), 0, datetime.min))
    if gap <= timedelta(0):
        return []
    first = span([n for n in seeds if n < seed])
    added_later = [n for n in seeds if n >= seed]
    later = f"{span(added_later)} {'was' if len(added_later) == 1 else 'were'}"
    return [
        f"as the times of the rows tell, {later} added on {began:%Y-%m-%d %H:%M}, when {first} had "
        f"ended; if someone had looked by then: {SAYS_TOO_MUCH}"
    ]


def parted(rows: Sequence[Row], seed: int) -> tuple[list[Row], list[Row]]:
    """Rows of lower seeds, and the others."""
    return [r for r in rows if r.seed < seed], [r for r in rows if r.seed >= seed]


def span(seeds: Sequence[int]) -> str:
    return f"seed {seeds[0]}" if len(seeds) == 1 else f"seeds {seeds[0]} to {seeds[-1]}"


def start(row: Row) -> datetime:
    return datetime.fromisoformat(row.provenance["started"])


def end(row: Row) -> datetime:
    spent = row.cost.get("train_sec", 0.0) + row.cost.get("eval_sec", 0.0)
    return start(row) + timedelta(seconds=spent)
