"""A step's updates, and steps that are captured once and then launched by one call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest
import torch
from torch import nn

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Model
from ganbench.core.spec import DataSpec
from ganbench.registry.registry import discover
from ganbench.training.loop import place
from ganbench.training.loss_log import Window
from ganbench.training.multi_seed import optimisers_of
from ganbench.training.step import WARM_CYCLES, Captured, Eager, Graph, Step, Terms, update
from tests.plugins.test_models import IMAGES, POINTS, build
from tests.training.test_loop import state

pytestmark = pytest.mark.numeric

Work = Callable[[], Sequence[Terms]]
STEPS = 25


class OnCPU:
    """As a CUDA graph: capturing does nothing, and each replay's losses stand where the last ones
    did.
    """

    def __init__(self, work: Work) -> None:
        self._work = work
        self.losses: Sequence[Terms] = []

    def replay(self) -> None:
        fresh = self._work()
        self.losses = self.losses or [
            {name: torch.zeros_like(value) for name, value in terms.items()} for terms in fresh
        ]
        for kept, terms in zip(self.losses, fresh, strict=True):
            for name, value in terms.items():
                kept[name].copy_(value)


def trained(model: Model, spec: DataSpec, steps: Callable[[Eager], Step]) -> dict[str, float]:
    """The mean losses of so many steps that each phase is captured and launched twice."""
    step = steps(Eager(model, optimisers_of(model), "cpu", "fp32"))
    window = Window()
    torch.manual_seed(0)
    generator = torch.Generator().manual_seed(1)
    for number in range((WARM_CYCLES + 2) * len(model.hparams.phases)):
        real = {name: torch.rand(6, *spec.shape(name), generator=generator) for name in ("A", "B")}  # type: ignore[arg-type]
        for terms in step(real, number):
            window.add(terms)
    return window.means()[0]


@pytest.mark.parametrize("name", sorted(discover().of_kind("model")))
@pytest.mark.parametrize("spec", [POINTS, IMAGES], ids=["points", "images"])
def test_captured_steps_are_the_steps(name: str, spec: DataSpec) -> None:
    made: list[OnCPU] = []

    def capture(work: Work, rngs: Sequence[torch.Generator]) -> Graph:
        made.append(OnCPU(work))
        return made[-1]

    recipe = list(discover().load("model", name).recipes(spec))[-1]
    eager, captured = (build(name, spec, recipe) for _ in range(2))
    losses = trained(eager, spec, lambda steps: steps)
    assert trained(captured, spec, lambda steps: Captured(steps, capture)) == losses
    assert all(torch.equal(value, state(captured)[key]) for key, value in state(eager).items())
    assert len(made) == len(set(eager.hparams.phases))  # each phase once


def test_a_model_that_cannot_be_captured_goes_on() -> None:
    tries: list[Work] = []

    def refuse(work: Work, rngs: Sequence[torch.Generator]) -> Graph:
        tries.append(work)
        raise RuntimeError("operation not permitted when stream is capturing")

    eager, captured = (build("discogan", POINTS, "code") for _ in range(2))
    losses = trained(eager, POINTS, lambda steps: steps)
    assert trained(captured, POINTS, lambda steps: Captured(steps, refuse)) == losses
    assert len(tries) == 1


def test_a_gradient_is_applied_whatever_its_layout() -> None:
    """The gradient of a matrix that is used transposed is transposed in memory."""
    start = torch.randn(3, 5, generator=torch.Generator().manual_seed(0))
    x = torch.randn(5, 3, generator=torch.Generator().manual_seed(1))
    found = []
    for fused in (True, False):
        weight = nn.Parameter(start.clone())
        optimiser = torch.optim.Adam([weight], lr=HParams().lr, fused=fused)
        for _ in range(3):
            loss = (weight.t().contiguous() * x).sum()
            assert torch.autograd.grad(loss, weight, retain_graph=True)[0].stride() != (5, 1)
            update(optimiser, {"loss": loss})
        found.append(weight.detach())
    assert torch.allclose(*found, atol=1e-7)
    assert not torch.allclose(found[0], start)


def test_g_is_judged_by_the_discriminator_that_was_just_updated() -> None:
    """Autocast keeps weights in bf16 from the first use on, here from before D's update."""
    recipe = next(iter(discover().load("model", "standard").recipes(POINTS)))
    together, apart = (build("standard", POINTS, recipe) for _ in range(2))
    real = {name: torch.rand(6, *POINTS.shape(name)) for name in ("A", "B")}  # type: ignore[arg-type]
    at = torch.tensor(0)
    losses = []
    for model, phases in ((together, ["DG"]), (apart, ["D", "G"])):
        optimisers = optimisers_of(model)
        optimisers["D"].param_groups[0]["lr"] = 0.1
        step = Eager(model, optimisers, "cpu", "bf16")
        losses.append([step.phase(phase, real, at) for phase in phases][-1][-1])
    assert losses[0] == losses[1]
    assert all(param.requires_grad for param in together.parameters())


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
@pytest.mark.parametrize("name", ["discogan", "cyclegan"])
def test_captured_on_cuda(name: str) -> None:
    from ganbench.training.step import CudaGraph

    losses = []
    for steps in (lambda eager: eager, lambda eager: Captured(eager, CudaGraph)):
        model = build(name, IMAGES, "paper", schedule="D,G,G")
        place(model, "cuda")
        step = steps(Eager(model, optimisers_of(model), "cuda", "fp32"))
        window = Window()
        generator = torch.Generator().manual_seed(1)
        for number in range(STEPS):
            real = {
                domain: torch.rand(6, *IMAGES.shape(domain), generator=generator).cuda()  # type: ignore[arg-type]
                for domain in ("A", "B")
            }
            for terms in step(real, number):
                window.add(terms)
        losses.append(window.means()[0])
    assert losses[0] == pytest.approx(losses[1], rel=0.05)


