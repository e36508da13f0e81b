"""The commands of a report make the rows that it shows."""

from __future__ import annotations

from pathlib import Path

from ganbench.registry.registry import discover
from ganbench.reporting.report.commands import commands_of
from ganbench.reporting.report.loading import Folder, settings_of
from ganbench.results.records import Row
from tests.reporting.test_tables import row


def commands(*rows: Row) -> dict[str, str]:
    (setting,) = settings_of([Folder("one", Path("one"), rows, "")])
    return {command.what: command.text for command in commands_of(setting, discover())}


def test_seeds_of_two_forms_have_a_command_each() -> None:
    """As where `--compile auto` came after `--compile`, with further seeds."""
    compiled = {"precision": "fp32", "compiled": 1}
    rows = [row("standard", seed, 1.0, provenance=compiled) for seed in (0, 2)]
    rows.append(row("standard", 1, 1.0, provenance={"precision": "fp32"}))
    told = commands(*rows)
    first, second = told["standard, seeds 0, 2"], told["standard, seed 1"]
    assert "--seed-list 0,2 " in first and "--compile" in first
    assert "--seed-list 1 " in second and "--compile" not in second
    assert "standard" in commands(*rows[:2])
