"""What a table says of the length and the batches of the trainings behind its numbers."""

from __future__ import annotations

from ganbench.reporting.tables import table_sheets
from ganbench.results.records import Row
from tests.reporting.test_tables import BASE, COLUMNS, ROWS, only, row


def test_the_budget_is_told_and_that_it_is_not_the_papers() -> None:
    assert (
        only(ROWS).notes[0]
        == "quick: 100 steps, width 8, batch 8, lr 0.001; this is not the paper's budget"
    )


def of_samples(model: str, steps: int, batch_size: int, selected: int = 0) -> Row:
    name = "quick+kimg=0.8"
    return row(
        *(model, 0, 1.0),
        preset=name,
        budget={**BASE.budget, "name": name, "budget_steps": steps},
        hparams={"lr": 1e-3, "batch_size": batch_size, "warmup_steps": 150 if selected else 0},
        selected={"by": "score", "step": selected, "metrics": {"score": 2.0}} if selected else {},
    )


def test_the_steps_of_a_budget_in_samples_are_told() -> None:
    notes = only([of_samples("standard", 100, 8), of_samples("recon", 200, 4)]).notes
    assert notes[0] == (
        "quick+kimg=0.8: 100 (standard) / 200 (recon) steps, width 8, batch 8 / 4, lr 0.001; "
        "this is not the paper's budget"
    )
    assert notes[1] == "samples of a domain seen, in whole batches: 800"
    larger = [of_samples("standard", 100, 8), of_samples("recon", 1, 900)]
    assert only(larger).notes[1].endswith("batches: 800 (standard) / 900 (recon)")


def test_each_model_has_its_own_last_step_in_a_budget_of_samples() -> None:
    """A warm-up, and a checkpoint from before the end, are of one model alone."""
    rows = [of_samples("standard", 100, 8, selected=100), of_samples("recon", 200, 4, selected=200)]
    notes = only(rows).notes
    assert any("standard: the warm-up of 150 steps outlasts" in note for note in notes)
    assert not any("recon: the warm-up" in note for note in notes)
    earlier = of_samples("recon", 200, 4, selected=100)
    assert len(table_sheets([rows[0], earlier], COLUMNS)) == 2


def test_a_warm_up_longer_than_the_budget_is_told() -> None:
    hparams = {"lr": 1e-3, "batch_size": 8, "warmup_steps": 100}
    notes = only([row("recon", 0, 1.0, hparams=hparams)]).notes
    assert any("recon: the warm-up of 100 steps outlasts the budget" in note for note in notes)
    assert not any("warm-up" in note for note in only(ROWS).notes)


def told_of_compiling(*rows: Row) -> list[str]:
    return [note for note in only([*rows]).notes if "compiled" in note]


def test_seeds_that_were_compiled_are_told_where_not_all_were() -> None:
    by_compiled_steps = {"provenance": {**BASE.provenance, "compiled": 1}}
    plain = [row("standard", seed, 1.0) for seed in range(3)]
    compiled = [row("standard", seed, 1.0, **by_compiled_steps) for seed in range(3)]
    other = row("recon", 0, 2.0, **by_compiled_steps)
    assert not told_of_compiling(*plain) and not told_of_compiling(*compiled, other)
    assert told_of_compiling(compiled[0], plain[1], compiled[2], other) == [
        "trained by compiled steps: standard seeds 0, 2; recon; all else by plain ones, so "
        "train_sec tells more than how fast a model is"
    ]
    assert "steps: recon;" in told_of_compiling(*plain, other)[0]
    assert "standard seed 1;" in told_of_compiling(plain[0], compiled[1])[0]
