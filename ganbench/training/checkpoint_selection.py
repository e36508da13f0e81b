"""Which of a run's checkpoints is the best, by its score on the validation split alone."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Mapping
from pathlib import Path

from torch import nn

from ganbench.core.files import write_atomically
from ganbench.core.spec import JSON, ColumnKey
from ganbench.results.records import number_of
from ganbench.training.checkpoint import load_weights, save_weights

SNAPSHOTS = 4
MAX_SAMPLES = 500  # of the validation split and a domain; it is shuffled, so any will do
SCORES = "validation.json"
WEIGHTS = "selected.safetensors"

Scores = Mapping[str, float | str]


def snapshots(budget_steps: int, number: int = SNAPSHOTS) -> frozenset[int]:
    """Steps after which a run is scored on validation: evenly spaced, the last among them."""
    steps = (round(budget_steps * (i + 1) / number) for i in range(number))
    return frozenset(step for step in steps if step)


class Selection:
    """Watches one run, and keeps the weights of its best snapshot so far in the cell's folder.

    column: what decides, as the mean over the directions that have it. A step at which it is
        undefined in one of them is not chosen, for its mean would be over others.
    """

    def __init__(
        self,
        column: str,
        higher_is_better: bool,
        model: nn.Module,
        folder: Path,
    ) -> None:
        self.column = column
        self._sign = 1 if higher_is_better else -1
        self._model = model
        self._folder = folder

    def look(self, step: int, metrics: Scores) -> None:
        """metrics: of the model after `step`, on validation. Looking twice, after a crash, changes
        nothing.
        """
        entries = [metrics[name] for name in self._names if name in metrics]
        values = [value for each in entries if (value := number_of(each)) is not None]
        if not values or any(str(value).startswith("undefined") for value in entries):
            return
        scores = {**self.scores, step: statistics.fmean(values)}
        if self.best(scores) == step:
            save_weights(self._folder / WEIGHTS, self._model)
        write_atomically(self._folder / SCORES, json.dumps(scores).encode())

    @property
    def _names(self) -> tuple[str, str]:
        return self.column, str(ColumnKey(self.column, "BA"))

    @property
    def scores(self) -> dict[int, float]:
        """Validation scores by step."""
        path = self._folder / SCORES
        stored = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
        return {int(step): float(value) for step, value in sorted(stored.items())}

    def best(self, scores: Mapping[int, float]) -> int:
        """The step with the best score; the latest of equals."""
        return max(scores, key=lambda step: (self._sign * scores[step], step))

    def result(self, final: Scores, last_step: int, score: Callable[[], Scores]) -> JSON:
        """What a row tells. final: the test metrics of the last weights, which hold for the best
        ones too where these are the last. score: those of the model, with the best weights in it.
        """
        scores = self.scores
        if not scores:
            return {}
        step = self.best(scores)
        if step == last_step:
            metrics = final
        else:
            load_weights(self._folder / WEIGHTS, self._model)
            metrics = score()
        return {"by": self.column, "step": step, "validation": scores, "metrics": dict(metrics)}
