"""The real command: the whole job, again, with its rows cut off, and its tables."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganbench.results.folder import ROWS, read_rows
from ganbench.results.records import Row
from tests.conftest import Command

MODELS = "standard,recon,discogan"
REFERENCES = {"real", "oracle", "untrained"}


@pytest.fixture(scope="module")
def output(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished smoke run of the main job: three models, two seeds."""
    folder = tmp_path_factory.mktemp("run") / "out"
    done = ganbench(
        *("run", "--models", MODELS, "--task", "car2car", "--preset", "smoke"),
        *("--seeds", "2", "--output", folder),
    )
    assert done.returncode == 0, done.stderr
    assert "cells: 12, to do: 12" in done.stderr
    assert "preset smoke · recipe" in done.stdout
    assert "this is not the paper's budget" in done.stdout
    return folder


def rows(folder: Path) -> tuple[Row, ...]:
    return read_rows(folder).rows


def test_every_cell_has_its_row_and_its_folder(output: Path) -> None:
    every = {*MODELS.split(","), *REFERENCES}
    assert {(r.model, r.seed) for r in rows(output)} == {(m, s) for m in every for s in (0, 1)}
    assert {r.model for r in rows(output) if r.is_reference} == REFERENCES
    for row in rows(output):
        assert (row.status, row.split) == ("done", "test")
        if row.is_reference:
            continue
        assert row.cost["steps"] == row.budget["budget_steps"]
        assert row.cost["train_sec"] > 0 and row.cost["peak_memory_bytes"] > 1e7
        assert row.provenance["torch"] and row.provenance["plugin_hash"]
        folder = output / "cells" / row.cell
        assert {f.name for f in folder.iterdir()} >= {
            "config.json",
            "losses.csv",
            "checkpoint.safetensors",
            "samples.png",
            "arrays.npz",
        }
        Image.open(folder / "samples.png").verify()


def test_metrics_are_numbers_or_reasons_in_both_directions(output: Path) -> None:
    by_model = {row.model: row.metrics for row in rows(output)}
    for metrics in by_model.values():
        assert -1 <= float(metrics["azimuth_correlation"]) <= 1
        assert float(metrics["azimuth_alignment"]) == abs(float(metrics["azimuth_correlation"]))
        assert float(metrics["probe_mae_deg"]) > 0
    assert str(by_model["standard"]["reconstruction_mse"]).startswith("skipped: ")
    assert float(by_model["recon"]["reconstruction_mse"]) > 0
    assert {n for n in by_model["discogan"] if n.endswith("_BA")}
    assert not {n for n in by_model["recon"] if n.endswith("_BA")}


def test_figures_are_drawn(output: Path) -> None:
    figures = {f.name for f in (output / "figures").iterdir()}
    assert figures == {f"car2car-{name}.png" for name in ("samples", "azimuth", "domains")}
    pixels = np.asarray(Image.open(output / "figures" / "car2car-azimuth.png").convert("L"))
    assert pixels.std() > 5  # not a blank sheet


def test_models_see_the_same_inputs(output: Path) -> None:
    inputs = []
    for row in rows(output):
        with np.load(output / "cells" / row.cell / "arrays.npz") as arrays:
            inputs.append(arrays["AB/samples/input"])
    assert all(np.array_equal(inputs[0], other) for other in inputs[1:])


def test_the_same_command_again_trains_nothing(ganbench: Command, output: Path) -> None:
    before = (output / ROWS).read_bytes()
    again = ganbench(
        *("run", "--models", MODELS, "--task", "car2car", "--preset", "smoke"),
        *("--seeds", "2", "--output", output),
    )
    assert again.returncode == 0
    assert "cells: 12, to do: 0" in again.stderr
    assert "alignment" in again.stdout and "azimuth_rmse_deg" not in again.stdout
    assert "--all shows them" in again.stdout
    assert (output / ROWS).read_bytes() == before


@pytest.mark.broad
def test_a_rerun_cell_gives_the_same_metrics(
    ganbench: Command, output: Path, tmp_path: Path
) -> None:
    arguments = (
        *("run", "--models", "discogan", "--task", "car2car", "--preset", "smoke"),
        *("--seed-list", "1", "--output", tmp_path, "--references", "none"),
    )
    (first,) = [r for r in rows(output) if (r.model, r.seed) == ("discogan", 1)]
    for more in ((), ("--overwrite",)):
        done = ganbench(*arguments, *more)
        assert done.returncode == 0, done.stderr
        assert "cells: 1, to do: 1" in done.stderr
        (row,) = rows(tmp_path)
        assert (row.cell, row.metrics) == (first.cell, first.metrics)
    assert len((tmp_path / ROWS).read_text().splitlines()) == 2


