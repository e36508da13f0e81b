"""`table`, `compare` and `claims` on committed rows, as they look in a terminal."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.cells import cell_len

import ganbench
from ganbench.cli.main import main

REFERENCE = Path(__file__).parents[2] / "results" / "reference"
FIGURE5, FIGURE4 = str(REFERENCE / "figure5" / "quick"), str(REFERENCE / "figure4" / "quick")
MAIN = (
    *("azimuth_alignment", "reconstruction_mse", "perceptual_efficientnet_lite0"),
    *("kd_visible", "kd_efficientnet_lite0"),
)


def ran(*arguments: str, columns: int = 100) -> Result:
    return CliRunner().invoke(main, [*arguments], env={"COLUMNS": str(columns)})


def output(*arguments: str, columns: int = 100) -> str:
    done = ran(*arguments, columns=columns)
    assert done.exit_code == 0, done.output
    return done.output


@pytest.fixture(scope="module")
def nine_models(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Of the seeds that all models have, so that further ones do not change what is laid out."""
    folder = tmp_path_factory.mktemp("nine")
    lines = (REFERENCE / "models" / "car2car-stable.jsonl").read_text("utf-8").splitlines()
    common = [line for line in lines if json.loads(line)["seed"] in (90, 91, 92)]
    (folder / "rows.jsonl").write_text("\n".join(common) + "\n", encoding="utf-8")
    return str(folder)


@pytest.mark.parametrize("columns", [80, 100])
@pytest.mark.parametrize("command", ["table", "table --all", "compare", "claims"])
def test_every_line_fits_and_no_number_is_cut(command: str, columns: int) -> None:
    told = output(*command.split(), FIGURE5, columns=columns)
    assert max(map(cell_len, told.splitlines())) <= columns
    assert "…" not in told
    numbers = {"compare": "-0.00395 ± 0.00103", "claims": "0.292 [0.290, 0.294]"}
    assert numbers.get(command, "0.00273 ± 0.00007") in told


@pytest.mark.parametrize("columns", [80, 100])
def test_many_models_stand_below_each_other(nine_models: str, columns: int) -> None:
    told = output("table", nine_models, columns=columns)
    assert max(map(cell_len, told.splitlines())) <= columns
    heads = [line for line in told.splitlines() if line.startswith("model ")]
    # Three parts of the last and of the selected checkpoints where it is narrow, else two.
    assert len(heads) == {80: 6, 100: 4}[columns]
    assert "-0.00352 ± 0.00000" in told


def test_the_short_table_has_the_main_columns_and_tells_of_the_others() -> None:
    told = output("table", FIGURE5)
    first = told[: told.index("seeds done")]
    assert [name for name in MAIN if name in first] == [*MAIN]
    assert "azimuth_rmse_deg" not in told and "_BA" not in told
    assert "35 more columns, 20 of them from B to A: --all shows them" in told
    everything = output("table", FIGURE5, "--all")
    assert "azimuth_rmse_deg" in everything and "--all" not in everything


@pytest.mark.parametrize("format_name", ["rich", "markdown", "latex", "csv", "json"])
def test_columns_and_models_are_chosen_in_every_format(format_name: str) -> None:
    chosen = ("--metrics", "modes_covered_BA,reverse_kl", "--models", "discogan,oracle")
    told = output("table", FIGURE4, *chosen, "--format", format_name)
    if format_name == "csv":
        records = list(csv.DictReader(io.StringIO(told)))
    elif format_name == "json":
        records = json.loads(told)["records"]
    else:
        plain = told.replace("\\_", "_").lower()
        assert "discogan" in plain and "oracle" in plain and "recon " not in plain
        assert "kl" in plain and "mode_collisions" not in plain and "collisions" not in plain
        return
    assert {r["metric"] for r in records} == {"modes_covered_BA", "reverse_kl"}
    assert {r["model"] for r in records} == {"discogan", "oracle"}


@pytest.mark.parametrize("format_name", ["rich", "markdown"])
def test_transposed_models_stand_below_each_other(format_name: str) -> None:
    told = output("table", FIGURE4, "--transpose", "--format", format_name, columns=40)
    starts = [line.strip("| ").split(" ")[0] for line in told.splitlines()]
    assert starts.index("standard") < starts.index("recon") < starts.index("oracle")


def test_data_formats_are_long_whatever_stands_across() -> None:
    for format_name in ("csv", "json"):
        plain = output("table", FIGURE4, "--format", format_name)
        assert output("table", FIGURE4, "--transpose", "--format", format_name) == plain


@pytest.mark.parametrize(
    ("option", "name", "fix"),
    [
        ("--metrics", "modes_coverd", "did you mean 'modes_covered'?"),
        ("--models", "discogn", "did you mean 'discogan'?"),
    ],
)
def test_a_name_that_the_rows_do_not_have(option: str, name: str, fix: str) -> None:
    done = ran("table", FIGURE4, option, name)
    assert done.exit_code == 2
    assert fix in done.output and option in done.output and "Traceback" not in done.output


def test_two_folders_are_compared() -> None:
    code = str(REFERENCE / "figure5" / "quick-code")
    told = output("compare", FIGURE5, code, "--metrics", "kd_visible", columns=80)
    assert max(map(cell_len, told.splitlines())) <= 80
    assert "0.692 ± 0.074" in told and "recipe stable and code" in " ".join(told.split())
    records = json.loads(output("compare", FIGURE5, code, "--format", "json"))["records"]
    assert {record["model"] for record in records} == {"standard", "recon", "discogan"}
    frame = ganbench.compare(FIGURE5, after=code)
    assert frame["difference"].tolist() == [record["difference"] for record in records]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((FIGURE5, FIGURE4), "no numbers that compare"),
        ((FIGURE5, FIGURE5), "the same folder twice"),
        ((FIGURE5, FIGURE5, FIGURE4), "more than two folders"),
        ((FIGURE5, FIGURE4, "--baseline", "recon"), "a baseline is a model of one folder"),
    ],
)
def test_folders_that_cannot_be_compared(arguments: tuple[str, ...], told: str) -> None:
    done = ran("compare", *arguments)
    assert done.exit_code == 2
    assert told in done.output and "fix:" in done.output and "Traceback" not in done.output


def test_claims_of_a_folder_without_a_benchmark_name_no_other_figure(nine_models: str) -> None:
    done = ran("claims", nine_models)
    assert done.exit_code == 2
    assert "was not run from a benchmark file" in done.output and "figure5" not in done.output


def test_claims_about_other_tasks_are_told(tmp_path: Path) -> None:
    benchmark = str(REFERENCE.parents[1] / "benchmarks" / "figure6.toml")
    done = ran("claims", FIGURE4, "--benchmark", benchmark)
    assert done.exit_code == 2
    assert "the claims are about face2face, the rows about toy" in done.output
    (tmp_path / "none.toml").write_text('models = ["recon"]\n')
    done = ran("claims", FIGURE4, "--benchmark", str(tmp_path / "none.toml"))
    assert done.exit_code == 2 and "there are no claims" in done.output
