"""What holds for every model in training: it repeats, resumes, and stacks."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import torch
from torch import Tensor, nn

from ganbench.contracts.model import Model
from ganbench.core.devices import seed_all
from ganbench.core.spec import DataSpec
from ganbench.networks.spectral import why_unmapped
from ganbench.testing.subjects import (
    BATCH,
    NotApplicable,
    Subject,
    batch,
    build,
    require,
    split_of,
    step_tensor,
    supported,
    total,
)
from ganbench.testing.translation_checks import close
from ganbench.training.loop import LOSS_LOG, Interrupted, Plan, Run, train_together
from ganbench.training.restarts import restarts_of

STEPS = 13
STOP_AT = 3  # within the starts, which take 5 steps
SEEDS = 2
NO_RULE = re.compile(r"Batching rule not implemented for (\S+?);? ")


def ready(subject: Subject, spec: DataSpec, seed: int = 0) -> Model:
    """With all that recipe `stable` adds to a model, where it has that recipe."""
    return build(subject.loaded, spec, seed, "stable")


def trained(subject: Subject, spec: DataSpec, folder: Path, stop_at: int = 0) -> Model:
    """Trained for STEPS, or up to `stop_at`, from what is in `folder`."""
    folder.mkdir(exist_ok=True)
    polls = iter(range(1, STEPS + 1))
    fresh = partial(ready, subject, spec)
    model = fresh()
    plan = Plan(STEPS, BATCH, seed=0, restarts=restarts_of(model.hparams, STEPS))
    run = Run(model, plan, folder, lambda *_: None, fresh=fresh)
    try:
        train_together([run], split_of(spec), lambda: next(polls) == stop_at)
    except Interrupted:
        require(bool(stop_at), "the training was interrupted")
    return model


def straight(subject: Subject, spec: DataSpec) -> tuple[Model, str]:
    """A training that nothing interrupts, and its losses; the same one for all checks."""
    if spec not in subject.trainings:
        with tempfile.TemporaryDirectory() as folder:
            model = trained(subject, spec, Path(folder))
            subject.trainings[spec] = model, Path(folder, LOSS_LOG).read_text()
    return subject.trainings[spec]


def unequal(a: Model, b: Model) -> list[str]:
    others = b.state_dict()
    return [name for name, value in a.state_dict().items() if not torch.equal(value, others[name])]


def check_same_seed_same_history(subject: Subject) -> None:
    """Two runs of one seed log the same losses and end with the same weights."""
    for spec in supported(subject).values():
        first, losses = straight(subject, spec)
        with tempfile.TemporaryDirectory() as folder:
            second = trained(subject, spec, Path(folder))
            require(
                losses == Path(folder, LOSS_LOG).read_text(),
                "two runs of one seed have other losses: draw from torch's random state alone",
            )
            apart = unequal(first, second)
            require(not apart, f"two runs of one seed end apart: {apart[:1]}")


def check_resume_equals_straight_run(subject: Subject) -> None:
    """Stopped and continued is the same as never stopped: losses, weights, pools."""
    for spec in supported(subject).values():
        whole, losses = straight(subject, spec)
        with tempfile.TemporaryDirectory() as folder:
            trained(subject, spec, Path(folder), STOP_AT)
            resumed = trained(subject, spec, Path(folder))
            require(
                not unequal(whole, resumed) and losses == Path(folder, LOSS_LOG).read_text(),
                "a resumed run differs from a straight one: keep what it depends on in a buffer",
            )


class Losses(nn.Module):
    """The sums of D's and of G's terms, as one function of all parameters and buffers."""

    def __init__(self, model: Model) -> None:
        super().__init__()
        self.model = model

    def forward(self, real_A: Tensor, real_B: Tensor) -> Tensor:
        real = {"A": real_A, "B": real_B}
        fake = self.model.fakes(real)
        d = self.model.discriminator_loss(real, self.model.judged(fake), step_tensor())
        if self.model.hparams.r1:
            d = d | self.model.discriminator_penalty(real)
        g = self.model.generator_loss(real, fake, step_tensor())
        return torch.stack([total(d), total(g)])


def check_many_seeds_at_once(subject: Subject) -> None:
    """Seeds that are stacked and mapped by `torch.func` have the losses and gradients of seeds one
    by one: the model branches on no value and moves no tensor to Python.
    """
    for spec in supported(subject).values():
        with default_dtype(torch.float64 if works_in_double(subject, spec) else torch.float32):
            require_alike(subject, spec)


@contextmanager
def default_dtype(dtype: torch.dtype) -> Iterator[None]:
    """Of networks that are built and of what is drawn, while the context lasts."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def works_in_double(subject: Subject, spec: DataSpec) -> bool:
    """Whether the losses can be had in double precision, in which rounding is no difference, also
    of gradients that are nothing but rounding, such as those of a bias before a norm.
    """
    with default_dtype(torch.float64):
        try:
            gradients_of(Losses(ready(subject, spec)), batch(spec))
        except RuntimeError:  # of a model that makes tensors of a precision of its own
            return False
    return True


