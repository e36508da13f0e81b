"""What was asked, and the jobs that it comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from ganbench.contracts.task import Task
from ganbench.core.spec import DEFAULT_EVERY, DEFAULT_READING, Every, Preset, Reading, ScoredSplit
from ganbench.evaluation.fidelity.weights import Places
from ganbench.registry.registry import Registry
from ganbench.results.records import Cell


@dataclass(frozen=True)
class Request:
    """What `ganbench run` was asked; empty or None leaves the choice to task, recipe and machine.

    sets: texts "NAME.key=value", NAME a model or a task; or "network=FAMILY" for all of them.
    budget: preset fields to replace, such as {"budget_steps": 100}.
    references: names, none where empty, and the task's own where None.
    split: where the cells are scored; "validation" is for whoever still chooses a setting.
    together: seeds that train as one program at most; 0 for as many as pay.
    """

    models: tuple[str, ...]
    tasks: tuple[str, ...]
    seeds: tuple[int, ...]
    cache_dir: Path
    preset: str = ""
    recipe: str = ""
    sets: tuple[str, ...] = ()
    budget: Mapping[str, Any] | None = None
    data: Mapping[str, Path] | None = None
    metrics: tuple[str, ...] = ()
    references: tuple[str, ...] | None = None
    split: ScoredSplit = "test"
    device: Literal["auto", "cpu", "cuda"] = "auto"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    threads: int = 1
    compiled: bool = False
    weights_dir: Path | None = None
    checkpoint_every: Every = DEFAULT_EVERY
    together: int = 0
    reading: Reading = DEFAULT_READING


@dataclass(frozen=True)
class Job:
    """A cell and all that a worker needs to run it.

    unsupported: why the model cannot be trained on the task, or empty.
    selection: the metric plugin and its column that choose a checkpoint; None for no choice.
    weights: where extractors' weights are looked for.
    evaluation_hash: the code that scores it.
    together: cells that differ in their seed alone and train as one program, at most.
    """

    cell: Cell
    metrics: tuple[str, ...]
    selection: tuple[str, str] | None
    weights: Places
    registry: Registry
    paths: Mapping[str, Path]
    cache_dir: Path
    evaluation_hash: str
    unsupported: str = ""
    checkpoint_every: Every = DEFAULT_EVERY
    together: int = 1
    reading: Reading = DEFAULT_READING


@dataclass(frozen=True)
class Grid:
    """tasks: by name, in the request's order."""

    tasks: Mapping[str, Task]
    jobs: tuple[Job, ...]

    @property
    def preset(self) -> Preset:
        """Of the first task, which the result folder is named by."""
        return next(iter(self.tasks.values())).preset
