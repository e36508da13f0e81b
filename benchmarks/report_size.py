"""How large a report of many cells is, how long it takes to make, and a browser to open it.

    python benchmarks/report_size.py [--tasks 10] [--models 10] [--seeds 20] [--loads 5]

The folder is made up for it: rows after committed ones, with other numbers, and for each cell
curves, losses, and arrays and snapshots of 64 px samples, as a run leaves them. It is opened in the
system's Chromium, with all of the report's parts unfolded once.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from functools import cache
from io import BytesIO
from pathlib import Path

import numpy as np
from msgspec import structs
from PIL import Image

from ganbench.results.folder import cell_folder, read_rows
from ganbench.results.records import Row

COMMITTED = Path(__file__).parent.parent / "results/reference/figure5/quick"
SIZE_PX, SAMPLES = 64, 10
STEPS = (150, 300, 450, 600)
COLUMNS = ("azimuth_alignment", "azimuth_coverage", "kd_visible", "fd_visible", "D_train", "D_fake")


def made_rows(tasks: int, models: int, seeds: int, rng: np.random.Generator) -> list[Row]:
    """Rows of so many tasks, models and seeds; one in fifty has diverged."""
    known = [row for row in read_rows(COMMITTED).rows if not row.is_reference]
    rows: list[Row] = []
    for task in range(tasks):
        for model in range(models):
            for seed in range(seeds):
                row = known[(task + model + seed) % len(known)]
                factor = rng.lognormal(0.1 * model, 0.2)
                numbers = {
                    name: value if isinstance(value, str) else value * factor
                    for name, value in row.metrics.items()
                }
                diverged = rng.random() < 0.02
                told = {"status": "diverged", "reason": "loss D_A is nan at step 87"}
                rows.append(
                    structs.replace(
                        row,
                        cell=f"{len(rows):016x}",
                        model=f"model{model}",
                        task=f"task{task}",
                        seed=seed,
                        hparams=known[0].hparams,
                        metrics={} if diverged else numbers,
                        selected={},
                        cost={**row.cost, "train_sec": 10 * (1 + model) * factor},
                        **(told if diverged else {}),
                    )
                )
    return rows


POOL = 300  # sets of pictures, each of which is shown in ten orders


@cache
def pool() -> list[np.ndarray]:
    return [new_pictures(np.random.default_rng(i)) for i in range(POOL)]


def pictures(rng: np.random.Generator) -> np.ndarray:
    """One of the sets, in one of its orders, so that hardly two strips are alike."""
    return np.roll(pool()[int(rng.integers(POOL))], int(rng.integers(SAMPLES)), axis=0)


def new_pictures(rng: np.random.Generator) -> np.ndarray:
    """Photographs as models make them: tiles of committed samples, recoloured and shifted."""
    with Image.open(COMMITTED / "figures/car2car-samples.png") as image:
        sheet = np.asarray(image.convert("RGB"))
    left = sheet.shape[1] - 10 * (SIZE_PX + 3)
    tiles = []
    for _ in range(SAMPLES):
        x = left + int(rng.integers(10)) * (SIZE_PX + 3)
        y = 3 + int(rng.integers(6)) * (SIZE_PX + 3)
        tile = sheet[y : y + SIZE_PX, x : x + SIZE_PX].astype(float) * rng.uniform(0.6, 1.2, 3)
        noisy = np.roll(tile, rng.integers(-4, 4), axis=1) + rng.normal(0, 3, tile.shape)
        tiles.append(noisy.clip(0, 255).astype(np.uint8).transpose(2, 0, 1))
    return np.stack(tiles)


def fill(folder: Path, row: Row, inputs: np.ndarray, rng: np.random.Generator) -> None:
    """A cell's folder, as its run leaves it."""
    cell = cell_folder(folder, row.cell)
    (cell / "samples").mkdir(parents=True)
    point = {name: abs(float(rng.normal(1, 0.3))) for name in COLUMNS}
    curves = {step: {k: v / (i + 1) for k, v in point.items()} for i, step in enumerate(STEPS)}
    (cell / "curves.json").write_text(json.dumps(curves))
    losses = "".join(f"{6 * (i + 1)},{rng.random()},{rng.random()}\n" for i in range(100))
    (cell / "losses.csv").write_text("step,D_A,adv_B\n" + losses)
    samples = {"input": inputs, "fake": pictures(rng), "rec": pictures(rng)}
    arrays = {f"{way}/samples/{k}": v for way in ("AB", "BA") for k, v in samples.items()}
    (cell / "arrays.npz").write_bytes(npz(arrays))
    for step in STEPS:
        few = {f"{way}/samples/fake": pictures(rng)[:6] for way in ("AB", "BA")}
        first = {"AB/samples/input": inputs[:6]} if step == STEPS[0] else {}
        (cell / f"samples/{step}.npz").write_bytes(npz(few | first))


def npz(arrays: dict[str, np.ndarray]) -> bytes:
    buffer = BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()


def opened(report: Path, loads: int) -> tuple[list[float], list[float], float]:
    """Seconds to the end of loading, and from there until all of it is laid out and painted, of
    each load; and seconds to unfold all parts once.
    """
    from tests.browser import chromium

    with chromium() as browser:
        loaded, painted = [], []
        for _ in range(loads):
            clock = time.perf_counter()
            browser.get(report.as_uri())
            loaded.append(time.perf_counter() - clock)
            browser.execute_async_script(
                "const done = arguments[0];"
                "requestAnimationFrame(() => requestAnimationFrame(() => done()));"
            )
            painted.append(time.perf_counter() - clock)
        clock = time.perf_counter()
        browser.execute_async_script(
            "const done = arguments[0];"
            "document.querySelectorAll('details').forEach((one) => { one.open = true; });"
            "requestAnimationFrame(() => requestAnimationFrame(() => done()));"
        )
        return loaded, painted, time.perf_counter() - clock


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("tasks", 10), ("models", 10), ("seeds", 20), ("loads", 5)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as made:
        folder, report = Path(made, "many"), Path(made, "report.html")
        folder.mkdir()
        rows = made_rows(asked.tasks, asked.models, asked.seeds, rng)
        (folder / "rows.jsonl").write_text("".join(row.to_json() + "\n" for row in rows))
        inputs = {row.task: pictures(rng) for row in rows}
        for row in rows:
            if row.status == "done":
                fill(folder, row, inputs[row.task], rng)
        (folder / "figures").mkdir()
        drawn = (COMMITTED / "figures/car2car-azimuth.png").read_bytes()
        for task in inputs:
            (folder / f"figures/{task}-azimuth.png").write_bytes(drawn)
        command = [sys.executable, "-m", "ganbench", "report", str(folder), "-o", str(report)]
        clock = time.perf_counter()
        subprocess.run(command, check=True)
        print(f"{len(rows)} cells, made in {time.perf_counter() - clock:.1f} s")
        print(f"{report.stat().st_size / 1e6:.1f} MB")
        loaded, painted, unfolded = opened(report, asked.loads)
        print(f"loaded in {statistics.median(loaded):.2f} s (longest {max(loaded):.2f})")
        print(f"painted in {statistics.median(painted):.2f} s (longest {max(painted):.2f})")
        print(f"all unfolded in {unfolded:.2f} s more")


if __name__ == "__main__":
    main()
