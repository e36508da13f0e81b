"""What was asked: the arguments of `ganbench run` and of `ganbench.run`, as one plain value."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args

from ganbench.core.budget import KIMG, MAX_KIMG, MIN_KIMG, STEPS
from ganbench.core.cache import default_cache_dir
from ganbench.core.device_choice import check_form
from ganbench.core.errors import UserError, unknown
from ganbench.core.spec import (
    DEFAULT_EVERY,
    DEFAULT_READING,
    MAX_SEEDS_OF_A_RUN,
    Every,
    Precision,
    Preset,
    Reading,
    ScoredSplit,
)
from ganbench.reporting.sequential import LEAST_SEEDS
from ganbench.results.benchmark_file import BenchmarkFile
from ganbench.running.arguments import names_of, number, path_of, seeds_of, texts_of, whole
from ganbench.running.settings import without_those_set_in
from ganbench.tracking.tracker import TRACKERS
from ganbench.training.checkpoint_selection import SNAPSHOTS

DEFAULT_SEEDS = (0, 1, 2)
MAX_SEEDS = 40
LARGEST = {"together": 1_000, "snapshots": 1_000, "max_seeds": MAX_SEEDS_OF_A_RUN}
COUNTS = (STEPS, "width", "batch_size")  # of a budget
LOCAL = "local"
WHERE_IT_PAYS: Final = "auto"  # of steps that are compiled
Compile = bool | Literal["auto"]
WHOLE = ("threads", "workers", "together", "per_device", "micro_batch", "snapshots", "max_seeds")
CHOICES = {
    "split": get_args(ScoredSplit),
    "precision": ("auto", *get_args(Precision)),
}


@dataclass(frozen=True)
class Request:
    """Empty, 0 or None leaves the choice to benchmark, task, recipe and machine.

    Every option of `ganbench run` and every argument of `ganbench.run` comes to be in a field.

    benchmark: a file, whose settings count where the request has none.
    sets: texts "NAME.key=value", NAME a model or a task; or "network=FAMILY" for all of them. Of an
        option with several values, in one text or in several, each combination is run.
    budget: preset fields to replace, such as {"budget_steps": 100}; or "kimg", the thousands of
        samples of a domain that each model sees, in place of a number of steps.
    references: names, none where empty, and the task's own where None.
    split: where the cells are scored; "validation" while a setting is still being chosen.
    compiled: whether steps are compiled; WHERE_IT_PAYS leaves that to measurements, cell by cell.
    together: seeds that train as one program at most; 0 for the fastest number.
    checkpoint_activations: passes of networks are computed again in the backward pass.
    micro_batch: samples of a domain whose gradients are computed at a time, 0 for the recipe's.
    snapshots: points of the curves over training, evenly spaced.
    best_on_test: the column by which a checkpoint is chosen on test too, to be shown beside others.
    portable: numbers must be those of every newer x86-64 processor.
    device: as `check_form` knows it. per_device: cells at a time on each GPU, 0 for as many as its
        memory holds.
    workers: cells at a time. backend: how they run on this machine, by its name.
    on: LOCAL, or the engine that has them run elsewhere. on_sets: its options, "KEY=VALUE".
    time_limit_sec: after which the run has left, with checkpoints; 0 for none.
    plugins: folders with plugins of the user's. output: the result folder.
    overwrite: cells are trained again from the start. offline: no weights are downloaded.
    log: trackers that are told of the run, by their names.
    until_decided: seeds are added where a claim of the benchmark is undecided, up to max_seeds,
        MAX_SEEDS where 0.
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
    device: str = "auto"
    precision: Literal["auto", "fp32", "bf16"] = "auto"
    threads: int = 1
    compiled: Compile = False
    portable: bool = False
    weights_dir: Path | None = None
    checkpoint_every: Every = DEFAULT_EVERY
    snapshots: int = SNAPSHOTS
    best_on_test: str = ""
    together: int = 0
    checkpoint_activations: bool = False
    micro_batch: int = 0
    reading: Reading = DEFAULT_READING
    benchmark: Path | None = None
    output: Path | None = None
    workers: int = 0
    per_device: int = 1
    backend: str = "processes"
    on: str = LOCAL
    on_sets: tuple[str, ...] = ()
    time_limit_sec: float = 0.0
    overwrite: bool = False
    offline: bool = False
    plugins: tuple[Path, ...] = ()
    log: tuple[str, ...] = ()
    until_decided: bool = False
    max_seeds: int = 0

    @property
    def most_seeds(self) -> int:
        """Of each cell, until its claims are decided."""
        return self.max_seeds or MAX_SEEDS


