"""How long `ganbench table` takes with 100,000 rows.

`python benchmarks/rows_speed.py` writes them to a temporary folder, as large as rows of the toy are
(2 KB, ten metrics, with and without a checkpoint that validation selected) but with random numbers,
and prints the seconds of the real command, import and output included.
"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROWS = 100_000
MODELS = ("standard", "recon", "discogan", "lsgan", "munit", "cogan", "cyclegan", "wgan_gp")
TASKS = 5
REFERENCE = Path(__file__).parent.parent / "results" / "reference" / "models" / "toy-quick.jsonl"


def shaken(values: dict[str, Any]) -> dict[str, Any]:
    return {
        k: v * random.uniform(0.5, 1.5) if isinstance(v, float) else v for k, v in values.items()
    }


def write_rows(path: Path, selects: bool) -> None:
    random.seed(0)
    row = json.loads(REFERENCE.read_text(encoding="utf-8").splitlines()[-1])
    chosen, metrics, cost = row.pop("selected"), row["metrics"], row["cost"]
    with path.open("w", encoding="utf-8") as file:
        for i in range(ROWS):
            row |= {"cell": f"{i:016x}", "model": MODELS[i % len(MODELS)]}
            row |= {"task": f"task{i // len(MODELS) % TASKS}", "seed": i // (TASKS * len(MODELS))}
            row |= {"metrics": shaken(metrics), "cost": shaken(cost)}
            if selects:
                step = random.choice([1_800, 2_000])
                row["selected"] = {**chosen, "step": step, "metrics": shaken(chosen["metrics"])}
            row["provenance"]["started"] = f"2026-01-01T00:00:{i % 60:02d}+00:00"
            file.write(json.dumps(row) + "\n")


def main() -> None:
    with tempfile.TemporaryDirectory() as made:
        for name, selects in (("one checkpoint", False), ("two checkpoints", True)):
            path = Path(made) / "rows.jsonl"
            write_rows(path, selects)
            start = time.perf_counter()
            command = [sys.executable, "-m", "ganbench", "table", made]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            took_sec = time.perf_counter() - start
            megabytes = path.stat().st_size / 1e6
            print(f"{ROWS:,} rows, {name} each ({megabytes:.0f} MB): {took_sec:.1f} s")


if __name__ == "__main__":
    main()
