"""The azimuth metrics order planted translations as they should, through a real probe."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.contracts.task import Domain
from ganbench.core.errors import Undefined
from ganbench.core.spec import DataSpec
from ganbench.registry.registry import discover

pytestmark = pytest.mark.numeric

AZIMUTHS = np.arange(-75.0, 76.0, 15.0)
PLUGIN = discover().load("metric", "azimuth")
circular_correlation = PLUGIN.compute.__globals__["circular_correlation"]
entropy_share = PLUGIN.compute.__globals__["entropy_share"]


class ReadsItself:
    """A probe for samples that are angles, with an error of `noise_deg`."""

    def __init__(self, noise_deg: float) -> None:
        self.noise_deg = noise_deg

    def predict(self, samples: torch.Tensor) -> np.ndarray:
        noise = np.random.default_rng(0).normal(0, self.noise_deg, len(samples))
        return samples.numpy().astype(float) + noise


class PlantedView:
    """A view whose translations are the given angles."""

    def __init__(self, translated_deg: np.ndarray, noise_deg: float = 2.0) -> None:
        truth = np.tile(AZIMUTHS, 20)
        constants = {"azimuths_deg": AZIMUTHS}
        self.spec = DataSpec("points", (1,), (1,), kept=("azimuth_deg",))
        self.inputs = Domain(torch.from_numpy(truth), {"azimuth_deg": truth}, constants)
        self.targets = self.inputs
        self.target_samples = torch.from_numpy(truth)
        self.fakes = torch.from_numpy(translated_deg)
        self.noise_deg = noise_deg

    def probe(self, attribute: str) -> ReadsItself:
        return ReadsItself(self.noise_deg)


INPUT = np.tile(AZIMUTHS, 20)
CHANCE = np.random.default_rng(1).permutation(INPUT)


def scores(translated_deg: np.ndarray) -> dict[str, float]:
    found: dict[str, float] = PLUGIN().compute(PlantedView(translated_deg))
    return found


def test_an_oracle_and_its_mirror_image_are_both_aligned() -> None:
    same, mirrored = scores(INPUT), scores(-INPUT)
    for found, sign in ((same, 1), (mirrored, -1)):
        assert found["azimuth_correlation"] == pytest.approx(sign, abs=0.01)
        assert found["azimuth_alignment"] > 0.99
        assert found["azimuth_rmse_deg"] < 3
        assert found["azimuth_coverage"] > 0.99
    assert same["probe_mae_deg"] == pytest.approx(2 * np.sqrt(2 / np.pi), rel=0.15)


@pytest.mark.parametrize("angle_deg", [0.0, 40.0, 170.0])
def test_a_collapsed_model_is_not_aligned_and_covers_nothing(angle_deg: float) -> None:
    found = scores(np.full_like(INPUT, angle_deg))
    assert found["azimuth_alignment"] < 0.15
    assert found["azimuth_coverage"] < 0.2


def test_what_the_probe_cannot_resolve_does_not_pass_for_alignment() -> None:
    """A constant with a trace of the input: its own scale would give a correlation of 1."""
    faint = circular_correlation(INPUT, 0.002 * INPUT, resolution_deg=2.0)
    assert circular_correlation(INPUT, 0.002 * INPUT) > 0.99
    assert faint < 0.1


def test_a_model_that_ignores_its_input_covers_but_does_not_align() -> None:
    found = scores(CHANCE)
    assert found["azimuth_alignment"] < 0.2
    assert found["azimuth_coverage"] > 0.95
    assert found["azimuth_rmse_deg"] > 40


def test_from_oracle_to_chance_the_scores_fall_steadily() -> None:
    mixed = np.random.default_rng(2).random(len(INPUT))
    steps = [scores(np.where(mixed < share, CHANCE, INPUT)) for share in (0, 0.25, 0.5, 0.75, 1)]
    alignment = [step["azimuth_alignment"] for step in steps]
    error = [step["azimuth_rmse_deg"] for step in steps]
    assert alignment == sorted(alignment, reverse=True)
    assert error == sorted(error)


angles = st.lists(st.floats(-180, 180), min_size=2, max_size=30)


@given(a=angles)
def test_correlation_is_symmetric_and_bounded(
    a: list[float],
) -> None:
    x = np.array(a)
    y = np.random.default_rng(len(a)).permutation(x)
    r = circular_correlation(x, y)
    assert np.isnan(r) or -1 - 1e-9 <= r <= 1 + 1e-9
    assert circular_correlation(y, x) == pytest.approx(r, abs=1e-6, nan_ok=True)


@given(a=angles)
def test_correlation_is_a_number_wherever_angles_differ(a: list[float]) -> None:
    """Of angles of half a circle, which have a mean direction."""
    x = np.array(a) / 2.001
    spread = np.ptp(x)
    if spread > 1e-3:
        assert circular_correlation(x, x) == pytest.approx(1)
    elif spread < 1e-9:
        assert np.isnan(circular_correlation(x, x))


def test_without_spread_there_is_no_correlation() -> None:
    """0 / 0; what the probe cannot resolve is no spread either, so it stays near 0."""
    constant = np.full_like(INPUT, 40.0)
    for resolution_deg in (0.0, 2.0):
        assert np.isnan(circular_correlation(constant, INPUT, resolution_deg))
    assert np.isnan(circular_correlation(INPUT, constant))
    assert circular_correlation(INPUT, constant, 2.0) == pytest.approx(0, abs=1e-9)
    assert np.isnan(circular_correlation(INPUT, INPUT, float("nan")))


def test_views_all_round_have_no_mean_direction_to_correlate_about() -> None:
    """What rounding leaves of it would turn any score into any other."""
    round_about = np.arange(0.0, 360.0, 30.0)
    assert np.isnan(circular_correlation(round_about, round_about + 1e-7))
    assert circular_correlation(round_about[1:], round_about[1:]) == pytest.approx(1)


def test_what_is_undefined_says_why() -> None:
    collapsed = PLUGIN().compute(PlantedView(np.full_like(INPUT, 40.0), noise_deg=0.0))
    assert "of the translations have no spread" in collapsed["azimuth_correlation"]
    assert collapsed["azimuth_alignment"] == collapsed["azimuth_correlation"]
    assert collapsed["azimuth_coverage"] == 0 and collapsed["azimuth_rmse_deg"] > 40
    view = PlantedView(np.full_like(INPUT, 40.0), noise_deg=2.0)
    still = np.zeros_like(INPUT)
    view.inputs = Domain(view.inputs.samples, {"azimuth_deg": still})
    assert "of the inputs have no spread" in PLUGIN().compute(view)["azimuth_alignment"]
    view.targets = Domain(view.fakes, {"azimuth_deg": still}, {"azimuths_deg": np.zeros(1)})
    view.target_samples = torch.from_numpy(still)
    assert "one azimuth only" in PLUGIN().compute(view)["azimuth_coverage"]


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_one_angle_that_is_not_finite_leaves_no_score(value: float) -> None:
    found = INPUT.copy()
    found[7] = value
    with pytest.raises(Undefined, match="not finite"):
        PLUGIN().compute(PlantedView(found))


def test_correlation_of_a_shifted_copy_is_one() -> None:
    assert circular_correlation(INPUT, INPUT + 123.0) == pytest.approx(1)


def test_coverage_of_one_and_of_all_bins() -> None:
    assert entropy_share(np.zeros(9), AZIMUTHS) == 0
    assert entropy_share(AZIMUTHS, AZIMUTHS) == pytest.approx(1)


def test_without_ground_truth_the_metric_says_why() -> None:
    view = PlantedView(INPUT)
    view.inputs = Domain(view.inputs.samples)
    assert PLUGIN().unsupported(view) == "the data have no ground-truth azimuth"


@pytest.mark.broad
def test_the_real_probe_reads_rendered_cars(cache_dir: Path) -> None:
    """Train identities in, unseen identities out: the error is far below chance (45 degrees)."""
    from ganbench.evaluation.probes import fit_angle_probe
    from ganbench.networks.inputs import as_input

    task_type = discover().load("task", "car2car")
    options = task_type.options_type(identities=60)
    preset = task_type.presets["smoke"]
    task = task_type(options, preset, "procedural", {}, cache_dir / "data")
    task.prepare(lambda line: None)
    probe = fit_angle_probe(task.load("train"), "azimuth_deg", cache_dir, {"test": 1})
    test = task.load("test").B
    error = np.abs(probe.predict(as_input(test.samples, "cpu")) - test.truth["azimuth_deg"])
    assert np.mean(error) < 12
    again = fit_angle_probe(task.load("train"), "azimuth_deg", cache_dir, {"test": 1})
    assert np.array_equal(
        again.predict(as_input(test.samples, "cpu")), probe.predict(as_input(test.samples, "cpu"))
    )
    assert task.spec == DataSpec("image", (3, 16, 16), (3, 16, 16), kept=("azimuth_deg",))


def test_mirrored_is_about_the_middle_of_the_views() -> None:
    """Views from 0 to 150 degrees: the mirrored range is 150 - a, not -a."""
    view = PlantedView(150 - (INPUT + 75))
    truth = {"azimuth_deg": INPUT + 75}
    view.inputs = Domain(view.inputs.samples, truth, {"azimuths_deg": AZIMUTHS + 75})
    view.targets = view.inputs
    view.target_samples = torch.from_numpy(truth["azimuth_deg"])
    found = PLUGIN().compute(view)
    assert found["azimuth_rmse_deg"] < 3
    assert found["azimuth_correlation"] < -0.99
