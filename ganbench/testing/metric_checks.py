"""What holds for every metric, on small made samples whose attributes a made probe reads."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.metric import Metric
from ganbench.contracts.task import Domain, Split
from ganbench.core.errors import Undefined
from ganbench.core.spec import DataSpec, column_of
from ganbench.evaluation.evaluate import DirectionView, Translation, as_floats
from ganbench.evaluation.fidelity.weights import places
from ganbench.task_families.mixtures import circle_centres, mixture
from ganbench.testing.known_features import KnownFeatures, KnownReader
from ganbench.testing.subjects import NotApplicable, Subject, random_states, require, require_reason

N = 12
SIDE = 16
MODES = 4
POINTS = 400
AZIMUTHS_DEG = np.arange(-60.0, 61.0, 15.0)
IMAGES = DataSpec("image", (3, SIDE, SIDE), (3, SIDE, SIDE), ("azimuth_deg", "colour"), "marked")
DRAWINGS = DataSpec("image", (3, SIDE, SIDE), (3, SIDE, SIDE), drawn=("A",))
PLANE = DataSpec("points", (2,), (2,), ("mode",))


@dataclass(frozen=True)
class ByBrightness:
    """Reads what `pictures` has drawn: an attribute's value in the mean of a channel."""

    attribute: str

    def predict(self, samples: Tensor) -> np.ndarray:
        level = samples.mean((2, 3)).numpy()
        if self.attribute == "azimuth_deg":
            return np.asarray((level[:, 0] - 0.5) * 400, dtype=np.float64)
        channel = {"colour": 1, "marked": 2}[self.attribute]
        return np.asarray(level[:, channel] > 0.5)


def pictures(seed: int, marked: bool) -> Domain:
    """Of stripes whose place is each picture's own, and whose channels hold the attributes."""
    rng = np.random.default_rng(seed)
    truth = {
        "azimuth_deg": rng.choice(AZIMUTHS_DEG, N),
        "colour": rng.random(N) < 0.5,
        "marked": np.full(N, marked),
    }
    levels = np.stack(
        [
            0.5 + truth["azimuth_deg"] / 400,
            0.3 + 0.4 * truth["colour"],
            0.3 + 0.4 * truth["marked"],
        ],
        axis=1,
    )
    phases = (2 * np.pi * rng.random(N))[:, None]
    stripes = 0.2 * np.sign(np.sin(phases + np.arange(SIDE) * np.pi / 8))
    images = levels[:, :, None, None] + stripes[:, None, None, :]
    pixels = torch.from_numpy((255 * images.clip(0, 1)).round().astype(np.uint8))
    pixels = pixels.expand(N, 3, SIDE, SIDE).contiguous()
    return Domain(pixels, truth, {"azimuths_deg": AZIMUTHS_DEG})


@dataclass(frozen=True)
class Scene:
    """Data, and what a perfect model would make of them."""

    name: str
    spec: DataSpec
    split: Split
    perfect: Tensor

    @property
    def inputs(self) -> Tensor:
        """As a model gets them, and gives them back if it is perfect."""
        return as_floats(self.split.A.samples)

    @property
    def noise(self) -> Tensor:
        generator = torch.Generator().manual_seed(5)
        scale = self.spec.kinds["B"].noise_scale
        return scale * torch.rand(self.perfect.shape, generator=generator)

    @property
    def graded(self) -> Tensor:
        """From perfect translations to noise, in the inputs' order."""
        share = torch.linspace(0, 1, len(self.perfect)).view(-1, *[1] * (self.perfect.ndim - 1))
        return (1 - share) * self.perfect + share * self.noise


def scenes() -> Iterator[Scene]:
    """Pictures with attributes, drawings to pictures, and a mixture of points."""
    split = Split(pictures(0, marked=False), pictures(1, marked=True))
    inputs = as_floats(split.A.samples)
    perfect = inputs.clone()
    perfect[:, 2] += 0.4  # the mark, and nothing else
    yield Scene("pictures", IMAGES, split, perfect.clamp(0, 1))
    yield Scene("drawings", DRAWINGS, Split(Domain(drawn(inputs)), Domain(split.B.samples)), inputs)
    centres = circle_centres(MODES, 2.0)
    plane = Split(mixture(centres, 0.1, POINTS, 0), mixture(3 * centres, 0.1, POINTS, 1))
    # Each mode to the mode in its direction: one to one, a perfect translation.
    moved = torch.from_numpy((3 * centres)[plane.A.truth["mode"]].astype(np.float32))
    noise = 0.1 * torch.randn(moved.shape, generator=torch.Generator().manual_seed(2))
    yield Scene("points", PLANE, plane, moved + noise)


def drawn(images: Tensor) -> Tensor:
    """uint8 pictures of where the brightness changes from left to right, dark on white."""
    jumps = torch.zeros(images.shape)
    jumps[..., 1:] = (images[..., 1:] - images[..., :-1]).abs()
    return torch.where(jumps > 0.1, 0, 255).to(torch.uint8)


def view_of(subject: Subject, scene: Scene, fakes: Tensor, back: Tensor) -> DirectionView:
    """As an evaluation shows it, of a model with these translations and reconstructions."""

    def variant(samples: Tensor, seed: int) -> Tensor:
        generator = torch.Generator().manual_seed(seed)
        return (samples + 0.1 * torch.rand(samples.shape[1:], generator=generator)).clamp(0, 1)

    made = Translation(
        fakes=lambda: fakes,
        reconstructions=lambda: back,
        initial=lambda: scene.noise,
        again=lambda samples: samples,
        variant=variant,
        judge=lambda samples: torch.full((len(samples),), 0.5),
    )
    view = shown(subject, scene, made)
    view.features = KnownFeatures(view.features, subject.distances)
    return view


