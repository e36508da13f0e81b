"""Which of several starts a training should go on from: what tells early, and what it is worth.

`python benchmarks/starts.py train OUT.csv --task face2face --seeds 1001,1002` trains DiscoGAN once
from each seed's start (preset `quick`, recipe `stable` with a single start), measures on the way
what `starts_by` knows, on train samples, and at the end what the task asks for, on the validation
split.

`python benchmarks/starts.py draws results/reference/starts.csv` prints, for each task, step and
measure, its correlation with the end, and the mean end of the best of five and of ten starts, over
4,000 draws.
"""

from __future__ import annotations

import argparse
import csv
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from ganbench.core.cache import default_cache_dir
from ganbench.registry.registry import discover
from ganbench.running.build import build_task
from ganbench.running.cell import trainee_of
from ganbench.running.job import Job
from ganbench.running.progress import silent
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.training.loop import train_together
from ganbench.training.start_scores import MEASURES, start_score

STEPS = (20, 30, 40, 50, 60, 80, 100, 150, 200)
ENDS = {  # a task's columns, in both directions
    "handbags2shoes": ("preservation", "preserved_colour", "preserved_colour_BA"),
    **dict.fromkeys(
        ("car2car", "face2face"), ("azimuth", "azimuth_alignment", "azimuth_alignment_BA")
    ),
}
DRAWS, BEST_OF = 4_000, (5, 10)
COLUMNS = ("task", "seed", "step", *MEASURES, "end")


def followed(job: Job, folder: Path) -> Iterator[dict[str, object]]:
    """A row for each of STEPS, once the training is over."""
    task = build_task(job.cell, job.context)
    train, validation = task.load("train"), task.load("validation")
    trainee = trainee_of(job, task, train, folder, silent(job.cell.id))
    run, model = trainee.run(), trainee.model
    scores: dict[int, dict[str, float]] = {}
    own = model.hparams

    def look(step: int) -> None:
        scores[step] = {}
        for name in MEASURES:
            model.hparams = replace(own, starts_by=name)
            scores[step][name] = start_score(model, train, run.plan.device)
        model.hparams = own

    plan = replace(run.plan, snapshots=frozenset(STEPS))
    train_together([replace(run, plan=plan, on_snapshot=look)], train, lambda: False)
    metric, *columns = ENDS[job.cell.task]
    scored = trainee.score(validation, [metric]).metrics
    end = np.mean([float(scored[column]) for column in columns])
    cell = job.cell
    for step, values in scores.items():
        found = {name: f"{value:.4f}" for name, value in values.items()}
        yield {"task": cell.task, "seed": cell.seed, "step": step, **found, "end": f"{end:.4f}"}


def train(out: Path, task: str, seeds: Sequence[int]) -> None:
    torch.set_num_threads(1)
    sets = ("discogan.starts=1",)
    request = Request(
        ("discogan",), (task,), tuple(seeds), default_cache_dir(), preset="quick", sets=sets,
        references=(), device="cpu", split="validation",
    )  # fmt: skip
    grid = resolve(request, discover())
    grid.tasks[0].prepare(print)
    with open(out, "w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, lineterminator="\n")
        writer.writeheader()
        for job in grid.jobs:
            with tempfile.TemporaryDirectory() as folder:
                writer.writerows(followed(job, Path(folder)))
            file.flush()


def best_of(scores: np.ndarray, ends: np.ndarray, number: int, rng: np.random.Generator) -> float:
    """The mean end of the start with the highest score, over draws of so many starts; NaN is the
    lowest, as in a training.
    """
    scores = np.where(np.isnan(scores), -np.inf, scores)
    drawn = np.array([rng.choice(len(ends), number, replace=False) for _ in range(DRAWS)])
    chosen = drawn[np.arange(DRAWS), scores[drawn].argmax(axis=1)]
    return float(ends[chosen].mean())


def lines_of(rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    rng, numbers = np.random.default_rng(0), " and ".join(map(str, BEST_OF))
    for task in dict.fromkeys(row["task"] for row in rows):
        own = [row for row in rows if row["task"] == task]
        seeds = {row["seed"] for row in own}
        mean = np.mean([float(row["end"]) for row in own])
        yield f"{task}: {len(seeds)} starts, mean end {mean:.2f}"
        for step in dict.fromkeys(row["step"] for row in own):
            at = [row for row in own if row["step"] == step]
            ends = np.array([float(row["end"]) for row in at])
            for name in MEASURES:
                scores = np.array([float(row[name]) for row in at])
                r = np.corrcoef(scores, ends)[0, 1]
                best = " ".join(
                    f"{best_of(scores, ends, k, rng):.2f}" for k in BEST_OF if k <= len(ends)
                )
                yield f"  step {step:>3} {name:9} r {r:+.2f}  best of {numbers}: {best}"


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    training = commands.add_parser("train")
    training.add_argument("out", type=Path)
    training.add_argument("--task", choices=ENDS, required=True)
    training.add_argument("--seeds", required=True)
    commands.add_parser("draws").add_argument("csv", type=Path)
    asked = parser.parse_args(argv)
    if asked.command == "train":
        train(asked.out, asked.task, [int(seed) for seed in asked.seeds.split(",")])
        return
    with open(asked.csv, encoding="utf-8", newline="") as file:
        print(*lines_of(list(csv.DictReader(file))), sep="\n")


if __name__ == "__main__":
    main()
