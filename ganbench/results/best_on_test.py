"""What a row has of the checkpoint that did best on the test split itself, as papers print it.

Such a number is chosen on the samples that it is measured on, so it is better than the model. It
stands in the row's `training`, under names that no column has, and nothing may be built on it.
"""

from __future__ import annotations

from collections.abc import Mapping

from ganbench.core.errors import UserError
from ganbench.core.spec import JSON
from ganbench.results.records import Row

NAME = "best_on_test"
METRIC = f"{NAME}/"  # before the name of a metric
BY, STEP, SCORE_AT = f"{NAME}.by", f"{NAME}.step", f"{NAME}.score_at_"


def told(chosen: JSON) -> dict[str, float | str]:
    """For a row's `training`: the column that chose, the step, the score at each step that could
    have been chosen, and the metrics. chosen: as `Selection.result` has it, of the test split;
    empty where no step has a number.
    """
    if not chosen:
        return {BY: "undefined: no checkpoint has a number on test"}
    scores = {f"{SCORE_AT}{step}": float(score) for step, score in chosen["validation"].items()}
    metrics = {f"{METRIC}{name}": value for name, value in chosen["metrics"].items()}
    return {BY: str(chosen["by"]), STEP: float(chosen["step"]), **scores, **metrics}


def best_on_test_metrics(row: Row) -> Mapping[str, float | str]:
    """By the plain names of the metrics; none where the row was not asked for them."""
    return {
        name.removeprefix(METRIC): value
        for name, value in row.training.items()
        if name.startswith(METRIC)
    }


def was_asked(row: Row) -> bool:
    return BY in row.training


def steps_tried(row: Row) -> int:
    """Checkpoints among which the best was sought."""
    return sum(name.startswith(SCORE_AT) for name in row.training)


def refuse_best_on_test(metric: str, where: str) -> None:
    """Raises UserError for a number that was chosen on the test split."""
    if metric.startswith(NAME):
        plain = metric.removeprefix(METRIC)
        raise UserError(
            f"{metric} was chosen on the test split, so nothing can be concluded from it",
            where,
            f"use {plain}, which is of the last weights" if plain != metric else "use a metric",
        )
