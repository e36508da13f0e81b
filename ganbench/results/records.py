"""One cell, fully resolved, and the row that it yields."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

from msgspec import Struct, structs

from ganbench.core.errors import printable
from ganbench.core.spec import JSON, Precision, Preset, ScoredSplit, content_hash

Status = Literal["done", "diverged", "failed", "skipped"]
SETTLED: frozenset[Status] = frozenset({"done", "diverged", "skipped"})  # never run again
SURROGATE = "\\ud"  # how escapes of lone surrogates, and of some rare letters, begin in JSON


@dataclass(frozen=True)
class Cell:
    """One model x task x seed, fully resolved: everything that its numbers depend on.

    data: name of the data source; data_hash: its content. split: where it is scored.
    recipe: empty for a reference, which has no hyper-parameters and is not trained.
    compiled: whether torch.compile made the training's kernels.
    portable: the settings of `core.portable` that it is computed by, by their name; or empty.
    code_hash: the plugins' source and the project code that training reaches.
    """

    model: str
    task: str
    data: str
    data_hash: str
    preset: Preset
    recipe: str
    hparams: Mapping[str, Any]
    options: Mapping[str, Any]
    precision: Precision
    device: str
    threads: int
    split: ScoredSplit
    seed: int
    code_hash: str
    torch: str
    compiled: bool = False
    portable: str = ""

    @property
    def is_reference(self) -> bool:
        return not self.recipe

    @property
    def id(self) -> str:
        """Sixteen hex digits over the canonical JSON of all fields; `portable` only where it is."""
        told = {name: value for name, value in asdict(self).items() if name != "portable" or value}
        return content_hash(told)[:16]


class Row(Struct, frozen=True, gc=False):
    """What one cell yields; one line of `rows.jsonl`. (A Struct, for 100,000 of them are read.)

    metrics: a number, or a text such as "skipped: reason" where there is none.
    protocol: what the numbers depend on. `samples`: real and translated ones by direction;
        `metrics`: by plugin, its columns, extractors and other conventions.
    selected: the checkpoint that was best on the validation split: `by` which column, at which
        `step`, the `validation` scores by step, and its `metrics`; or why there is none.
    training: what its end tells. `overfit_D` and what that comes from, as the curves' last point
        has them; `start_1` and so on, the score of each start, where there are several.
    """

    cell: str
    model: str
    task: str
    data: str
    preset: str
    recipe: str
    seed: int
    status: Status
    split: ScoredSplit = "test"
    reason: str = ""
    hparams: JSON = {}
    options: JSON = {}
    budget: JSON = {}
    metrics: dict[str, float | str] = {}
    protocol: JSON = {}
    selected: JSON = {}
    training: dict[str, float | str] = {}
    cost: dict[str, float] = {}
    provenance: JSON = {}

    @property
    def is_reference(self) -> bool:
        """A reference such as the oracle: it has no recipe, for it is not trained."""
        return not self.recipe

    def to_json(self) -> str:
        text = json.dumps(structs.asdict(self), allow_nan=False)
        return json.dumps(_printable(json.loads(text))) if SURROGATE in text else text


def _printable(value: Any) -> Any:
    """A JSON value whose texts can be encoded; a name of a file may have bytes that are no text."""
    if isinstance(value, dict):
        return {_printable(key): _printable(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_printable(each) for each in value]
    return printable(value) if isinstance(value, str) else value


def number_or_reason(value: float | str) -> float | str:
    """As a row has it: what is not finite is no number."""
    if isinstance(value, str):
        return value
    return float(value) if math.isfinite(value) else "undefined: not finite"


def number_of(value: float | str | None) -> float | None:
    """What a row has of a metric where that is a number; None for a text that says why there is
    none, and for a metric that the row does not name.
    """
    return None if value is None or isinstance(value, str) else float(value)
