"""The jobs that a request comes to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from ganbench.contracts.task import Task
from ganbench.core.spec import DEFAULT_EVERY, Every, Preset
from ganbench.results.records import Cell
from ganbench.running.context import Context
from ganbench.training.checkpoint_selection import SNAPSHOTS


@dataclass(frozen=True)
class SourceFiles:
    """The hashes of what the files mean that training and scoring reach, by the files' names."""

    training: Mapping[str, str]
    evaluation: Mapping[str, str]


@dataclass(frozen=True)
class Job:
    """A cell and all that a worker needs to run it.

    metrics: the metric plugins that score it.
    selection: the metric plugin and its column that choose a checkpoint; None for no choice.
    evaluation_hash: the code that scores it.
    sources: for its folder; made once for all cells, for they take half a second.
    followed: the metric plugins whose curves over training are measured on validation.
    unsupported: why the model cannot be trained on the task, or empty.
    together: cells that differ in their seed alone and train as one program, at most.
    checkpoint_activations: whether it is trained so; no number of a row depends on it.
    snapshots: how many points a curve has, evenly spaced; no number of a row depends on it.
    best_on_test: the metric plugin and its column by which a checkpoint is chosen on test, to be
        shown beside the others; None for no such.
    compile_auto: why the cell is compiled or not; empty where that was not chosen here.
    """

    cell: Cell
    context: Context
    metrics: tuple[str, ...]
    selection: tuple[str, str] | None
    evaluation_hash: str
    sources: SourceFiles
    followed: tuple[str, ...] = ()
    unsupported: str = ""
    checkpoint_every: Every = DEFAULT_EVERY
    together: int = 1
    snapshots: int = SNAPSHOTS
    checkpoint_activations: bool = False
    best_on_test: tuple[str, str] | None = None
    compile_auto: str = ""

    @cached_property
    def id(self) -> str:
        """Of its cell, which makes it anew at each call."""
        return self.cell.id


@dataclass(frozen=True)
class Grid:
    """tasks: in the request's order, once for each setting of theirs."""

    tasks: tuple[Task, ...]
    jobs: tuple[Job, ...]

    @property
    def preset(self) -> Preset:
        """Of the first task, which the result folder is named by."""
        return self.tasks[0].preset
