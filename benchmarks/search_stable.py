"""The search for recipes `stable` and `thorough`: one change at a time, on validation identities
and seeds of their own.

`python benchmarks/search_stable.py OUT [--device cuda] [--steps N] [--preset P] [--seeds 200,201]
[--jobs N] [--minutes M] [--only NAME ...]` trains DiscoGAN (or `--models`) under each set-up,
scores it on the validation split, and writes OUT/search.csv as it goes. A set-up is not started
once M minutes are over; what is done is found again.

Each round changes `stable` as it was by then; "start" and "thorough" are the last ones, and change
it as it is. In results/reference/search_stable.csv "(patched)" marks what was tried with code that
was not kept.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.search_setups import ROUNDS, base_of

COLUMNS = (
    "azimuth_alignment",
    "azimuth_rmse_deg",
    "azimuth_coverage",
    "kd_visible",
    "precision_visible",
    "recall_visible",
    "kd_efficientnet_lite0",
    "preserved_colour",
    "preserved_pattern",
)
OF_TASK = ("identities", "azimuth_")


def owners(key: str, asked: argparse.Namespace) -> Sequence[str]:
    """Whose setting it is; the plain GAN has no reconstruction."""
    if key.startswith(OF_TASK):
        return [asked.task]
    is_of_reconstruction = key.startswith(("lambda_", "distance"))
    return [name for name in asked.models if not (is_of_reconstruction and name == "standard")]


def train(job: tuple[int, str, int], asked: argparse.Namespace) -> list[dict[str, object]]:
    """The rows of one set-up and seed; none once the time is over."""
    import torch

    import ganbench

    number, name, seed = job
    if time.time() > asked.until:
        return []
    torch.set_num_threads(1)
    settings = dict(text.split("=", 1) for text in ROUNDS[asked.round][name])
    given = {"budget_steps": asked.steps, "size": asked.size}
    budget = {name: value for name, value in given.items() if value}
    if "batch" in settings:
        budget["batch_size"] = int(settings.pop("batch"))
    sets = [
        f"{owner}.{key}={value}" for key, value in settings.items() for owner in owners(key, asked)
    ]
    frame = ganbench.run(
        asked.models,
        [asked.task],
        [seed],
        output=asked.out / f"{number:02}-{seed}",
        preset=asked.preset,
        recipe=base_of(asked.round),
        sets=sets,
        budget=budget,
        metrics=["visible"],
        split="validation",
        device=asked.device,
        precision=asked.precision,
        references=[],
        backend="here",
    )
    return [
        {
            "set-up": name,
            "seed": seed,
            "model": row["model"],
            "steps": row.get("budget_steps", asked.steps),
            "status": row["status"],
            **{column: row.get(column, "") for column in COLUMNS},
            "train_sec": row.get("train_sec", ""),
        }
        for row in frame.to_dict("records")
    ]


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", type=Path)
    parser.add_argument("--task", default="car2car")
    parser.add_argument("--size", type=int, default=0)
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--precision", default="auto")
    parser.add_argument("--preset", default="quick")
    parser.add_argument("--steps", type=int, default=0)
    parser.add_argument("--seeds", default="200,201")
    parser.add_argument("--models", default="discogan")
    parser.add_argument("--round", choices=ROUNDS, default="one")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--minutes", type=float, default=600)
    parser.add_argument("--only", nargs="*")
    asked = parser.parse_args(argv)
    asked.until = time.time() + 60 * asked.minutes
    asked.models = asked.models.split(",")
    names = [name for name in ROUNDS[asked.round] if asked.only is None or name in asked.only]
    jobs = [
        (list(ROUNDS[asked.round]).index(name), name, int(seed))
        for seed in asked.seeds.split(",")
        for name in names
    ]
    asked.out.mkdir(parents=True, exist_ok=True)
    with (
        open(asked.out / "search.csv", "w", encoding="utf-8", newline="") as file,
        ProcessPoolExecutor(asked.jobs) as pool,
    ):
        writer = None
        for done in as_completed([pool.submit(train, job, asked) for job in jobs]):
            for row in done.result():
                if writer is None:
                    writer = csv.DictWriter(file, list(row))
                    writer.writeheader()
                writer.writerow(row)
                file.flush()


if __name__ == "__main__":
    main()
