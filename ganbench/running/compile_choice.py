"""`--compile auto`: which cells are compiled, chosen before any of them is looked up or trained."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

from ganbench.core.errors import UserError
from ganbench.data.datasets.download import Say
from ganbench.reporting.groups import cell_labels
from ganbench.results.folder import cell_folder, read_rows
from ganbench.results.records import SETTLED
from ganbench.running.backends.gpus import Gpus
from ganbench.running.job import Grid, Job
from ganbench.running.kept_times import kept_enough, least_warm_up_sec
from ganbench.running.memory_options import OPTIONS, saves_memory
from ganbench.running.provenance import empty_row
from ganbench.running.request import Request
from ganbench.running.seed_groups import seed_groups
from ganbench.running.seed_ids import of_seeds, setting_ids
from ganbench.running.step_times import Decision, StepTimes, decision, refusal
from ganbench.training.loop import CHECKPOINT

# Of what is called so, the job's program of so many seeds; None where they are not known.
Find = Callable[[str, Job, int], StepTimes | None]


def compiled_where_it_pays(
    grid: Grid, request: Request, output: Path, workers: int, find: Find, say: Say
) -> Grid:
    """The grid with each cell in the form that the folder `output` has a row or a checkpoint of,
    else in the one that is sooner done. grid: of plain cells. workers: cells at a time.
    """
    trained = {row.cell for row in read_rows(output).rows if row.status in SETTLED}
    settings = list(settings_of(grid.jobs))
    names = cell_labels(empty_row(jobs[0]) for jobs in settings)
    chosen: dict[str, Job] = {}
    for jobs in settings:
        first = jobs[0]
        known = forms_there(jobs, trained, output)
        left = [job for job in jobs if job.id not in known]
        if left and not (first.cell.is_reference or first.unsupported):
            name = f"{names[first.id]} on {first.cell.task}"
            decided = decision_on(name, left, request, workers, find)
            say(f"{name}: {decided.why}")
            known |= in_form(left, decided.is_compiled, decided.why)
        chosen |= {job.id: known.get(job.id, job) for job in jobs}
    return replace(grid, jobs=tuple(chosen[job.id] for job in grid.jobs))


def settings_of(jobs: Sequence[Job]) -> Iterable[list[Job]]:
    """Jobs that differ in their seed alone."""
    alike: dict[str, list[Job]] = {}
    for job, setting in zip(jobs, setting_ids(jobs), strict=True):
        alike.setdefault(setting, []).append(job)
    return alike.values()


def forms_there(jobs: Sequence[Job], trained: Collection[str], output: Path) -> dict[str, Job]:
    """Of plain jobs of one setting, by their ids, those that the folder has in one of the two
    forms, in that form. A row comes before a checkpoint. trained: cells with a row.
    """
    known: dict[str, Job] = {}
    for (plain, compiled), job in zip(in_form(jobs, True).items(), jobs, strict=True):
        forms = {plain: job, compiled.id: compiled}
        with_row = [form for cell, form in forms.items() if cell in trained]
        begun = (
            form
            for cell, form in forms.items()
            if (cell_folder(output, cell) / CHECKPOINT).exists()
        )
        if form := next(chain(with_row, begun), None):
            known[plain] = form
    return known


def in_form(jobs: Sequence[Job], is_compiled: bool, why: str = "") -> dict[str, Job]:
    """Plain jobs of one setting, by their ids, in the other form or in their own."""
    cell = replace(jobs[0].cell, compiled=is_compiled)
    first = replace(jobs[0], cell=cell, compile_auto=why)
    formed = of_seeds(first, [job.cell.seed for job in jobs])
    return {plain.id: form for plain, form in zip(jobs, formed, strict=True)}


def decision_on(
    name: str, jobs: Sequence[Job], request: Request, workers: int, find: Find
) -> Decision:
    """On jobs of one setting that are to be trained. name: what to call them."""
    first = jobs[0]
    if saves_memory(request, first.cell):
        return refusal(f"its steps save memory ({OPTIONS})")
    at_first = [job for job in jobs if job.cell.seed in request.seeds]  # further seeds are fewer
    together = max(map(len, seed_groups(at_first or jobs, workers)))
    try:
        times, least_sec = find(name, first, together), least_warm_up_sec(first)
    except UserError as error:
        return refusal(": ".join(filter(None, (error.where, error.what))))
    if times is None:
        return refusal("whether that pays has not been measured yet")
    return decision(times, first.cell.preset.budget_steps, least_sec)


def only_kept(name: str, job: Job, together: int) -> StepTimes | None:
    """What was measured before, for a command that shall not take long."""
    return kept_enough(job, together)


def kept_or_measured(
    request: Request, gpus: Gpus, say: Say, name: str, job: Job, together: int
) -> StepTimes:
    """As in `measured_times`, which takes modules of PyTorch's compiler along: a second that no
    other run is to wait for, and which ends in an abort where it is interrupted.
    """
    from ganbench.running import measured_times

    return measured_times.kept_or_measured(request, gpus, say, name, job, together)
