"""The page on sequential verdicts shows what the simulation gave and what the code does."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import pytest

from ganbench.reporting.sequential import ALPHA_AGAINST, ALPHA_FOR, BETS, LEAST_SEEDS
from ganbench.reporting.statistics import ALPHA

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "sequential.md").read_text(encoding="utf-8")
SIMULATED = ROOT / "results" / "reference" / "sequential"
NUMBERS: dict[str, Any] = json.loads((SIMULATED / "simulations.json").read_text())


def test_the_page_has_the_simulations_tables() -> None:
    lines = (SIMULATED / "table.md").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if line not in PAGE] == []


def test_simulated_errors_are_below_five_percent() -> None:
    """Of all five distributions, in each state, for one claim and for any of a sheet."""
    errors = NUMBERS["errors"]
    assert len({e["distribution"] for e in errors}) == 5
    assert max(e["any_"] for e in errors) <= ALPHA


def test_the_page_tells_the_codes_constants() -> None:
    assert ((0.8, math.inf), (0.2, 1.0)) == BETS
    assert "Eₙ = 0.8 ∏ (1 + sign xᵢ) + 0.2 ∏ (1 + tanh(xᵢ/sᵢ))" in PAGE
    assert pytest.approx((25, 100)) == (1 / ALPHA_FOR, 1 / ALPHA_AGAINST)
    assert "*Replicated* takes 25 (a chance of 4 %), *not replicated* takes 100 (1 %)" in PAGE
    assert LEAST_SEEDS == 5 and "trains five seeds of all models" in PAGE
