"""The cells of a run, round by round: all at once, or further seeds until claims are decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from ganbench.core.errors import UserError
from ganbench.core.spec import Column
from ganbench.data.datasets.download import Say
from ganbench.reporting.claims import Finding, judged
from ganbench.reporting.groups import Group
from ganbench.reporting.sequential_claims import UNTIL_DECIDED
from ganbench.reporting.sheets import number, seeds_text
from ganbench.results.benchmark_file import BenchmarkFile, Claim
from ganbench.results.looks import DesignName
from ganbench.results.records import SETTLED, Row
from ganbench.running.backends.backend import Backend
from ganbench.running.job import Job
from ganbench.running.request import Request

Judged = tuple[Group, str, list[Finding]]


class Rounds(Protocol):
    """first: the jobs that are asked for at first."""

    @property
    def design(self) -> DesignName: ...

    @property
    def first(self) -> Sequence[Job]: ...

    def then(self, rows: Sequence[Row], asked: Collection[str], say: Say) -> Sequence[Job]:
        """The jobs of the next round, none where the run is over. rows: of the run so far. asked:
        the cells of its rounds so far, none of which is asked for again.
        """
        ...


@dataclass(frozen=True)
class OneRound:
    """A number of seeds that is fixed beforehand."""

    first: Sequence[Job]
    design: DesignName = "fixed"

    def then(self, rows: Sequence[Row], asked: Collection[str], say: Say) -> Sequence[Job]:
        return ()


@dataclass(frozen=True)
class UntilDecided:
    """After each round a look; then as many further seeds as keep the workers busy, one at least,
    of the models that undecided claims name, on their task.

    later: the jobs that may be added. workers: cells at a time.
    """

    first: Sequence[Job]
    later: Sequence[Job]
    claims: Sequence[Claim]
    columns: Mapping[str, Column]
    workers: int
    design: DesignName = "until decided"

    def then(self, rows: Sequence[Row], asked: Collection[str], say: Say) -> Sequence[Job]:
        found = list(judged(self.claims, rows, self.columns, UNTIL_DECIDED))
        for line in look_lines(found):
            say(line)
        seen = {row.cell for row in rows if row.status in SETTLED}.union(asked)
        needed = [job for job in (*self.first, *self.later) if is_needed(job, found)]
        left = [job for job in needed if job.cell.id not in seen]
        if needed and not left:
            say("what is undecided stays so: there may be no further seed (--max-seeds)")
        return busy(left, self.workers)


def rounds_of(
    request: Request,
    file: BenchmarkFile,
    jobs: Sequence[Job],
    columns: Mapping[str, Column],
    backend: Backend,
) -> Rounds:
    """jobs: of all seeds that the run may have. Raises UserError where no claim can be decided."""
    if not request.until_decided:
        return OneRound(jobs)
    models, tasks = ({getattr(job.cell, name) for job in jobs} for name in ("model", "task"))
    claims = [c for c in file.claims if c.task in tasks and models.issuperset(c.models)]
    if not claims:
        raise UserError(
            "no claim is about the models and tasks of this run, so there is nothing to decide",
            "--until-decided",
            "give a benchmark file with [[claims]] on them, or a number of --seeds",
        )
    first = [job for job in jobs if job.cell.seed in request.seeds]
    later = [job for job in jobs if job.cell.seed not in request.seeds]
    return UntilDecided(first, later, claims, columns, backend.cells_at_a_time(jobs))


def all_seeds(request: Request) -> tuple[int, ...]:
    """Those that a run may come to: the seeds that are asked for, and the numbers after them.
    Raises UserError where more are asked for than there may be.
    """
    if not request.until_decided:
        return request.seeds
    more = request.most_seeds - len(request.seeds)
    if more < 0:
        raise UserError(
            f"{len(request.seeds)} seeds are asked for, and {request.most_seeds} are the most",
            f"--max-seeds {request.most_seeds}",
            f"--max-seeds {len(request.seeds)} or more, or fewer --seeds",
        )
    after = max(request.seeds) + 1
    return (*request.seeds, *range(after, after + more))


def is_needed(job: Job, found: Sequence[Judged]) -> bool:
    """Whether an undecided claim names the job's model, in its setting and recipe. One without
    any effect, such as for want of the metric, gets none by more seeds.
    """
    cell = job.cell
    return any(
        cell.recipe in (recipe, "")
        and (cell.task, cell.data, cell.preset.name) == (of.task, of.data, of.preset)
        and dict(cell.options) == of.options
        and any(f.effect and f.verdict == "undecided" and cell.model in f.claim.models for f in own)
        for of, recipe, own in ((group.first, recipe, own) for group, recipe, own in found)
    )


def busy(jobs: Sequence[Job], workers: int) -> list[Job]:
    """The jobs of the next seeds, whole seeds, as many as have a worker each, one seed at least."""
    chosen: list[Job] = []
    for seed in sorted({job.cell.seed for job in jobs}):
        of_seed = [job for job in jobs if job.cell.seed == seed]
        if chosen and len(chosen) + len(of_seed) > workers:
            break
        chosen += of_seed
    return chosen


def look_lines(found: Sequence[Judged]) -> list[str]:
    """A line for each sheet of claims: which are decided, by what, and which are not."""
    return [look_line(group, recipe, findings, len(found) > 1) for group, recipe, findings in found]


def look_line(group: Group, recipe: str, findings: Sequence[Finding], is_one_of_many: bool) -> str:
    seeds = max(len(rows) for rows in group.trained.values())
    where = f" of {group.first.task}, {recipe}" if is_one_of_many else ""
    decided = [f for f in findings if f.verdict != "undecided"]
    left = [f.claim.id for f in findings if f.verdict == "undecided"]
    told = [f"{len(decided)} of {len(findings)} claims decided", *map(decided_text, decided)]
    return f"look at {seeds_text(seeds)}{where}: " + "; ".join(
        [*told, *([f"undecided: {', '.join(left)}"] if left else [])]
    )


def decided_text(finding: Finding) -> str:
    is_for = finding.verdict == "replicated"
    side, value = ("for", finding.e_for) if is_for else ("against", finding.e_against)
    n = finding.effect.n if finding.effect else 0
    return f"{finding.claim.id} {finding.verdict} by {n} (e {side} {number(value)})"
