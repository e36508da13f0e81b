"""`benchmarks/parity`: what two equal sides are told to be, and what one is that differs.

The authors' code is not here; the comparison itself is tested on pairs that are made up.
"""

from __future__ import annotations

import ast
import math
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from torch import nn

from benchmarks.parity.authors import (
    checkout,
    commit_of,
    define,
    importable,
    narrowed,
    parsed,
    run,
    statements,
)
from benchmarks.parity.compare import (
    BOUND,
    MODULES,
    as_markdown,
    contradictions,
    read_table,
    row_of,
    write,
)
from benchmarks.parity.pair import (
    Batch,
    Case,
    Losses,
    Matched,
    Pair,
    Side,
    biases_before_norm,
    differences,
    double_precision,
    largest,
    relative,
    same_start,
)
from ganbench.registry.registry import discover

ROOT = Path(__file__).parents[2]
SHAPES = {"A": (4, 3), "B": (4, 2)}


def linear_side(network: nn.Linear, weights: dict[str, torch.Tensor], weight: float = 1.0) -> Side:
    """Plain descent on two losses, of which `rec` has a weight."""

    def update(real: Batch, number: int) -> Losses:
        out = network(real["A"])
        terms = {"adv": out.mean(), "rec": weight * (out - real["B"]).square().mean()}
        for param, slope in zip(
            network.parameters(),
            torch.autograd.grad(sum(terms.values()), list(network.parameters())),
            strict=True,
        ):
            param.data -= 0.1 * slope
        return terms

    return Side(update, weights)


def linear_pair(weight: float = 1.0) -> Pair:
    ours, theirs = nn.Linear(3, 2), nn.Linear(3, 2)
    own, other = same_start({"G": Matched(ours, theirs)})
    return Pair(linear_side(ours, own), linear_side(theirs, other, weight), SHAPES)


CASE = Case("row", "model", "owner/name", "file.py", "recipe paper", "nothing", lambda folder: None)


def test_equal_sides_agree() -> None:
    with double_precision():
        found = differences(linear_pair())
    assert max(one.relative for one in found) == 0
    assert {one.name for one in found} == {"adv", "rec", "G.weight", "G.bias"}
    assert row_of(CASE, "0" * 40, found)["agrees"] == "yes"


def test_a_term_with_another_weight_is_told_by_its_name() -> None:
    with double_precision():
        found = differences(linear_pair(1.0 + 1e-6))
    first = [one for one in found if one.kind == "loss" and one.update == 1]
    assert {one.name: one.relative > BOUND for one in first} == {"adv": False, "rec": True}
    assert largest(found, "loss", 1).relative == pytest.approx(1e-6, rel=1e-3)
    row = row_of(CASE, "0" * 40, found)
    assert row["agrees"] == "no"
    assert float(row["weight_1"]) <= float(row["weight_2"]) <= float(row["weight_20"])


def test_one_other_weight_is_told_by_its_name() -> None:
    with double_precision():
        pair = linear_pair()
        pair.theirs.weights["G.bias"].data[1] += 1e-6
        found = differences(pair, 1)
    weights = {one.name: one.relative for one in found if one.kind == "weight"}
    assert weights["G.bias"] > BOUND
    assert weights["G.bias"] > weights["G.weight"]


def test_a_term_of_one_side_alone_is_an_error() -> None:
    pair = linear_pair()
    less = replace(
        pair.ours, update=lambda real, number: {"adv": pair.ours.update(real, number)["adv"]}
    )
    with pytest.raises(ValueError, match="update 1: loss rec on one side alone"):
        differences(replace(pair, ours=less))


def test_what_is_not_finite_does_not_agree() -> None:
    ours = torch.tensor([1.0, math.nan])
    assert relative(ours, ours) == math.inf
    assert relative(torch.zeros(2), torch.zeros(2)) == 0
    assert relative(torch.tensor(math.inf), torch.tensor(1.0)) == math.inf


def test_both_sides_draw_the_same_numbers() -> None:
    network = nn.Linear(3, 2)

    def update(real: Batch, number: int) -> Losses:
        return {"drawn": torch.rand(()) + number}

    side = Side(update, {"G": network.weight})
    found = differences(Pair(side, side, SHAPES), 3)
    assert max(one.relative for one in found) == 0


def test_a_bias_before_an_instance_norm_is_left_out() -> None:
    layers = [nn.Conv2d(3, 2, 3), nn.InstanceNorm2d(2), nn.Conv2d(2, 1, 3), nn.ReLU()]
    theirs, ours = nn.Sequential(*layers), nn.Sequential(nn.Conv2d(3, 2, 3, bias=False), layers[2])
    left_out = biases_before_norm(theirs)
    assert left_out == {"0.bias"}
    own, other = same_start({"D": Matched(ours, theirs, left_out)})
    assert [*own] == [*other] == ["D.0.weight", "D.1.weight", "D.1.bias"]
    assert torch.equal(other["D.0.weight"], ours[0].weight)
    assert not theirs[0].bias.any()


