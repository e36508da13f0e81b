"""What the process that gives out cells needs with very many of them, waiting and done.

    python benchmarks/engines/head.py [--cells 100000]

Plans as many cells of the toy, and tells for each part of the start how long it takes, by the clock
and of the processor, and the most memory that the process has held by then: first with no row in
the folder, then with all of them.
"""

from __future__ import annotations

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from msgspec import structs

ROW_PARTS = {"metrics": {"modes_covered": 5.0, "reverse_kl": 0.5}, "cost": {"train_sec": 1.0}}


def held_mb() -> float:
    """The most that this process has held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextmanager
def timed(what: str) -> Iterator[None]:
    begun, worked = time.perf_counter(), time.process_time()
    yield
    sec, own = time.perf_counter() - begun, time.process_time() - worked
    print(f"  {what:44}{sec:7.2f} s {own:7.2f} s {held_mb():7.0f} MB", flush=True)


def measure(cells: int, output: Path) -> None:
    from ganbench.results.folder import open_output, read_rows
    from ganbench.running.backends.order import Content, Local, give_order
    from ganbench.running.live import live_run
    from ganbench.running.runner import heaviest_first, left_to_do, planned
    from tests.running.test_request import asked

    models = ["standard", "recon", "discogan", "cyclegan"]
    seeds, settings = 1_000, max(1, cells // (len(models) * 1_000))
    values = ",".join(str(1e-4 + 1e-6 * number) for number in range(settings))
    with timed("plan: resolve all cells"):
        request = asked(
            models=models,
            seeds=seeds,
            preset="smoke",
            references=[],
            sets=[f"{model}.lr={values}" for model in models],
            output=output,
        )
        plan = planned(request)
    print(f"  {len(plan.grid.jobs):,} cells")
    open_output(output)
    with timed("read rows"):
        rows = read_rows(output).rows
    with timed(f"left to do, of {len(rows):,} rows"):
        left = left_to_do(plan.grid.jobs, rows, False)
    if not left:
        return
    with timed("the order of the cells"):
        jobs = heaviest_first(left)
    with timed("what watch and status are told"):
        live = live_run(jobs, plan.grid.jobs, rows, output, 8)
        live.run()
    with timed("the order for jobs of an engine"):
        give_order("none", 8, Content(tuple(jobs), output, Local("cpu", 1, 1)), 0)
    with timed("(write such rows, for the second part)"):
        write_rows(plan.grid.jobs, output)


def write_rows(jobs: tuple, output: Path) -> None:  # type: ignore[type-arg]
    from ganbench.results.folder import ROWS
    from ganbench.running.provenance import empty_row, provenance

    first = provenance(jobs[0], "2026-01-01T00:00:00+00:00")
    with open(output / ROWS, "w") as file:
        for job in jobs:
            own = {**first, "evaluation_hash": job.evaluation_hash}
            row = structs.replace(empty_row(job), provenance=own, **ROW_PARTS)
            file.write(row.to_json() + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=100_000)
    parser.add_argument("--output", type=Path)
    given = parser.parse_args()
    if given.output:
        measure(given.cells, given.output)
        return
    with tempfile.TemporaryDirectory() as folder:
        for what in ("all cells waiting", "all cells done"):
            print(f"{what}:", flush=True)
            command = [sys.executable, __file__, "--cells", str(given.cells)]
            subprocess.run([*command, "--output", f"{folder}/out"], check=True)


if __name__ == "__main__":
    main()
