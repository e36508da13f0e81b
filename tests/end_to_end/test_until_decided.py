"""`ganbench run --until-decided`: the real command, its looks, and what is told of them later."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ganbench as package
from ganbench.results.folder import read_rows
from ganbench.results.looks import read_looks
from tests.conftest import Command

BENCHMARK = """
models = ["standard", "recon"]
tasks = ["toy"]
seeds = 10
preset = "smoke"

[[claims]]
id = "covers-little"
figure = "4"
text = "After two steps no ten modes are covered."
task = "toy"
metric = "modes_covered"
model = "standard"
at_most = 9.5

[[claims]]
id = "no-better"
figure = "4"
text = "After two steps a reconstruction is no help."
task = "toy"
metric = "modes_covered"
better = "recon"
worse = "standard"
"""


@pytest.fixture(scope="module")
def benchmark(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("benchmark") / "own.toml"
    path.write_text(BENCHMARK)
    return path


@pytest.fixture(scope="module")
def arguments(benchmark: Path) -> tuple[str | Path, ...]:
    own = ("--steps", "2", "--references", "none", "--device", "cpu")
    return ("run", benchmark, "--until-decided", *own)


@pytest.fixture(scope="module")
def stopped(
    ganbench: Command, arguments: tuple[str | Path, ...], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Where --max-seeds has ended it before anything could be decided."""
    output = tmp_path_factory.mktemp("until") / "out"
    done = ganbench(*arguments, "--max-seeds", "4", "--output", output)
    assert done.returncode == 0, done.stderr
    assert "look at 4 seeds: 0 of 2 claims decided; undecided: covers-little" in done.stderr
    assert "there may be no further seed (--max-seeds)" in done.stderr
    assert "4 seeds can decide nothing; 5 can" in " ".join(done.stdout.split())
    return output


def verdicts(ganbench: Command, output: Path) -> dict[str, tuple[str, int, str]]:
    done = ganbench("claims", output, "--format", "json")
    claims = json.loads(done.stdout)["claims"]
    return {c["id"]: (c["verdict"], c["n"], c["design"]) for c in claims}


def test_it_goes_on_to_the_verdicts_and_no_further(
    ganbench: Command, arguments: tuple[str | Path, ...], stopped: Path
) -> None:
    shown = ganbench(*arguments, "--max-seeds", "9", "--output", stopped, "--dry-run")
    assert "cells: 10, to do: 2" in shown.stdout
    assert "where a claim is undecided, up to 8 cells of further seeds" in shown.stdout
    done = ganbench(*arguments, "--max-seeds", "9", "--workers", "2", "--output", stopped)
    assert done.returncode == 0, done.stderr
    seeds = {(row.model, row.seed) for row in read_rows(stopped).rows}
    assert seeds == {(model, n) for model in ("standard", "recon") for n in range(8)}
    assert "covers-little replicated by 6 (e for" in done.stderr
    assert verdicts(ganbench, stopped) == {
        "covers-little": ("replicated", 6, "until decided"),
        "no-better": ("not replicated", 8, "until decided"),
    }
    again = ganbench(*arguments, "--max-seeds", "9", "--output", stopped)
    assert "cells: 10, to do: 0" in again.stderr and "2 of 2 claims decided" in again.stderr
    assert {look.design for look in read_looks(stopped)} == {"until decided"}


def test_tests_of_models_say_that_seeds_were_added(ganbench: Command, stopped: Path) -> None:
    told = " ".join(ganbench("compare", stopped).stdout.split())
    assert "seeds were added until the claims of the folder's benchmark were decided" in told or (
        "no two models have a metric" in told
    )


def test_a_fixed_number_looked_at_twice_is_told(
    ganbench: Command, benchmark: Path, tmp_path: Path
) -> None:
    for seeds in ("1", "2"):
        done = ganbench(
            *("run", benchmark, "--seeds", seeds, "--steps", "2", "--references", "none"),
            *("--device", "cpu", "--output", tmp_path / "out"),
        )
    told = " ".join(done.stdout.split())
    assert "looked at before, at 1 seed, and then at 2" in told


def test_python_does_the_same(benchmark: Path, tmp_path: Path, cache_dir: Path) -> None:
    frame = package.run(
        benchmark=benchmark,
        until_decided=True,
        max_seeds=5,
        budget={"budget_steps": 2},
        references=[],
        device="cpu",
        backend="here",
        output=tmp_path / "out",
        cache_dir=cache_dir,
    )
    assert sorted(frame["seed"].unique()) == [0, 1, 2, 3, 4]
    found = package.verdicts(tmp_path / "out").set_index("id")
    assert found.loc["covers-little", "design"] == "until decided"
    assert found.loc["covers-little", "n"] == 5


def test_without_claims_there_is_nothing_to_decide(ganbench: Command, tmp_path: Path) -> None:
    done = ganbench("run", "--models", "standard", "--task", "toy", "--until-decided")
    assert done.returncode == 2
    assert "there is nothing to decide" in done.stderr and "--until-decided" in done.stderr