def request_of(
    *,
    models: Sequence[str],
    tasks: Sequence[str],
    seeds: int | Sequence[int] | None,
    sets: Sequence[str],
    on_sets: Sequence[str],
    budget: Mapping[str, float | None] | None,
    data: Mapping[str, Path | str] | None,
    metrics: Sequence[str],
    references: Sequence[str] | None,
    plugins: Sequence[Path | str],
    benchmark: Path | str | None,
    output: Path | str | None,
    weights_dir: Path | str | None,
    cache_dir: Path | str | None,
    log: Sequence[str],
    skip_unreadable: bool,
    max_megapixels: float,
    **same_names: Any,
) -> Request:
    """The request of such arguments; others have the names of its fields, and None where that
    leaves the choice. Raises UserError for a value that its field cannot have.
    """
    request = Request(
        models=names_of(models, "models"),
        tasks=names_of(tasks, "tasks"),
        seeds=seeds_of(seeds),
        cache_dir=Path(cache_dir) if cache_dir else default_cache_dir(),
        log=names_of(log, "log"),
        sets=texts_of(sets, "sets"),
        on_sets=texts_of(on_sets, "on_sets"),
        budget=numbers_of(budget or {}),
        data={name: Path(path) for name, path in (data or {}).items()},
        metrics=names_of(metrics, "metrics"),
        references=None if references is None else names_of(references, "references"),
        reading=Reading(skip_unreadable, max_megapixels),
        plugins=tuple(Path(folder) for folder in plugins),
        benchmark=path_of(benchmark),
        output=path_of(output),
        weights_dir=path_of(weights_dir),
        **as_numbers(without_none(same_names)),
    )
    check(request)
    return request


def without_none(values: Mapping[str, Any]) -> dict[str, Any]:
    """The field's default in the place of None, where it is empty or 0. Raises UserError elsewhere,
    for None says nothing there.
    """
    defaults = {field.name: field.default for field in fields(Request)}
    left_open = [name for name, value in values.items() if value is None]
    for name in left_open:
        if defaults[name] or isinstance(defaults[name], bool):
            fix = f"leave it out for {defaults[name]!r}, or give a value"
            raise UserError(f"{name} cannot be None", f"{name}=None", fix)
    return {**values, **{name: defaults[name] for name in left_open}}


def as_numbers(values: Mapping[str, Any]) -> dict[str, Any]:
    """Raises UserError for a count or a time that is none."""
    kinds = {**dict.fromkeys(WHOLE, whole), "time_limit_sec": number}
    return {
        name: kinds[name](value, name) if name in kinds else value for name, value in values.items()
    }


def numbers_of(budget: Mapping[str, Any]) -> dict[str, Any]:
    """Without those that are None, and each as one kind of number, for they are part of a name and
    of rows. Raises UserError for a length or a size that is no number.
    """
    kinds = {**dict.fromkeys((*COUNTS, "size"), whole), "lr_factor": number, KIMG: number}
    given = {name: value for name, value in budget.items() if value is not None}
    return {
        name: kinds[name](value, f"budget, {name}") if name in kinds else value
        for name, value in given.items()
    }