@pytest.fixture
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """What models draw in."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    yield
    torch.set_default_dtype(before)


def plain_steps(model: Model, reals: Sequence[dict[str, torch.Tensor]]) -> None:
    """As one writes it first: all passes with gradients, `backward`, an Adam parameter by
    parameter, and weights in their plain layout.
    """
    hparams = model.hparams
    adams = {
        letter: torch.optim.Adam(
            list(nets.parameters()),
            lr=hparams.lr,
            betas=(hparams.beta1, hparams.beta2),
            weight_decay=hparams.weight_decay,
            foreach=False,
        )
        for letter, nets in (("D", model.discriminators), ("G", model.generators))
    }
    for number, real in enumerate(reals):
        torch.manual_seed(number)
        phase, at = hparams.phases[number % len(hparams.phases)], torch.tensor(number)
        fake = model.fakes(real)
        for letter in "DG":
            if letter not in phase:
                continue
            if letter == "D":
                terms = model.discriminator_loss(real, model.judged(fake), at)
            else:
                terms = model.generator_loss(real, fake, at)
            for optimiser in adams.values():
                optimiser.zero_grad()
            torch.stack(list(terms.values())).sum().backward(retain_graph=True)
            adams[letter].step()


@pytest.mark.usefixtures("default_dtype")
@pytest.mark.parametrize("name", sorted(discover().of_kind("model")))
@pytest.mark.parametrize(
    ("spec", "dtype", "tolerance"),
    [(POINTS, torch.float32, 1e-4), (IMAGES, torch.float64, 1e-7)],
    ids=["points", "images"],
)
def test_fifty_lean_steps_are_fifty_plain_ones(
    name: str, spec: DataSpec, dtype: torch.dtype, tolerance: float
) -> None:
    """Of every model, whose rounding batch norm makes grow on images: there in double precision."""
    recipe = list(discover().load("model", name).recipes(spec))[-1]
    lean, plain = (build(name, spec, recipe).to(dtype) for _ in range(2))
    generator = torch.Generator().manual_seed(1)
    shapes = {"A": spec.shape("A"), "B": spec.shape("B")}
    reals = [
        {k: torch.rand(8, *shape, generator=generator, dtype=dtype) for k, shape in shapes.items()}
        for _ in range(50)
    ]
    plain_steps(plain, reals)
    place(lean, "cpu")
    step = Eager(lean, optimisers_of(lean), "cpu", "fp32")
    for number, real in enumerate(reals):
        torch.manual_seed(number)
        inputs = real
        if spec.kind == "image":
            inputs = {k: v.contiguous(memory_format=torch.channels_last) for k, v in real.items()}
        step(inputs, number)
    weights = state(lean)
    for key, value in state(plain).items():
        scale = max(float(value.double().norm()), 1e-3)
        assert float((weights[key].double() - value.double()).norm()) / scale < tolerance, key