def shown(subject: Subject, scene: Scene, made: Translation) -> DirectionView:
    cache = subject.cache_dir
    reader = KnownReader(places(cache, None), cache, "cpu", known=subject.read)
    return DirectionView(made, scene.split, scene.spec, "AB", ByBrightness, reader)


def perfect_view(subject: Subject, scene: Scene) -> DirectionView:
    return view_of(subject, scene, scene.perfect, scene.inputs)


def met(subject: Subject) -> Iterator[tuple[Scene, DirectionView, Metric]]:
    """The scenes that the metric can score, as a perfect model leaves them.

    Raises NotApplicable where it can score none, with its own reason.
    """
    reasons = []
    metric: Metric = subject.loaded()
    for scene in scenes():
        view = perfect_view(subject, scene)
        reason = metric.why_not(view)
        if reason is None:
            yield scene, view, metric
        else:
            reasons.append(f"{scene.name}: {reason}")
    if len(reasons) == len(list(scenes())):
        raise NotApplicable("; ".join(reasons))


def computed(metric: Metric, view: DirectionView) -> Mapping[str, float | str]:
    """Its numbers and texts; a reason for all where it raises one."""
    try:
        return metric.compute(view)
    except Undefined as error:
        return dict.fromkeys(
            (name for name in metric.columns if "*" not in name), f"undefined: {error.what}"
        )


def numbers(values: Mapping[str, float | str]) -> dict[str, float]:
    return {name: float(v) for name, v in values.items() if not isinstance(v, str)}


def check_columns_are_as_declared(subject: Subject) -> None:
    """Each declared column has a finite number, or why there is none; there is no other column."""
    for scene, view, metric in met(subject):
        values = computed(metric, view)
        single = {name for name in metric.columns if "*" not in name}
        lacking = sorted(single - values.keys())
        require(not lacking, f"no {lacking[:1]} of {scene.name}; give each declared column")
        for name, value in values.items():
            require(
                column_of(name, metric.columns) is not None,
                f"compute() gives '{name}', which `columns` does not declare",
            )
            if isinstance(value, str):
                require(
                    value.startswith(("skipped: ", "undefined: ")),
                    f"'{name}' is '{value}'; write 'skipped: why' or 'undefined: why'",
                )
            else:
                require(math.isfinite(value), f"'{name}' of {scene.name} is {value}")


def check_unsupported_gives_a_reason(subject: Subject) -> None:
    """A metric gives a reason, in words, for data that it cannot score."""
    metric: Metric = subject.loaded()
    for scene in scenes():
        require_reason(metric.unsupported(perfect_view(subject, scene)), scene.name)


def check_better_is_better(subject: Subject) -> None:
    """A perfect model's numbers are no worse than those of noise, by the direction that each column
    declares.
    """
    for scene, view, metric in met(subject):
        best = numbers(computed(metric, view))
        ruined = numbers(computed(metric, view_of(subject, scene, scene.noise, scene.noise)))
        for name in best.keys() & ruined.keys():
            column = column_of(name, metric.columns)
            if column is None or column.higher_is_better is None:
                continue
            sign = 1 if column.higher_is_better else -1
            require(
                sign * (best[name] - ruined[name]) >= -1e-9,
                f"'{name}' is {best[name]:.3g} for perfect translations and {ruined[name]:.3g} for "
                "noise: is higher_is_better the right way round?",
            )


def check_the_ends_are_numbers(subject: Subject) -> None:
    """The floor and the worst there is have numbers too: real targets themselves as translations,
    and one sample for all.
    """
    for scene, _, metric in met(subject):
        targets = as_floats(scene.split.B.samples)
        one = targets[:1].expand(targets.shape).contiguous()
        for end, fakes in (("the targets themselves", targets), ("one sample for all", one)):
            for name, value in computed(metric, view_of(subject, scene, fakes, fakes)).items():
                require(
                    isinstance(value, str) or math.isfinite(value),
                    f"'{name}' of {scene.name} is {value} for {end}",
                )


def check_order_plays_no_part(subject: Subject) -> None:
    """The inputs in another order, with their translations, give the same numbers, up to what the
    rounding of features does.
    """
    for scene, _, metric in met(subject):
        order = np.random.default_rng(3).permutation(len(scene.split.A))
        index = torch.from_numpy(order)
        moved = replace(scene, split=Split(scene.split.A.take(order), scene.split.B))
        fakes = scene.graded
        first = numbers(computed(metric, view_of(subject, scene, fakes, fakes)))
        second = numbers(computed(metric, view_of(subject, moved, fakes[index], fakes[index])))
        for name, value in first.items():
            require(
                math.isclose(value, second[name], rel_tol=2e-2, abs_tol=1e-2),
                f"'{name}' is {value:.6g}, and {second[name]:.6g} with the inputs in another order",
            )


def check_scoring_changes_nothing(subject: Subject) -> None:
    """Scored twice, the numbers are the same; the samples and the random state stay."""
    for scene, view, metric in met(subject):
        before = [t.clone() for t in (view.fakes, view.input_samples, view.target_samples)]
        state = random_states()
        first = computed(metric, view)
        subject.distances.clear()  # the second measures them anew
        second = computed(metric, view)
        require(first == second, f"two scorings of {scene.name} differ: seed what is drawn")
        after = random_states()
        require(
            state == after, "compute() draws from a global random state; use a generator of its own"
        )
        now = (view.fakes, view.input_samples, view.target_samples)
        same = all(torch.equal(a, b) for a, b in zip(before, now, strict=True))
        require(same, "compute() changes the samples of the view; copy them first")
