"""Cells per minute on Ray beside the local backend with as many workers, on this machine.

    taskset -c 1 python benchmarks/engines/ray_speed.py [--cells 500] [--workers 4] [--steps 100]

The cells are of the toy in its smoke preset. Ray has a node with as many processors as there are
workers, however many cores there are. The whole command is timed, and the part after a tenth of the
rows, when every worker has begun.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

POLL_SEC = 0.1
NICENESS = "RAY_worker_niceness"  # 15 by itself, and local workers have none
SIZE = ("--models", "standard", "--task", "toy", "--preset", "smoke", "--references", "none")


def rows_in(output: Path) -> int:
    try:
        return (output / "rows.jsonl").read_bytes().count(b"\n")
    except FileNotFoundError:
        return 0


def cells_per_min(cells: int, steps: int, output: Path, *more: str) -> tuple[float, float]:
    """Of the whole command, and after a tenth of the rows."""
    command = [sys.executable, "-m", "ganbench", "run", *SIZE, "--steps", str(steps)]
    asked = ["--seeds", str(cells), "--output", str(output), *more]
    begun, tenth_at, tenth = time.monotonic(), 0.0, 0
    with subprocess.Popen([*command, *asked], stdout=subprocess.DEVNULL) as process:
        while process.poll() is None:
            time.sleep(POLL_SEC)
            if not tenth_at and (rows := rows_in(output)) >= cells / 10:
                tenth_at, tenth = time.monotonic(), rows
            if rows_in(output) == cells:
                break
        ended = time.monotonic()
        assert process.wait() == 0
    return 60 * cells / (ended - begun), 60 * (cells - tenth) / (ended - tenth_at)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=500)
    parser.add_argument("--workers", type=int, default=4)
    parser.add_argument("--steps", type=int, default=100)
    given = parser.parse_args()
    os.environ[NICENESS] = "0"
    from ray.cluster_utils import Cluster

    size = given.cells, given.steps
    workers = ("--workers", str(given.workers))
    with tempfile.TemporaryDirectory() as folder:
        local = cells_per_min(*size, Path(folder) / "local", *workers)
        cluster = Cluster(initialize_head=True, head_node_args={"num_cpus": given.workers})
        try:
            at = ("--on", "ray", "--on-set", f"address={cluster.address}")
            ray = cells_per_min(*size, Path(folder) / "ray", *workers, *at)
        finally:
            cluster.shutdown()
    for what, of_local, of_ray in zip(("whole", "after a tenth"), local, ray, strict=True):
        told = f"local {of_local:.1f}, Ray {of_ray:.1f} cells a minute"
        print(f"{what}: {told}: {of_ray / of_local:.2f}")


if __name__ == "__main__":
    main()