@pytest.mark.broad
def test_the_selected_scores_are_those_of_the_run_stopped_there(
    ganbench: Command, tmp_path: Path
) -> None:
    """So validation alone chose, and the weights are those of that step. With one start, for
    several would be shorter in the shorter budget.
    """

    def run(model: str, output: Path, *more: str | int) -> tuple[Row, ...]:
        done = ganbench(
            *("run", "--models", model, "--task", "car2car", "--preset", "smoke"),
            *("--output", output, "--references", "none", "--set", f"{model}.starts=1", *more),
        )
        assert done.returncode == 0, done.stderr
        return rows(output)

    whole = run("standard", tmp_path / "whole", "--seeds", 3)
    row = next(r for r in whole if r.selected["step"] < 20)
    assert set(row.selected["validation"]) == {"5", "10", "15", "20"}
    validation = row.selected["validation"]
    assert validation[str(row.selected["step"])] == min(validation.values())
    until = ("--seed-list", row.seed, "--steps", row.selected["step"])
    (stopped,) = run("standard", tmp_path / "stopped", *until)
    assert stopped.metrics == row.selected["metrics"] != row.metrics


def test_a_row_tells_the_protocol_of_its_numbers(output: Path) -> None:
    for row in rows(output):
        assert row.protocol["samples"]["AB"] == {"real": 11, "fake": 11}
        told = row.protocol["metrics"]["efficientnet_lite0"]
        assert told["weights"].startswith("sha256:") and "128 px" in told["resizer"]
        assert "kd_efficientnet_lite0" in told["columns"]


@pytest.mark.parametrize("name", ["rich", "markdown", "csv", "latex", "json"])
def test_table_formats(ganbench: Command, output: Path, name: str) -> None:
    done = ganbench("table", output, "--format", name)
    assert done.returncode == 0, done.stderr
    assert "azimuth" in done.stdout.lower() and "discogan" in done.stdout
    if name == "json":
        records = json.loads(done.stdout)["records"]
        alignment = [
            r for r in records if (r["metric"], r["checkpoint"]) == ("azimuth_alignment", "final")
        ]
        assert {r["model"] for r in alignment} == {*MODELS.split(","), *REFERENCES}
        assert all(r["n"] == 2 for r in alignment)


def test_references_give_the_metrics_their_scale(output: Path) -> None:
    by_model = {row.model: row.metrics for row in rows(output) if row.is_reference}
    oracle, real = by_model["oracle"], by_model["real"]
    assert float(oracle["azimuth_alignment"]) > float(real["azimuth_alignment"])
    assert float(oracle["probe_mae_deg"]) == float(real["probe_mae_deg"])


def test_compare_tests_the_models_in_pairs(ganbench: Command, output: Path) -> None:
    done = ganbench("compare", output, "--metrics", "azimuth_alignment", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)["records"]
    pairs = {frozenset((r["first"], r["second"])) for r in found}
    assert len(found) == 3 and set().union(*pairs) == set(MODELS.split(","))
    assert all(r["n"] == 2 and 0 < r["p"] <= r["p_holm"] <= 1 for r in found)
    shown = ganbench("compare", output, "--baseline", "standard")
    assert "2 seeds can give no p below 0.500" in " ".join(shown.stdout.split())


def test_the_python_api_reads_what_a_run_left(output: Path) -> None:
    import ganbench

    found = ganbench.table(output)
    assert set(found["checkpoint"]) == {"final", "selected"}
    means = found[found["checkpoint"] == "final"].set_index(["model", "metric"])["mean"]
    tests = ganbench.compare(output, baseline="standard", metrics=["azimuth_alignment"])
    assert list(tests["first"]) == ["recon", "discogan"]
    differences = [means[m, "azimuth_alignment"] for m in tests["first"]]
    expected = [d - means["standard", "azimuth_alignment"] for d in differences]
    assert list(tests["difference"]) == pytest.approx(expected)
    found = ganbench.verdicts(output, Path(__file__).parents[2] / "benchmarks" / "figure5.toml")
    assert set(found["verdict"]) <= {"replicated", "not replicated", "undecided"}
    with pytest.raises(ganbench.UserError, match="not run from a benchmark file"):
        ganbench.verdicts(output)


def test_a_cut_off_rows_file_loses_one_row_at_most(
    ganbench: Command, output: Path, tmp_path: Path
) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(output, copy)
    text = (copy / ROWS).read_text()
    (copy / ROWS).write_text(text[:-40])
    table = ganbench("table", copy)
    assert table.returncode == 1
    assert "the last line was cut off" in table.stderr and "Traceback" not in table.stderr
    assert "discogan" in table.stdout
    again = ganbench(
        *("run", "--models", MODELS, "--task", "car2car", "--preset", "smoke"),
        *("--seeds", "2", "--output", copy),
    )
    assert again.returncode == 0, again.stderr
    assert "cells: 12, to do: 1" in again.stderr
    assert {r.cell: r.metrics for r in rows(copy)} == {r.cell: r.metrics for r in rows(output)}
