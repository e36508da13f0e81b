"""A training that begins several times: which start it goes on from, and that nothing else
changes.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Literal, get_args

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Model
from ganbench.contracts.task import Domain, Split
from ganbench.core.errors import UserError
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.averages import evaluation_mode
from ganbench.networks.builder import NetworkBuilder
from ganbench.training import checkpoint
from ganbench.training.loop import (
    CHECKPOINT,
    LOSS_LOG,
    Interrupted,
    Outcome,
    Plan,
    Run,
    train_together,
)
from ganbench.training.optimisers import optimisers_of
from ganbench.training.restarts import ONE_START, Restarts, Tried, restarts_of
from ganbench.training.start_scores import distance_correlation, likeness, spread, start_score
from tests.plugins.test_models import IMAGES, POINTS
from tests.training.test_ingredients import BUILT_IN, with_all
from tests.training.test_loop import data, state

pytestmark = pytest.mark.numeric
THREE = Restarts(number=3, steps=4)
STEPS = 18
Fresh = Callable[[int], Model]
Measure = Callable[[torch.Tensor, torch.Tensor], float]
StartsBy = Literal["distances", "likeness"]


def run_of(fresh: Fresh, folder: Path, restarts: Restarts = THREE, steps: int = STEPS) -> Run:
    folder.mkdir(exist_ok=True, parents=True)
    plan = Plan(steps, batch_size=8, seed=0, restarts=restarts)
    return Run(fresh(0), plan, folder, lambda *_: None, fresh=fresh)


def trained(
    runs: Sequence[Run], spec: DataSpec = POINTS, stop_at: int | None = None
) -> list[Outcome]:
    polls = itertools.count(1)
    return train_together(runs, data(spec), lambda: next(polls) == stop_at)


def of_points(seed: int, starts_by: StartsBy = "distances") -> Model:
    model_type = BUILT_IN.load("model", "discogan")
    model: Model = model_type(replace(model_type.recipes(POINTS)["paper"], starts_by=starts_by))
    model.build(NetworkBuilder(POINTS, Architecture(4, 6), seed))
    return model


@given(number=st.integers(1, 5), steps=st.integers(1, 9), more=st.integers(0, 30))
def test_every_start_begins_at_the_beginning_and_one_goes_on(
    number: int, steps: int, more: int
) -> None:
    restarts = Restarts(number, steps)
    at = [restarts.at(step) for step in range(number * steps + more)]
    assert at == [*range(steps)] * (number - 1) + [*range(steps + more)]
    over = [done for done in range(1, len(at) + 1) if restarts.is_over(done)]
    assert over == [steps * (i + 1) for i in range(number)]


def test_one_start_is_a_plain_training() -> None:
    assert [ONE_START.at(step) for step in range(5)] == [*range(5)]
    assert not any(ONE_START.is_over(done) for done in range(5))


@given(st.integers(1, 2_000), st.integers(1, 6), st.integers(1, 64), st.floats(0.01, 4))
def test_starts_take_at_most_half_of_the_budget(
    budget: int, number: int, batch: int, kimg: float
) -> None:
    hparams = HParams(starts=number, start_kimg=kimg, batch_size=batch)
    restarts = restarts_of(hparams, budget)
    assert restarts.number * restarts.steps <= budget / 2
    wanted = -(-1_000 * kimg // batch)
    if number > 1 and wanted * number <= budget / 2:
        assert restarts == Restarts(number, int(wanted))


@pytest.mark.parametrize("starts_by", get_args(StartsBy))
def test_what_goes_on_is_the_best_start_to_the_last_bit(
    tmp_path: Path, starts_by: StartsBy
) -> None:
    """Against each start, trained by itself; POINTS draw nothing, so the random state is no
    matter.
    """
    of_start = partial(of_points, starts_by=starts_by)
    scores = []
    for start in range(3):
        run = run_of(
            lambda _, start=start: of_start(start), tmp_path / str(start), ONE_START, THREE.steps
        )
        trained([run])
        scores.append(start_score(run.model, data(POINTS), "cpu"))
    best = scores.index(max(scores))
    assert best != 2, "the last start would go on by itself"
    together = run_of(of_start, tmp_path / "all")
    (outcome,) = trained([together])
    straight = run_of(
        lambda _: of_start(best), tmp_path / "straight", ONE_START, STEPS - 2 * THREE.steps
    )
    trained([straight])
    assert outcome.position.start_scores == tuple(scores)
    expected = state(straight.model)
    assert all(torch.equal(value, expected[key]) for key, value in state(together.model).items())


def of_images(start: int) -> Model:
    """With every ingredient."""
    return with_all("discogan", start)


@pytest.fixture(scope="module")
def straight(tmp_path_factory: pytest.TempPathFactory) -> tuple[Run, Outcome]:
    run = run_of(of_images, tmp_path_factory.mktemp("straight"))
    (outcome,) = trained([run], IMAGES)
    return run, outcome


@pytest.mark.parametrize("stop_at", [4, 6, 12, 15])
def test_interrupted_and_resumed_equals_a_straight_run(
    straight: tuple[Run, Outcome], tmp_path: Path, stop_at: int
) -> None:
    """In and at the end of each start and after them."""
    whole, expected = straight
    with pytest.raises(Interrupted):
        trained([run_of(of_images, tmp_path)], IMAGES, stop_at)
    resumed = run_of(of_images, tmp_path)
    (outcome,) = trained([resumed], IMAGES)
    assert outcome.position.start_scores == expected.position.start_scores
    weights = state(whole.model)
    assert all(torch.equal(value, weights[key]) for key, value in state(resumed.model).items())
    assert (tmp_path / LOSS_LOG).read_text() == (whole.folder / LOSS_LOG).read_text()


def test_the_best_start_is_in_the_checkpoint_while_others_are_to_come(tmp_path: Path) -> None:
    for stop_at, has_best in ((3, False), (6, True), (13, False)):
        with pytest.raises(Interrupted):
            trained([run_of(of_points, tmp_path / str(stop_at))], stop_at=stop_at)
        stored = checkpoint.read(tmp_path / str(stop_at) / CHECKPOINT)
        assert stored is not None
        assert bool(checkpoint.best_of(stored[0])) == has_best


def test_stacked_seeds_choose_each_their_own_start(tmp_path: Path) -> None:
    def fresh_of(seed: int) -> Fresh:
        return lambda start: of_points((seed + start) % 3)

    stack = [run_of(fresh_of(seed), tmp_path / f"stack-{seed}") for seed in (1, 2, 3)]
    outcomes = trained(stack)
    for seed, stacked, outcome in zip((1, 2, 3), stack, outcomes, strict=True):
        single = run_of(fresh_of(seed), tmp_path / f"single-{seed}")
        (alone,) = trained([single])
        pairs = zip(alone.position.start_scores, outcome.position.start_scores, strict=True)
        assert all(a == pytest.approx(b, abs=1e-3) for a, b in pairs)
        expected = state(single.model)
        for key, value in state(stacked.model).items():
            assert torch.allclose(value, expected[key], atol=5e-3), key
    chosen = {max(range(3), key=o.position.start_scores.__getitem__) for o in outcomes}
    assert len(chosen) > 1, "these seeds must not all choose alike"


def test_tensors_keep_their_memory_and_optimisers_forget() -> None:
    model = of_points(0)
    optimisers = optimisers_of(model)
    for optimiser in optimisers.values():
        for param in optimiser.param_groups[0]["params"]:
            param.grad = torch.ones_like(param)
        optimiser.step()
    before = {n: v.data_ptr() for n, v in checkpoint.tensors_of(model, optimisers).items()}
    tried = Tried()
    tried.add(0.5, model, optimisers, 2, of_points)
    after = checkpoint.tensors_of(model, optimisers)
    assert {name: value.data_ptr() for name, value in after.items()} == before
    fresh = of_points(1).state_dict()
    assert all(torch.equal(value, fresh[name]) for name, value in model.state_dict().items())
    assert all(not value.any() for name, value in after.items() if name.startswith("optimiser/"))


@pytest.mark.parametrize("scores", [(float("nan"), 0.1), (0.1, float("nan")), (float("nan"),) * 2])
def test_a_start_without_a_score_goes_on_only_where_all_are_so(scores: tuple[float, float]) -> None:
    model = of_points(0)
    tried = Tried()
    for score in scores:
        tried.add(score, model, {}, 2, of_points)
    best = int(scores[1] == 0.1)
    expected = of_points(best).state_dict()
    assert all(torch.equal(value, expected[name]) for name, value in model.state_dict().items())


@given(st.integers(0, 100), st.floats(0.1, 10))
def test_turned_and_scaled_points_keep_all_distances(seed: int, scale: float) -> None:
    generator = torch.Generator().manual_seed(seed)
    points = torch.randn(30, 2, generator=generator)
    turn, _ = torch.linalg.qr(torch.randn(2, 2, generator=generator))
    assert distance_correlation(points, scale * points @ turn + 3) == pytest.approx(1, abs=1e-4)


def test_pieces_keep_fewer_distances_than_a_smooth_mapping() -> None:
    views = torch.linspace(-1, 1, 60)

    def on_an_arc(x: torch.Tensor) -> torch.Tensor:
        return torch.stack([x.cos(), x.sin()], dim=1)

    mirrored = distance_correlation(on_an_arc(views), on_an_arc(-views))
    wrapped = distance_correlation(on_an_arc(views), on_an_arc((views + 1.6) % 2 - 1))
    in_part = torch.where(views > 0.3, 1.3 - views, views)
    assert mirrored > 0.99
    assert distance_correlation(on_an_arc(views), on_an_arc(in_part)) < 0.95
    assert wrapped < 0.6


@given(st.integers(0, 100), st.floats(0.1, 10), st.floats(-3, 3))
def test_likeness_knows_what_has_changed_places_and_distances_do_not(
    seed: int, scale: float, shift: float
) -> None:
    """Of two traits, of a trait that is mirrored, and of colours; a lighter or paler sample is as
    like its input as can be.
    """
    points = torch.randn(200, 2, generator=torch.Generator().manual_seed(seed))
    colours = points.new_zeros(200, 3, 16, 16)
    colours[:, :2] = points[:, :, None, None]
    for x, changed in (
        (points, points.flip(1)),
        (points, points * torch.tensor([1.0, -1.0])),
        (colours, colours.roll(1, dims=1)),
    ):
        assert distance_correlation(x, changed) == pytest.approx(1)
        assert likeness(x, changed) < 0.5
        assert likeness(x, scale * x + shift) == pytest.approx(1, abs=1e-3)


def test_the_score_of_a_start_is_the_mean_of_its_measure_over_directions() -> None:
    model, split = of_points(0, "likeness"), data(POINTS)
    with evaluation_mode(model), torch.no_grad():
        like = [
            likeness(
                split.domain(source).samples, model.translate(split.domain(source).samples, to)
            )
            for source, to in (("A", "B"), ("B", "A"))
        ]
    assert start_score(model, split, "cpu") == pytest.approx(sum(like) / 2)


UNLIKE = {
    "shape": replace(IMAGES, B=(1, *IMAGES.B[1:])),
    "kind": DataSpec(("points", "attributes"), (4,), (4,)),
}


@pytest.mark.parametrize("unlike", UNLIKE.values(), ids=UNLIKE)
def test_samples_of_unlike_shapes_or_kinds_have_no_likeness(unlike: DataSpec) -> None:
    hparams = HParams(starts=2, starts_by="likeness")
    hparams.require_supported(IMAGES)
    replace(hparams, starts=1).require_supported(unlike)
    with pytest.raises(UserError, match="no likeness") as error:
        hparams.require_supported(unlike)
    assert (error.value.where, error.value.fix) == (
        "starts_by=likeness",
        "set starts_by=distances for this task",
    )


def test_recipe_thorough_is_for_domains_of_one_shape() -> None:
    recipes = BUILT_IN.load("model", "discogan").recipes
    assert recipes(IMAGES)["thorough"].starts_by == "likeness"
    assert "thorough" not in recipes(UNLIKE["shape"])


@pytest.mark.parametrize("measure", [distance_correlation, likeness])
@pytest.mark.parametrize("bad", ["few", "equal", "infinite"])
def test_samples_that_tell_nothing_have_no_correlation(bad: str, measure: Measure) -> None:
    inputs = torch.rand(2 if bad == "few" else 9, 3, 16, 16)
    made = torch.full_like(inputs, 0.5) if bad == "equal" else inputs.clone()
    if bad == "infinite":
        made[4, 1, 2, 3] = float("inf")
    value = measure(inputs, made)
    assert math.isnan(value)


def test_scoring_leaves_a_model_as_it_is_and_does_not_depend_on_its_mode() -> None:
    model = with_all("discogan")
    before, rng = state(model), torch.get_rng_state()
    model.train()
    first = start_score(model, data(IMAGES), "cpu")
    assert model.training
    model.eval()
    assert start_score(model, data(IMAGES), "cpu") == first
    assert not model.training
    assert all(torch.equal(value, before[name]) for name, value in state(model).items())
    assert torch.equal(rng, torch.get_rng_state())


def test_samples_that_lie_sorted_are_taken_from_everywhere() -> None:
    few, many = spread(torch.arange(7.0)), spread(torch.arange(1_250.0))
    assert few.tolist() == [*range(7)]
    assert len(many) == 500
    assert many[-1] > 1_245
    assert many.diff().max() <= 3


def test_a_plan_with_restarts_needs_other_starts(tmp_path: Path) -> None:
    plan = Plan(STEPS, batch_size=8, seed=0, restarts=THREE)
    run = Run(of_points(0), plan, tmp_path, lambda *_: None)
    points = Domain(torch.randn(20, 2))
    with pytest.raises(ValueError, match="other starts"):
        train_together([run], Split(points, points), lambda: False)
