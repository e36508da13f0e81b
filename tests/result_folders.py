"""Result folders made of committed rows, with what a run leaves in the cells' folders."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from io import BytesIO
from pathlib import Path

import numpy as np
from msgspec import structs

from ganbench.results.folder import cell_folder, read_rows
from ganbench.results.records import Row

COMMITTED = Path(__file__).parent.parent / "results/reference/figure5/quick"
STEPS = (300, 600)


def committed_rows(models: Sequence[str], seeds: int) -> list[Row]:
    """Rows of car2car by ten trained seeds, the first of each model."""
    rows = read_rows(COMMITTED).rows
    first = sorted({row.seed for row in rows})[:seeds]
    return [row for row in rows if row.model in models and row.seed in first]


def changed(row: Row, cell: int, **changes: object) -> Row:
    return structs.replace(row, cell=f"{cell:016x}", **changes)


def write_folder(folder: Path, rows: Iterable[Row], pictures: bool = False) -> Path:
    """rows.jsonl; with pictures a folder for each trained cell, with arrays and snapshots too."""
    folder.mkdir(parents=True)
    listed = list(rows)
    (folder / "rows.jsonl").write_text("".join(row.to_json() + "\n" for row in listed))
    for row in listed if pictures else ():
        if row.status == "done" and not row.is_reference:
            fill_cell(cell_folder(folder, row.cell), row)
    return folder


def fill_cell(cell: Path, row: Row) -> None:
    rng = np.random.default_rng(row.seed)
    (cell / "samples").mkdir(parents=True)
    inputs = np.tile(np.arange(0, 160, 16, dtype=np.uint8)[:, None, None, None], (1, 3, 16, 16))
    fakes = rng.integers(0, 256, (len(STEPS) + 1, 10, 3, 16, 16), dtype=np.uint8)
    write_arrays(cell / "arrays.npz", {"AB/samples/input": inputs, "AB/samples/fake": fakes[0]})
    for i, (step, fake) in enumerate(zip(STEPS, fakes[1:], strict=True)):
        known = {"AB/samples/input": inputs[:6]} if i == 0 else {}
        write_arrays(cell / f"samples/{step}.npz", {**known, "AB/samples/fake": fake[:6]})
    curves = {step: {"azimuth_alignment": step / 1000 + 0.01 * row.seed} for step in STEPS}
    (cell / "curves.json").write_text(json.dumps(curves))
    (cell / "losses.csv").write_text("step,D_B\n100,0.7\n600,0.6\n")


def write_arrays(path: Path, arrays: dict[str, np.ndarray]) -> None:
    buffer = BytesIO()
    np.savez_compressed(buffer, **arrays)
    path.write_bytes(buffer.getvalue())
