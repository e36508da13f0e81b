"""Seeds that are added until claims are decided: which cells a run asks for, round by round."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from ganbench.core.errors import UserError
from ganbench.results.benchmark_file import BenchmarkFile, parse_benchmark
from ganbench.results.records import Row
from ganbench.running import runner
from ganbench.running.job import Job
from ganbench.running.provenance import empty_row
from ganbench.running.request import request_of
from ganbench.running.rounds import Rounds
from ganbench.running.runner import Planned, planned

SURE = {"id": "sure", "metric": "modes_covered", "model": "discogan", "at_least": 9.5}
CLOSE = {"id": "close", "metric": "modes_covered", "better": "recon", "worse": "standard"}
Score = Callable[[str, int], float]


def benchmark(*claims: dict[str, Any]) -> BenchmarkFile:
    own = [{"figure": "4", "text": "t", "task": "toy", **claim} for claim in claims]
    models = ["standard", "recon", "discogan"]
    return parse_benchmark(
        {"models": models, "tasks": ["toy"], "seeds": 10, "preset": "smoke", "claims": own}, "", "f"
    )


@pytest.fixture
def plan(cache_dir: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """Makes the plan of a run of such claims."""

    def make(*claims: dict[str, Any], **changes: Any) -> Planned:
        monkeypatch.setattr(runner, "read_benchmark", lambda path: benchmark(*claims))
        defaults: dict[str, Any] = {
            **dict.fromkeys(("sets", "on_sets", "metrics", "plugins", "log"), ()),
            **dict.fromkeys(("models", "tasks"), ()),
            **dict.fromkeys(("seeds", "budget", "data", "weights_dir"), None),
            **{"references": [], "benchmark": "f.toml", "output": tmp_path / "out"},
            **{"cache_dir": cache_dir, "skip_unreadable": False, "max_megapixels": 100.0},
            **{"device": "cpu", "workers": 2, "until_decided": True, "max_seeds": 12},
        }
        return planned(request_of(**{**defaults, **changes}))

    return make


def clear(model: str, seed: int) -> float:
    """DiscoGAN covers all modes; of the others neither is better."""
    return {"discogan": 10.0, "recon": 6.0 + 2 * (seed % 2), "standard": 7.0}[model]


def row(job: Job, score: Score) -> Row:
    cell = job.cell
    return structs.replace(empty_row(job), metrics={"modes_covered": score(cell.model, cell.seed)})


def played(
    rounds: Rounds, score: Score, rows: Sequence[Row] = (), most: int = 99
) -> tuple[list[list[Job]], list[Row], list[str]]:
    """The jobs of each round, the rows at the end, and what was said. most: rounds that are run."""
    known, asked, said = {r.cell: r for r in rows}, dict[str, Job](), list[str]()
    jobs, history = list(rounds.first), []
    while jobs and len(history) < most:
        history.append(jobs)
        asked |= {job.cell.id: job for job in jobs}
        known |= {job.cell.id: row(job, score) for job in jobs if job.cell.id not in known}
        jobs = list(rounds.then(list(known.values()), asked, said.append))
    return history, list(known.values()), said


def names(jobs: Sequence[Job]) -> list[str]:
    return sorted(f"{job.cell.model} {job.cell.seed}" for job in jobs)


def test_seeds_are_added_to_the_models_of_undecided_claims(plan: Callable[..., Any]) -> None:
    history, _, said = played(plan(SURE, CLOSE).rounds, clear)
    assert {job.cell.seed for job in history[0]} == {0, 1, 2, 3, 4} and len(history[0]) == 15
    assert names(history[1]) == ["discogan 5", "recon 5", "standard 5"]
    later = [names(jobs) for jobs in history[2:]]  # sure is decided by 6, beside a weak one
    assert later == [[f"recon {n}", f"standard {n}"] for n in range(6, 12)]
    assert said[0].startswith("look at 5 seeds: 0 of 2 claims decided; undecided: sure, close")
    assert "look at 6 seeds: 1 of 2 claims decided; sure replicated by 6 (e for" in said[1]
    assert "may be no further seed" in said[-1]


def test_a_run_ends_where_all_is_decided(plan: Callable[..., Any]) -> None:
    history, _, said = played(plan(SURE).rounds, clear)
    assert len(history) == 1
    assert said == ["look at 5 seeds: 1 of 1 claims decided; sure replicated by 5 (e for 29.0)"]


def test_an_interrupted_run_comes_to_the_same(plan: Callable[..., Any]) -> None:
    """Wherever it stopped, also amid a round: the same cells, and the same last look."""
    rounds = plan(SURE, CLOSE).rounds
    _, rows, said = played(rounds, clear)
    for stopped in (3, 14, 16, 19, len(rows)):
        _, again, told = played(rounds, clear, rows[:stopped])
        assert {r.cell for r in again} == {r.cell for r in rows}
        assert told[-2:] == said[-2:]


def test_as_many_seeds_at_once_as_keep_the_workers_busy(plan: Callable[..., Any]) -> None:
    alone, _, said = played(plan(SURE, CLOSE, workers=1).rounds, clear)
    history, _, told = played(plan(SURE, CLOSE, workers=5).rounds, clear)
    assert [len(jobs) for jobs in history] == [15, 3, 4, 4, 4]
    assert len(alone) == 8 and told[-2].split("; ")[1:] == said[-2].split("; ")[1:]


def test_a_cell_that_fails_is_tried_once(plan: Callable[..., Any]) -> None:
    rounds, asked = plan(CLOSE).rounds, dict[str, Job]()
    jobs = list(rounds.first)
    while jobs:
        assert not asked.keys() & {job.cell.id for job in jobs}
        asked |= {job.cell.id: job for job in jobs}
        rows = [
            structs.replace(row(job, clear), status="failed" if job.cell.seed == 6 else "done")
            for job in asked.values()
        ]
        jobs = list(rounds.then(rows, asked, lambda line: None))
    assert len(asked) == 3 * 5 + 2 * 7


def test_own_seeds_are_followed_by_the_numbers_after_them(plan: Callable[..., Any]) -> None:
    history, _, _ = played(plan(CLOSE, seeds=[3, 7], max_seeds=5).rounds, clear)
    assert [sorted({job.cell.seed for job in jobs}) for jobs in history] == [[3, 7], [8], [9], [10]]


def test_a_fixed_number_of_seeds_is_one_round(plan: Callable[..., Any]) -> None:
    history, _, said = played(plan(CLOSE, until_decided=False, max_seeds=0).rounds, clear)
    assert [len(jobs) for jobs in history] == [30] and not said


@pytest.mark.parametrize(
    ("claims", "changes", "message"),
    [
        ((), {}, "nothing to decide"),
        ((CLOSE,), {"models": ["recon"]}, "nothing to decide"),
        ((CLOSE,), {"seeds": 13}, r"13 seeds are asked for, and 12 are the most"),
    ],
)
def test_what_cannot_be_decided_is_refused(
    plan: Callable[..., Any], claims: Any, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(UserError, match=message):
        plan(*claims, **changes)