def require_alike(subject: Subject, spec: DataSpec) -> None:
    modules = [Losses(ready(subject, spec, seed)) for seed in range(SEEDS)]
    reals = [batch(spec, seed=seed) for seed in range(SEEDS)]
    one_by_one = [gradients_of(module, real) for module, real in zip(modules, reals, strict=True)]
    modules = [Losses(ready(subject, spec, seed)) for seed in range(SEEDS)]
    params, buffers = torch.func.stack_module_state(modules)
    stacked = mapped_gradients(modules[0], params, buffers, reals)
    for seed, (losses, gradients) in enumerate(one_by_one):
        require(
            close(stacked[0][seed], losses, 1e-3, 1e-5),
            "the losses of stacked seeds are not those of seeds one by one",
        )
        for name, gradient in gradients.items():
            scale = float(gradient.abs().max())
            require(
                close(stacked[1][name][seed], gradient, 1e-2, 1e-2 * scale + 1e-6),
                f"the gradient of {name.removeprefix('model.')} differs in stacked seeds",
            )


Gradients = tuple[Tensor, dict[str, Tensor]]


def gradients_of(module: Losses, real: dict[str, Tensor]) -> Gradients:
    seed_all(0)
    losses = module(real["A"], real["B"])
    named = dict(module.named_parameters())
    gradients = torch.autograd.grad(losses.sum(), list(named.values()), allow_unused=True)
    return losses.detach(), {
        name: gradient
        for name, gradient in zip(named, gradients, strict=True)
        if gradient is not None
    }


def mapped_gradients(
    module: Losses,
    params: dict[str, Tensor],
    buffers: dict[str, Tensor],
    reals: list[dict[str, Tensor]],
) -> Gradients:
    """Raises NotApplicable where PyTorch lacks a rule for an operation: no fault of the model."""
    try:
        return stacked_gradients(module, params, buffers, reals)
    except RuntimeError as error:
        lacking, reason = NO_RULE.search(str(error)), why_unmapped(module)
        if lacking is None and not reason:
            raise
        operator = lacking[1] if lacking else "its losses"
        raise NotApplicable(
            f"torch.func cannot map {operator} over seeds, so the seeds of this model train one by "
            f"one{reason}"
        ) from error


def stacked_gradients(
    module: Losses,
    params: dict[str, Tensor],
    buffers: dict[str, Tensor],
    reals: list[dict[str, Tensor]],
) -> Gradients:
    def losses_of(p: dict[str, Tensor], b: dict[str, Tensor], a: Tensor, z: Tensor) -> Tensor:
        losses: Tensor = torch.func.functional_call(module, (p, b), (a, z))
        return losses

    both = [torch.stack([real[name] for real in reals]) for name in ("A", "B")]
    seed_all(0)
    losses = torch.vmap(losses_of, randomness="same")(params, buffers, *both)
    gradients = torch.autograd.grad(losses.sum(), list(params.values()), allow_unused=True)
    return losses.detach(), {
        name: gradient
        for name, gradient in zip(params, gradients, strict=True)
        if gradient is not None
    }
