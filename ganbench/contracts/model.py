"""The model contract: what a plugin fills in, and the defaults that it may keep."""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from ganbench.contracts.hparams import HParams
from ganbench.contracts.recipes import stabilised, with_stable
from ganbench.core.devices import seed_all
from ganbench.core.errors import UserError
from ganbench.core.seeds import seed_for
from ganbench.core.spec import DataSpec, Direction, DomainName
from ganbench.networks.augmentation import augment_inputs
from ganbench.networks.averages import Averages
from ganbench.networks.blocks import Attended
from ganbench.networks.blur import blur_inputs
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.judging import Judging, in_turn
from ganbench.networks.losses import (
    LOG_LOSS,
    Adversarial,
    DistanceName,
    over_heads,
    reconstruction_distance,
    squared_slopes,
)
from ganbench.networks.starts import start_alike

Batch = Mapping[str, Tensor]


def samples_of(answer: Tensor | Attended) -> Tensor:
    """What a translator answers with, (n, ...), or of an attentive one's answer its samples."""
    return answer.samples if isinstance(answer, Attended) else answer


class Model(nn.Module, ABC):
    """One GAN variant. Pure: no state outside modules and buffers, no branch on tensor values.

    A plugin fills `generators` and `discriminators` in `build`; the trainer owns devices,
    precision, optimisers, checkpoints and logs.

    directions: those that `translate` offers.
    hparams_type: of the recipe `paper`, where a model has no other.
    adversarial: the game that G and D play; the log loss for all models of the paper.
    judge_both: how a discriminator judges real samples and fakes; the trainer sets it by device.
    budget_steps: how many steps a training has; the trainer sets it. Without one it is endless.
    several_outputs: whether `translate` takes a seed, and gives another output under another one;
        `has_several` tells it by domain.
    any_kinds: whether its losses make sense for domains of every kind, and of two kinds, such as
        tokens and images; else it knows images alone, and points alone.
    spec: of the data that it was built for; `build_seeded` sets it.
    metrics: metric plugins that score this model in addition to the task's.
    expected_failures: checks of the kit that this model cannot pass, and why.
    """

    directions: ClassVar[tuple[Direction, ...]] = ("AB",)
    hparams_type: ClassVar[type[HParams]] = HParams
    adversarial: ClassVar[Adversarial] = LOG_LOSS
    several_outputs: ClassVar[bool] = False
    any_kinds: ClassVar[bool] = False
    metrics: ClassVar[tuple[str, ...]] = ()
    expected_failures: ClassVar[Mapping[str, str]] = {}
    hparams: Any

    def __init__(self, hparams: HParams) -> None:
        super().__init__()
        self.hparams = hparams
        self.judge_both: Judging = in_turn
        self.budget_steps: float = math.inf
        self.spec: DataSpec | None = None
        self.generators = nn.ModuleDict()
        self.discriminators = nn.ModuleDict()

    @classmethod
    def recipes(cls, spec: DataSpec) -> Mapping[str, HParams]:
        """Named sets of hyper-parameters; the first is the default."""
        paper = cls.hparams_type()
        return with_stable({"paper": paper}, spec, stabilised(paper))

    @classmethod
    def unsupported(cls, spec: DataSpec) -> str | None:
        """Why not for such data, or None. The row is then `skipped: reason`."""
        return None

    @classmethod
    def why_not(cls, spec: DataSpec) -> str | None:
        """Why it cannot be trained on such data, or None: kinds that it does not know, or what
        `unsupported` says.
        """
        special = None if cls.any_kinds else spec.special_kind()
        return f"its losses know no {special}" if special else cls.unsupported(spec)

    @abstractmethod
    def build(self, nets: NetworkBuilder) -> None:
        """Fill the module dicts, e.g. `self.generators["G_AB"] = nets.translator("A", "B")`."""

    @abstractmethod
    def fakes(self, real: Batch) -> dict[str, Tensor]:
        """What the discriminators judge, by domain: {"B": G_AB(real["A"])}, and only what else
        `generator_loss` needs of it, such as a drawn style, under other names.

        real: float samples (n, ...) by domain.
        """

    def reals(self, real: Batch) -> Batch:
        """What the discriminators judge as real, under the names that `fakes` has for what they
        judge: the samples of the domains, and what a model adds, such as turned ones.
        """
        return real

    @abstractmethod
    def generator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        """Named, already weighted scalar terms. real: float samples (n, ...) by domain. fake: what
        `fakes` gave. Reconstructions are computed here, so that a D
        update does not compute them. `step` is a tensor: mix values with torch.where.
        """

    def discriminator_loss(self, real: Batch, fake: Batch, step: Tensor) -> dict[str, Tensor]:
        """Named scalar terms; `fake` has the judged entries only, and carries no gradient to the
        generators.
        """
        terms, reals = {}, self.reals(real)
        for name in fake:
            judge = self.discriminators[f"D_{name}"]
            of_real, of_fake = self.judge_both(judge, reals[name], fake[name])
            terms[f"D_{name}"] = over_heads(self.adversarial.discriminator, of_real, of_fake)
        return terms

    def discriminator_penalty(self, real: Batch) -> dict[str, Tensor]:
        """R1 of each discriminator, as named, weighted scalars; asked for in phases with an "R".
        real: float samples (n, ...) by domain.
        """
        h, reals = self.hparams, self.reals(real)
        return {
            f"r1_{name.removeprefix('D_')}": h.r1 / 2 * h.r1_every * squared_slopes(judge, values)
            for name, judge in self.discriminators.items()
            for values in [reals[name.removeprefix("D_")]]
        }

    def learning_rates(self) -> Mapping[str, float]:
        """Multiples of the learning rate, by name of a network in `generators` or
        `discriminators`; the others have the rate itself.
        """
        return {}

    def fit_statistics(self, real_A: Tensor, real_B: Tensor) -> None:
        """Set buffers from the train data, once, before the first step.

        real_A, real_B: all train samples, as the task has them: uint8 images or float32 points.
        """
        return None

    def translate(self, x: Tensor, to: DomainName, seed: int = 0) -> Tensor:
        """Samples of the other domain, (n, ...), moved to domain `to`, each on its own.

        seed: chooses among the outputs of a model that has several. A model with one output may
            leave the parameter out. Raises UserError for a direction that is not declared.
        """
        direction = self.declared(to)
        return samples_of(self.generators[f"G_{direction}"](x))

    def has_several(self, to: DomainName) -> bool:
        """Whether `translate` to the domain gives another output under another seed. By default all
        that is made has several where `several_outputs` says so.
        """
        return self.several_outputs

    def declared(self, to: DomainName) -> Direction:
        """The direction to domain `to`. Raises UserError where the model does not declare it."""
        direction: Direction = "AB" if to == "B" else "BA"
        if direction not in self.directions:
            raise UserError(
                f"the model does not translate to {to}",
                type(self).__name__,
                f"use {', '.join(self.directions)}, or declare it in `directions`",
            )
        return direction

    def build_seeded(self, nets: NetworkBuilder) -> None:
        """`build` under the seed of `nets`, also for values that it draws itself, such as the
        start of a spectral norm, and what the hyper-parameters add to any model: one start of both
        directions, blurred and augmented inputs of discriminators, averages of the generators'
        weights. The global random state stays as it was.
        """
        self.spec = nets.spec
        with torch.random.fork_rng(devices=[]):
            seed_all(seed_for(nets.seed, "init", "build"))
            self.build(nets)
        if self.hparams.same_start:
            start_alike(self.generators)
        for judge in self.discriminators.values():
            if self.hparams.blur:
                blur_inputs(judge, self.hparams.blur)
            if self.hparams.augment:
                augment_inputs(judge, self.hparams.augment)
        if self.hparams.ema_kimg:
            if not any(True for _ in self.generators.parameters()):
                raise UserError(
                    "the model has no generator weights to average",
                    f"ema_kimg={self.hparams.ema_kimg}",
                    "set ema_kimg=0",
                )
            self.averages = Averages(self.generators)

    def falling(self, step: Tensor, share: float = 1.0) -> Tensor:
        """1 at step 0, from there linearly to 0 after a share of the budget, and 0 then: a factor
        of what is to fade over a training, a scalar.
        """
        return (1 - step / (share * self.budget_steps)).clamp(min=0)

    def judged(self, fake: Batch) -> dict[str, Tensor]:
        """The entries of `fakes` that a discriminator judges, cut off from the generators."""
        return {k: v.detach() for k, v in fake.items() if f"D_{k}" in self.discriminators}

    def reconstruct(self, x: Tensor, domain: DomainName) -> Tensor | None:
        """Samples of `domain` after the way there and back; None where there is no way back."""
        other = "B" if domain == "A" else "A"
        there, back = f"G_{domain}{other}", f"G_{other}{domain}"
        if there not in self.generators or back not in self.generators:
            return None
        return samples_of(self.generators[back](samples_of(self.generators[there](x))))

    def distance(
        self, domain: DomainName, name: DistanceName
    ) -> Callable[[Tensor, Tensor], Tensor]:
        """The function d(rec, real) of samples (n, ...) of the domain, a scalar: that of the name,
        or the one that the domain's kind has, such as the cross-entropy of words.
        """
        own = self.spec and self.spec.kinds[domain].distance
        return own or reconstruction_distance(name)

    def adversarial_terms(
        self, judged: str, real: Batch, fake: Batch, weight: Tensor | float = 1.0
    ) -> dict[str, Tensor]:
        """The adversarial term of what D_`judged` judges, the same for all models that are
        compared: the loss of the game and what the hyper-parameters add to it, times `weight`.
        Names end in `judged`, such as `adv_B`. real: samples (n, ...) by domain. fake: what `fakes`
        gave.
        """
        judge, right = self.discriminators[f"D_{judged}"], self.reals(real)[judged]
        terms: dict[str, Tensor] = self.hparams.adversarial_terms(
            self.adversarial, judge, right, fake[judged], weight
        )
        return {f"{name}_{judged}": term for name, term in terms.items()}
