"""A folder in which the commands of the pages can be typed: results, pictures and own plugins."""

from __future__ import annotations

import shutil
from pathlib import Path

from ganbench.results.folder import read_rows
from tests.conftest import Command
from tests.data.stand_in_sets import write_horses, write_pictures
from tests.result_folders import changed, committed_rows, write_folder

ROOT = Path(__file__).parents[2]
COMPARED = ("standard", "recon", "discogan", "untrained")
SMOKE = ("--preset", "smoke", "--seeds", "1", "--references", "none")


def write_desk(desk: Path) -> None:
    """All but what is trained."""
    rows = committed_rows(COMPARED, seeds=4)
    results = desk / "results"
    write_folder(results / "car2car-quick", rows, pictures=True)
    for name, seeds in (("before", (0, 1)), ("after", (0, 1)), ("a", (0, 1)), ("b", (2, 3))):
        first = min(row.seed for row in rows)
        some = [row for row in rows if row.seed - first in seeds]
        write_folder(results / name, some)
        write_folder(desk / name, some)
    swept = [
        changed(row, 10 * i + j, hparams={**row.hparams, "lambda_rec": weight})
        for i, row in enumerate(committed_rows(("recon",), seeds=2))
        for j, weight in enumerate((0.3, 1.0, 3.0, 10.0))
    ]
    write_folder(results / "sweep", swept)
    for name in ("figure5", "figure6"):
        shutil.copytree(ROOT / "results/reference" / name / "quick", results / f"{name}-quick")
    (desk / "benchmarks").symlink_to(ROOT / "benchmarks")
    for seed, name in enumerate(("real", "fake", "photos/real", "photos/fake", "REAL", "FAKE")):
        write_pictures(desk / name, 16, seed)
    for seed, name in enumerate(("my_faces", "photos/cats", "photos/dogs", "my_shoes")):
        write_pictures(desk / name, 12, 20 + seed)
    write_horses(desk / "horse2zebra")
    (desk / "phrases.txt").write_text("boot green striped\ntote red plain\n", encoding="utf-8")


def train_at(desk: Path, ganbench: Command) -> dict[str, str]:
    """Gives what stands for what in the pages' commands: beginnings of cells."""
    results = desk / "results"
    for task, model, more in (
        ("gender", "discogan", ("--snapshots", 1)),
        ("hair", "discogan", ("--snapshots", 1)),
        ("toy", "discogan", ("--snapshots", 3)),
        (
            "words2products",
            "cyclegan,munit",
            ("--set", "words2products.products=60", "--metrics", "words", "--snapshots", 1),
        ),
        ("folder", "cyclegan", ("--data", "A=photos/cats", "--data", "B=photos/dogs")),
    ):
        done = ganbench(
            *("run", "--models", model, "--task", task, *SMOKE, *more),
            *("--output", results / f"{task}-quick"),
            cwd=desk,
        )
        assert done.returncode == 0, done.stderr
    trained = results / "hair-quick/cells"  # for `curves`: committed rows have no cells
    shutil.copytree(trained, results / "car2car-quick/cells", dirs_exist_ok=True)
    cell = read_rows(results / "gender-quick").rows[0].cell
    return {"0123": cell, "1f0c": cell, "0123456789abcdef": cell}
