"""The design by which the rows of a folder are judged, as its runs have noted it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from ganbench.reporting.claims import FIXED, Design, Finding
from ganbench.reporting.groups import Group
from ganbench.reporting.looks import DesignNotes, fixed_design_notes, look_notes
from ganbench.reporting.sequential_claims import UNTIL_DECIDED
from ganbench.reporting.statistics import Interval
from ganbench.results.looks import Look, read_looks

ADDED_NOTE = (
    "design: seeds were added until the claims of the folder's benchmark were decided. p and "
    "intervals here are of a number of seeds that is fixed beforehand, so they count no look and "
    "say too much; the verdicts of `ganbench claims` hold"
)


def design_of(folder: Path) -> Design:
    """Sequential where a run of the folder was --until-decided, else that of a fixed number of
    seeds. Either tells of looks that it does not count.
    """
    looks = read_looks(folder)
    fixed = [look for look in looks if look.design == "fixed"]
    if len(fixed) < len(looks):
        return with_notes(UNTIL_DECIDED, switched(fixed))
    return with_notes(FIXED, look_notes(fixed))


def comparison_notes(folder: Path) -> DesignNotes:
    """The same for tests of models, which are always those of a fixed number of seeds."""
    looks = read_looks(folder)
    fixed = [look for look in looks if look.design == "fixed"]
    if len(fixed) < len(looks):
        return lambda group: [ADDED_NOTE]
    return lambda group: [*fixed_design_notes(group), *look_notes(fixed)]


def switched(fixed: Sequence[Look]) -> list[str]:
    """That the folder's seeds were first judged as a fixed number of them."""
    if not fixed:
        return []
    last = fixed[-1]
    return [
        f"before, {last.seeds} seeds were judged as a fixed number of them ({last.at[:10]}): who "
        "goes on because of that verdict takes two chances to err instead of one"
    ]


def with_notes(design: Design, more: Sequence[str]) -> Design:
    def notes(findings: Sequence[Finding], group: Group, interval: Interval) -> list[str]:
        return [*design.notes(findings, group, interval), *more]

    return replace(design, notes=notes) if more else design