def test_parameters_of_other_shapes_have_no_counterpart() -> None:
    with pytest.raises(ValueError, match="G differ in shape"):
        same_start({"G": Matched(nn.Linear(3, 2), nn.Linear(2, 3))})


SCRIPT = """
def double(x):
    return 2 * x

def main():
    for i in range(64):
        total = 1
        total = double(total)
        if total:
            total += 64
        print "done", total
"""


def test_statements_of_a_script_run_with_values_of_ours(tmp_path: Path) -> None:
    file = tmp_path / "train.py"
    file.write_text(SCRIPT)
    names: dict[str, object] = {"total": 5}
    tree = narrowed(parsed(file), 64, 8)
    define(tree, ["double"], names)
    run(statements(tree, "total = double", "if total"), names)
    assert names["total"] == 18
    with pytest.raises(LookupError, match="no statements"):
        statements(ast.parse("a = 1"), "a", "b")


def test_modules_of_a_checkout_are_forgotten(tmp_path: Path) -> None:
    for folder, value in (("first", 1), ("second", 2)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "parity_net.py").write_text(f"import not_there\nVALUE = {value}\n")
    found = []
    for folder in ("first", "second"):
        with importable(tmp_path / folder, ["not_there"]):
            import parity_net

            found.append(parity_net.VALUE)
    assert found == [1, 2]
    with pytest.raises(ModuleNotFoundError):
        import not_there  # noqa: F401


def test_files_of_a_branch_are_there_for_a_while(tmp_path: Path) -> None:
    def git(*arguments: str) -> None:
        user = ("-c", "user.name=a", "-c", "user.email=a@example.org")
        subprocess.run(["git", "-C", str(tmp_path), *user, *arguments], check=True)

    git("init", "--quiet", "--initial-branch=first")
    for branch in ("older", "main"):
        git("checkout", "--quiet", "-b", branch)
        (tmp_path / "src").mkdir(exist_ok=True)
        (tmp_path / "src" / "net.py").write_text(branch)
        (tmp_path / "picture.gif").write_text(branch)
        git("add", ".")
        git("commit", "--quiet", "-m", branch)
    with checkout(tmp_path, "older", ["src"]) as files:
        assert (files / "src" / "net.py").read_text() == "older"
        assert [path.name for path in files.iterdir()] == ["src"]
    assert not files.exists()
    assert (tmp_path / "src" / "net.py").read_text() == "main"
    assert commit_of(tmp_path) == commit_of(tmp_path, "main") != commit_of(tmp_path, "older")


def rows_of(weight: float, departure: str) -> dict[str, str]:
    with double_precision():
        found = differences(linear_pair(weight))
    return row_of(replace(CASE, departure=departure), "0123456789" * 4, found)


def test_a_table_tells_what_agrees_and_what_departs() -> None:
    agreeing, departing = rows_of(1.0, ""), rows_of(2.0, "another weight")
    first, second, third = as_markdown([departing, agreeing]).split("\n\n")
    assert first.endswith("| row | owner/name `0123456` | 0.0e+00 / 0.0e+00 / 0.0e+00 |"
                          " 0.0e+00 / 0.0e+00 / 0.0e+00 |")  # fmt: skip
    assert "| row | another weight | 5.0e-01 / " in second
    assert third.count("- row: recipe paper; nothing.") == 2


def test_a_row_that_is_not_as_it_ought_to_be_is_named() -> None:
    for weight, departure, is_wrong in (
        (1.0, "", False),
        (2.0, "", True),
        (2.0, "another weight", False),
        (1.0, "another weight", True),
    ):
        assert contradictions([rows_of(weight, departure)]) == ["row"] * is_wrong


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    rows = [rows_of(1.0, ""), rows_of(2.0, "another weight, twice as large")]
    write(tmp_path / "parity.csv", rows)
    assert read_table(tmp_path / "parity.csv") == rows
    assert (tmp_path / "parity.md").read_text() == as_markdown(rows)


COMMITTED = read_table(ROOT / "benchmarks" / "parity" / "parity.csv")


def test_the_committed_table_agrees_for_every_model() -> None:
    assert not contradictions(COMMITTED)
    agreeing = {row["model"] for row in COMMITTED if row["agrees"] == "yes"}
    assert agreeing == set(discover().of_kind("model"))
    for row in COMMITTED:
        numbers = [float(value) for name, value in row.items() if name[-1] in "120" and value]
        assert len(numbers) == 6
        assert (max(numbers) <= BOUND) == (row["agrees"] == "yes")
        assert len(row["commit"]) == 40 and row["terms"] and int(row["weights"])


def test_the_committed_table_is_of_the_cases_that_there_are() -> None:
    cases = [case for module in MODULES for case in module.CASES]
    fields = ("name", "model", "repository", "files", "settings", "adapted", "departure")
    told = [tuple(row[{"name": "row"}.get(name, name)] for name in fields) for row in COMMITTED]
    assert told == [tuple(getattr(case, name) for name in fields) for case in cases]


def test_the_page_of_models_has_the_table() -> None:
    page = (ROOT / "docs" / "models.md").read_text(encoding="utf-8")
    for block in as_markdown(COMMITTED).split("\n\n")[:2]:
        assert block in page
