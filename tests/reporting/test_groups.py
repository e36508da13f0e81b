"""What cells are called where all cells of a task stand together."""

from __future__ import annotations

from ganbench.reporting.groups import cell_labels, most_seeds
from tests.reporting.test_tables import row


def labels(*changes: dict[str, object]) -> list[str]:
    """Of a row for each."""
    rows = [row("recon", seed, 1.0, **change) for seed, change in enumerate(changes)]
    found = cell_labels(rows)
    return [found[one.cell] for one in rows]


def test_cells_are_told_apart_by_all_in_which_they_differ() -> None:
    assert labels({}, {}) == ["recon", "recon"]
    assert labels({"hparams": {"a": 1, "b": 2}}, {"hparams": {"a": 3, "b": 2}}) == [
        "recon (a=1)",
        "recon (a=3)",
    ]
    assert labels({"options": {"modes_A": 5}}, {"options": {"modes_A": 9}}) == [
        "recon (modes_A=5)",
        "recon (modes_A=9)",
    ]
    assert labels({"preset": "smoke"}, {"preset": "quick"}) == ["recon (smoke)", "recon (quick)"]
    smoke = "smoke+budget_steps=2"
    assert labels({"preset": smoke}, {"preset": f"{smoke}+network=resnet"}) == [
        "recon",
        "recon (network=resnet)",
    ]
    assert labels({"recipe": "paper", "hparams": {"lr": 1}}, {"recipe": "stable"}) == [
        "recon (paper)",
        "recon (stable)",
    ]


def test_cells_of_other_tasks_are_told_apart_by_their_task() -> None:
    own = {"task": "toy", "recipe": "paper", "hparams": {"lr": 1}}
    other = {"task": "car2car", "recipe": "stable", "hparams": {"lr": 2}}
    assert labels(own, other) == ["recon", "recon"]


def test_seeds_are_those_of_the_variant_that_has_most() -> None:
    """Not of older code again, not of a sweep's other values, and not of a reference."""
    seeds = [row("recon", seed, 1.0) for seed in (3, 5)]
    older = row("recon", 3, 1.0, cell="of older code")
    other = [row("recon", seed, 1.0, hparams={"lr": 9.0}) for seed in (3, 4)]
    reference = [row("real", seed, 1.0, recipe="") for seed in range(9)]
    assert most_seeds([older, *seeds, *other, *reference]) == 2
    assert most_seeds([*seeds, *other, row("recon", 8, 1.0, hparams={"lr": 9.0})]) == 3
    assert most_seeds(reference) == 0
