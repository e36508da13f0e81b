"""docs/checks.md has every check, what it says of itself, and the plugins that prove it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.registry.registry import Kind
from ganbench.testing import CHECKS, Check, source_checks
from tests.testing.broken import BROKEN

PAGE = Path(__file__).parents[2] / "docs" / "checks.md"
HEADINGS: dict[str, tuple[Kind, ...]] = {
    "Every plugin's file": tuple(CHECKS),
    "Models": ("model",),
    "Tasks": ("task",),
    "Metrics": ("metric",),
    "References": ("reference",),
}


def table(heading: str) -> list[list[str]]:
    """The rows below a heading, as what stands in their cells."""
    _, below = PAGE.read_text(encoding="utf-8").split(f"\n## {heading}\n")
    section, *_ = below.split("\n## ")
    lines = [line for line in section.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in lines]


def described(heading: str) -> list[list[str]]:
    """The rows as they ought to be."""
    kinds = HEADINGS[heading]
    shared = len(kinds) > 1
    checks = [c for c in CHECKS[kinds[0]] if (c.__module__ == source_checks.__name__) == shared]
    return [[f"`{c.__name__}`", says(c), "; ".join(faults(c, kinds))] for c in checks]


def says(check: Check) -> str:
    return " ".join((check.__doc__ or "").split())


def faults(check: Check, kinds: tuple[Kind, ...]) -> list[str]:
    return [b.what for b in BROKEN if b.check == check.__name__ and b.kind in kinds]


@pytest.mark.parametrize("heading", HEADINGS)
def test_every_check_stands_with_the_plugins_that_it_catches(heading: str) -> None:
    assert table(heading) == described(heading)


def test_no_check_is_left_out() -> None:
    named = {name for heading in HEADINGS for name, *_ in table(heading)}
    assert named == {f"`{check.__name__}`" for checks in CHECKS.values() for check in checks}