def check(request: Request) -> None:
    """Raises UserError for what the command line would not take either."""
    for name, known in CHOICES.items():
        value = getattr(request, name)
        if value not in known:
            raise unknown(name, value, known, f"{name}={value!r}")
    if not isinstance(request.checkpoint_every, Every):
        value = f"checkpoint_every={request.checkpoint_every!r}"
        fix = (
            f"from {Every.__module__} import Every, and give Every(steps=500) or Every(seconds=30)"
        )
        raise UserError("a distance between checkpoints is an Every", value, fix)
    if not isinstance(request.compiled, bool) and request.compiled != WHERE_IT_PAYS:
        known, value = ("True", "False", WHERE_IT_PAYS), str(request.compiled)
        raise unknown("choice of steps", value, known, f"compiled={request.compiled!r}")
    for name in request.log:
        if name not in TRACKERS:
            raise unknown("tracker", name, TRACKERS, "--log")
    check_form(request.device)
    budget = request.budget or {}
    require_budget(budget)
    at_least_one = ("threads", "snapshots")
    require_at_least(1, {name: getattr(request, name) for name in at_least_one})
    if request.max_seeds and not request.until_decided:
        raise UserError(
            "max_seeds says where seeds are added no more, and none are added",
            f"--max-seeds {request.max_seeds}",
            "give --until-decided too, or --seeds instead",
        )
    not_negative = ("workers", "together", "per_device", "micro_batch", "max_seeds")
    require_at_least(0, {name: getattr(request, name) for name in not_negative})
    for name, largest in LARGEST.items():
        if (value := getattr(request, name)) > largest:
            most = f"{largest:,}"
            raise UserError(f"{name} must be {most} or less", f"{name}={value}", most)
    if not request.time_limit_sec >= 0:
        raise UserError("a limit is 0 or more", f"time_limit_sec={request.time_limit_sec}", "0")
    if not request.reading.max_megapixels > 0:
        value = request.reading.max_megapixels
        raise UserError("max_megapixels must be more than 0", f"max_megapixels={value}", "raise it")


def require_budget(budget: Mapping[str, Any]) -> None:
    known = (*(field.name for field in fields(Preset) if field.name != "name"), KIMG)
    for name in budget:
        if name not in known:
            raise unknown("field of a preset", name, known, "budget")
    require_at_least(1, {name: budget[name] for name in COUNTS if name in budget})
    if KIMG in budget and not MIN_KIMG <= budget[KIMG] <= MAX_KIMG:
        what = f"{KIMG} must be from {MIN_KIMG} to {MAX_KIMG:,.0f}"
        where, fix = f"{KIMG}={budget[KIMG]}", "give thousands of samples of a domain, such as 9.6"
        raise UserError(what, where, fix)
    if {KIMG, STEPS} <= {*budget}:
        raise UserError(
            "a training is as long as its steps, or as the samples that it sees",
            f"{budget[STEPS]} steps and {KIMG} {budget[KIMG]}",
            "give one of them",
        )


def require_at_least(least: int, numbers: Mapping[str, int]) -> None:
    for name, value in numbers.items():
        if value < least:
            raise UserError(f"{name} must be {least} or more", f"{name}={value}", "give more")


def completed(request: Request, file: BenchmarkFile) -> Request:
    """Where the request leaves a choice, the benchmark file's. Raises UserError where neither has a
    model or a task.
    """
    models, tasks = request.models or file.models, request.tasks or file.tasks
    for name, names in (("--models", models), ("--task", tasks)):
        if not names:
            raise UserError("no name is given", name, "see `ganbench list`")
    own_sets = sets_for(file, (*models, *tasks))
    return replace(
        request,
        models=models,
        tasks=tasks,
        seeds=request.seeds or default_seeds(request, file),
        preset=request.preset or file.preset,
        recipe=request.recipe or file.recipe,
        sets=(*without_those_set_in(own_sets, request.sets), *request.sets),
        metrics=request.metrics or file.metrics,
    )


def default_seeds(request: Request, file: BenchmarkFile) -> tuple[int, ...]:
    """Until claims are decided, the fewest that can decide one; else the file's."""
    if request.until_decided:
        return tuple(range(min(LEAST_SEEDS, request.most_seeds)))
    return file.seeds or DEFAULT_SEEDS


def sets_for(file: BenchmarkFile, names: Sequence[str]) -> list[str]:
    """The file's options, without those of its models and tasks that this run leaves out."""
    left_out = {*file.models, *file.tasks} - set(names)
    return [text for text in file.sets if text.partition(".")[0] not in left_out]
