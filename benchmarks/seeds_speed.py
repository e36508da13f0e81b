"""What many seeds cost: seed-steps a second of the real command on all cores, beside the authors'
algorithm, which takes one seed after the other.

`python benchmarks/seeds_speed.py [SEEDS] [STEPS]` trains each model of the paper on the toy in fp32
and in bf16, and times the baseline (on all cores too, or on one where that is faster) before and
after.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from ganbench.core.cache import default_cache_dir
from ganbench.core.devices import cores
from ganbench.registry.registry import discover
from ganbench.results.folder import read_rows
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.running.speed import measure

MODELS = ("standard", "recon", "discogan")


def reference_ms(model: str) -> float:
    """Of one seed's step by the authors' algorithm, with as many threads as are best for it."""
    request = Request((model,), ("toy",), (0,), default_cache_dir(), references=(), device="cpu")
    (job,) = resolve(request, discover()).jobs
    found = []
    for threads in (1, cores()):
        speed = measure(replace(job, cell=replace(job.cell, threads=threads)), rounds=5)
        assert speed.reference_ms_per_step is not None
        found.append(speed.reference_ms_per_step)
    return min(found)


def trained_ms(model: str, precision: str, seeds: int, steps: int) -> tuple[float, int]:
    """Of one seed's step while all cores train, and how many seeds were one program."""
    with tempfile.TemporaryDirectory() as output:
        what = ("--models", model, "--task", "toy", "--references", "none", "--device", "cpu")
        how = ("--seeds", seeds, "--steps", steps, "--precision", precision, "--output", output)
        command = [sys.executable, "-m", "ganbench", "run", *map(str, (*what, *how))]
        subprocess.run(command, check=True, capture_output=True)
        rows = read_rows(Path(output)).rows
    train_sec = sum(row.cost["train_sec"] for row in rows)
    return 1e3 * train_sec / cores() / (seeds * steps), rows[0].provenance.get("together", 1)


def main() -> None:
    seeds, steps = (int(text) for text in (*sys.argv[1:], "16", "1000")[:2])
    for model in MODELS:
        before = reference_ms(model)
        mine = {p: trained_ms(model, p, seeds, steps) for p in ("fp32", "bf16")}
        reference = (before + reference_ms(model)) / 2
        print(f"{model}: {reference:.1f} ms a seed-step by the authors' algorithm")
        for precision, (ms, together) in mine.items():
            print(
                f"  {precision}, {cores()} workers, {together} seeds a program: {ms:.2f} ms, "
                f"{1e3 / ms:,.0f} seed-steps a second, ratio {reference / ms:.1f}"
            )


if __name__ == "__main__":
    main()
