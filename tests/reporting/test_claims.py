"""Benchmark files, the verdicts on their claims, and paired comparisons."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from ganbench.core.errors import UserError
from ganbench.core.spec import Column, column_of
from ganbench.registry.registry import discover
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.comparisons import comparison_sheets
from ganbench.results.benchmark_file import Claim, parse_benchmark, read_benchmark
from ganbench.results.records import Row
from tests.reporting.test_tables import BASE

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"
COLUMNS = {
    "score": Column("", True, "higher is better"),
    "loss": Column("", False, "lower is better"),
    "sign": Column("", None, "neither"),
}
BETTER = Claim("c", "4", "text", "toy", "score", better="new", worse="old")
BOUND = Claim("b", "4", "text", "toy", "score", model="new", at_least=5.0)
NOISE = (0.1, -0.1, 0.2, 0.0, -0.2, 0.1, -0.1, 0.05)


def rows(model: str, values: Any, metric: str = "score", **changes: Any) -> list[Row]:
    base = structs.replace(BASE, model=model, **changes)
    return [
        structs.replace(
            base, cell=f"{model}{seed}{metric}{changes}", seed=seed, metrics={metric: value}
        )
        for seed, value in enumerate(values)
    ]


def verdict(claim: Claim, found: list[Row], *others: Claim) -> dict[str, Any]:
    (sheet,) = claim_sheets([claim, *others], found, COLUMNS)
    return dict(sheet.records[0])


def shifted(by: float, n: int = 8) -> list[float]:
    return [5 + by + noise for noise in NOISE[:n]]


def test_a_clear_difference_is_replicated_and_its_opposite_is_not() -> None:
    for by, expected in ((2.0, "replicated"), (-2.0, "not replicated")):
        found = verdict(BETTER, rows("new", shifted(by)) + rows("old", [5.0] * 8))
        assert found["verdict"] == expected
        assert found["effect"] == pytest.approx(by, abs=0.1)
        assert found["ci_low"] < found["effect"] < found["ci_high"]
        assert (found["n"], found["p"]) == (8, pytest.approx(2 / 256))
        assert found["id"] == "c" and found["figure"] == "4"


def test_where_lower_is_better_the_effect_still_speaks_for_the_claim() -> None:
    claim = replace(BETTER, metric="loss")
    found = rows("new", shifted(-2.0), "loss") + rows("old", [5.0] * 8, "loss")
    assert verdict(claim, found)["verdict"] == "replicated"
    assert verdict(claim, found)["effect"] > 0


def test_a_difference_below_the_margin_is_not_replicated_however_sure() -> None:
    found = rows("new", shifted(0.3)) + rows("old", [5.0] * 8)
    assert verdict(BETTER, found)["verdict"] == "replicated"
    assert verdict(replace(BETTER, margin=1.0), found)["verdict"] == "not replicated"


def test_too_few_seeds_decide_nothing_and_say_how_many_would() -> None:
    found = verdict(BETTER, rows("new", shifted(2.0, 5)) + rows("old", [5.0] * 5))
    assert found["verdict"] == "undecided"
    assert "5 seeds can decide none of 1 tests; 6 can" in found["reason"]


def test_holm_runs_over_the_comparisons_of_a_sheet() -> None:
    found = rows("new", shifted(2.0, 6)) + rows("old", [5.0] * 6)
    assert verdict(BETTER, found)["verdict"] == "replicated"
    twice = verdict(BETTER, found, replace(BETTER, id="d"))
    assert twice["verdict"] == "undecided"
    assert twice["p"] == pytest.approx(2 * 2 / 64)


@pytest.mark.parametrize(
    ("bounds", "values", "expected"),
    [
        ({"at_least": 5.0}, shifted(1.0), "replicated"),
        ({"at_least": 5.0}, shifted(-1.0), "not replicated"),
        ({"at_least": 5.0}, shifted(0.0), "undecided"),
        ({"at_least": 5.0}, [5.0] * 3, "replicated"),
        ({"at_most": 5.0}, shifted(-1.0), "replicated"),
        ({"at_most": 5.0}, shifted(1.0), "not replicated"),
        ({"at_least": 5.0}, [9.0], "undecided"),
    ],
)
def test_a_bound_is_decided_by_the_interval(
    bounds: dict[str, float], values: list[float], expected: str
) -> None:
    claim = Claim("b", "4", "text", "toy", "score", model="new", **bounds)  # type: ignore[arg-type]
    assert verdict(claim, rows("new", values))["verdict"] == expected


def test_missing_and_diverged_seeds_are_dropped_or_told() -> None:
    found = rows("new", shifted(2.0)) + rows("old", [5.0] * 7)
    assert verdict(BETTER, found)["n"] == 7
    assert "no row of old" in verdict(BETTER, rows("new", shifted(2.0)))["reason"]
    lost = [structs.replace(row, metrics={}, status="diverged") for row in rows("old", [0.0] * 8)]
    assert verdict(BETTER, rows("new", shifted(2.0)) + lost)["verdict"] == "undecided"


def test_each_recipe_gets_verdicts_of_its_own() -> None:
    code = [
        structs.replace(r, recipe="code", cell=r.cell + "code") for r in rows("new", shifted(-2.0))
    ]
    old = [structs.replace(r, recipe="code", cell=r.cell + "code") for r in rows("old", [5.0] * 8)]
    sheets = claim_sheets(
        [BETTER], rows("new", shifted(2.0)) + rows("old", [5.0] * 8) + code + old, COLUMNS
    )
    told = {sheet.records[0]["recipe"]: sheet.records[0]["verdict"] for sheet in sheets}
    assert told == {"paper": "replicated", "code": "not replicated"}


def test_a_claim_may_compare_with_a_reference() -> None:
    real = rows("old", [5.0] * 8, recipe="", hparams={})
    assert verdict(BETTER, rows("new", shifted(2.0)) + real)["verdict"] == "replicated"


def test_a_metric_without_a_better_end_cannot_be_claimed() -> None:
    with pytest.raises(UserError, match="neither end of sign is better"):
        verdict(replace(BETTER, metric="sign"), rows("new", [1.0], "sign"))
    with pytest.raises(UserError, match="unknown metric 'scor'"):
        verdict(replace(BETTER, metric="scor"), rows("new", [1.0]))


CLAIM = {"id": "c", "figure": "4", "text": "t", "task": "toy", "metric": "score"}


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ({"modles": []}, "unknown key 'modles'"),
        ({"models": "standard"}, "models must be a list"),
        ({"models": [1]}, "models must be a list of names"),
        ({"seeds": 0}, "seeds must be a number or a list"),
        ({"seeds": [1, -1]}, "seeds must be"),
        ({"seeds": True}, "seeds must be"),
        ({"preset": 3}, "preset must be a text"),
        ({"set": {"toy": 3}}, "set.toy must be a table"),
        ({"claims": [1]}, "claims must be tables"),
        ({"claims": [{**CLAIM, "better": "a"}]}, "either compares or has a bound"),
        ({"claims": [{**CLAIM, "model": "a"}]}, "either compares or has a bound"),
        ({"claims": [{**CLAIM, "model": "a", "at_least": "x"}]}, "at_least must be a number"),
        ({"claims": [{**CLAIM, "model": "a", "at_least": 1, "margin": 1}]}, "margin"),
        ({"claims": [{**CLAIM, "mdoel": "a"}]}, "unknown key 'mdoel'"),
        ({"claims": [{"id": "c"}]}, "the claim has no figure"),
        ({"claims": [{**CLAIM, "model": "a", "at_most": 1}] * 2}, "two claims have the id"),
    ],
)
def test_mistakes_in_a_file(content: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message) as raised:
        parse_benchmark(content, "", "file.toml")
    assert "file.toml" in raised.value.where


def test_what_is_no_toml_is_told(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("models = [")
    (tmp_path / "binary.toml").write_bytes(b"\xff\xfe")
    for name in ("bad.toml", "binary.toml", "missing.toml"):
        with pytest.raises(UserError, match="cannot be read"):
            read_benchmark(tmp_path / name)


def test_a_file_is_read_whole() -> None:
    content = {
        "models": ["a", "b", "a"],
        "seeds": 3,
        "set": {"toy": {"sigma_A": 0.1, "final_relu": True}},
    }
    found = parse_benchmark(content, "", "f")
    assert (found.models, found.seeds) == (("a", "b"), (0, 1, 2))
    assert found.sets == ("toy.sigma_A=0.1", "toy.final_relu=true")


@pytest.mark.parametrize("path", sorted(BENCHMARKS.glob("*.toml")), ids=lambda p: p.stem)
def test_the_benchmarks_name_only_what_there_is(path: Path) -> None:
    file, registry = read_benchmark(path), discover()
    assert file.claims and file.title
    for claim in file.claims:
        assert claim.task in file.tasks
        assert column_of(claim.metric, registry.columns)
        named = {claim.better, claim.worse, claim.model} - {""}
        references = registry.load("task", claim.task).references
        assert {claim.better, claim.model} - {""} <= set(file.models)
        assert named <= {*file.models, *references}
    for kind, found in (("model", file.models), ("task", file.tasks)):
        for name in found:
            registry.find(kind, name)  # type: ignore[arg-type]


def comparison(found: list[Row], baseline: str = "", metrics: tuple[str, ...] = ()) -> Any:
    (sheet,) = comparison_sheets(found, COLUMNS, baseline, metrics, "t")
    return sheet


def test_models_are_compared_pair_by_pair_but_not_with_references() -> None:
    found = [
        *rows("a", shifted(0.0)),
        *rows("b", shifted(1.0)),
        *rows("c", shifted(3.0)[::-1]),
        *rows("oracle", [9.0] * 8, recipe="", hparams={}),
    ]
    sheet = comparison(found)
    pairs = [(r["first"], r["second"]) for r in sheet.records]
    assert pairs == [("b", "a"), ("c", "a"), ("c", "b")]
    assert [r["difference"] for r in sheet.records] == pytest.approx([1.0, 3.0, 2.0])
    assert all(r["p_holm"] >= r["p"] for r in sheet.records)
    assert all(r["family"] == 3 and r["n"] == 8 for r in sheet.records)
    against = comparison(found, baseline="b")
    assert [(r["first"], r["second"]) for r in against.records] == [("a", "b"), ("c", "b")]


def test_a_metric_that_is_the_same_for_all_is_no_test() -> None:
    assert not comparison(rows("a", [1.0] * 4) + rows("b", [1.0] * 4)).records


def test_a_family_that_cannot_be_significant_says_so() -> None:
    sheet = comparison(rows("a", shifted(0.0, 3)) + rows("b", [1.0] * 3))
    (note,) = [n for n in sheet.notes if "can give no p below" in n]
    assert "3 seeds can give no p below 0.250" in note and "take 6 seeds or more" in note
    assert sheet.records[0]["seeds_needed"] == 6


def test_of_one_seed_there_is_no_interval_and_no_test() -> None:
    sheet = comparison(rows("a", [1.0]) + rows("b", [2.0]))
    assert sheet.lines == (("score ↑", "b − a", "1.00", "none", "none", "1", "none"),)
    assert sheet.notes == (
        "differences of one seed: there is no interval and no test; take more seeds",
    )
    (claims,) = claim_sheets([BETTER], rows("new", [2.0]) + rows("old", [1.0]), COLUMNS)
    assert claims.lines[0][3:] == ("undecided", "1.00", "none", "1")
    assert not any("interval" in note or "Holm" in note for note in claims.notes)


def test_unknown_names_are_told() -> None:
    found = rows("a", shifted(0.0)) + rows("b", shifted(1.0))
    with pytest.raises(UserError, match="unknown model 'x'"):
        comparison(found, baseline="x")
    with pytest.raises(UserError, match="unknown metric 'x'"):
        comparison(found, metrics=("x",))
