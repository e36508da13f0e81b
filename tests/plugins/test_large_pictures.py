"""Rendered products of 128 px, and the same enlarged from small ones: what scores tell of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.contracts.metric import Probe
from ganbench.evaluation.evaluate import Scored, evaluate, translations_of_reference
from ganbench.evaluation.fidelity.feature_cache import FeatureReader
from ganbench.evaluation.fidelity.weights import places
from ganbench.registry.registry import discover
from tests.plugins.planted import make_task

REGISTRY = discover()
METRICS = ("visible_full", "visible_quarter", "spectrum")


@pytest.fixture(scope="module")
def scored(cache_dir: Path) -> dict[str, Scored]:
    """By reference."""
    task = make_task("handbags2shoes", 128, cache_dir, products=60)
    split = task.load("test")
    metrics = {name: REGISTRY.load("metric", name)() for name in METRICS}
    reader = FeatureReader(places(cache_dir, None), cache_dir, "cpu")

    def probe(attribute: str) -> Probe:
        raise AssertionError(f"no metric of detail asks for {attribute}")

    found = {}
    for name in ("real", "upsampled"):
        made = translations_of_reference(REGISTRY.load("reference", name)(), task, split, 0)
        found[name] = evaluate({"AB": made["AB"]}, split, task.spec, metrics, probe, reader)
    return found


def test_an_enlarged_picture_lacks_the_power_of_detail(scored: dict[str, Scored]) -> None:
    real, upsampled = (scored[name].metrics["spectrum_distance"] for name in scored)
    assert isinstance(real, float) and isinstance(upsampled, float)
    assert 0 <= real < 0.25 and upsampled > 1


def test_it_is_farther_at_full_size_alone(scored: dict[str, Scored]) -> None:
    full, quarter = (
        float(scored["upsampled"].metrics[name]) - float(scored["real"].metrics[name])
        for name in ("kd_visible_full", "kd_visible_quarter")
    )
    assert full > 0.1 > abs(quarter)


def test_the_row_has_how_it_was_measured(scored: dict[str, Scored]) -> None:
    protocols = scored["real"].protocol["metrics"]
    assert {*protocols} == {*METRICS}
    assert "Hann window" in protocols["spectrum"]["power"]
    assert "full size" in protocols["visible_full"]["resizer"]
    assert "quarter of the side" in protocols["visible_quarter"]["resizer"]
    assert {"AB/spectrum_fake", "AB/spectrum_real"} <= {*scored["real"].arrays}
