"""A model of ours and its authors' own, trained side by side on the same batches.

A `Side` updates its networks on a batch and tells its losses; a `Pair` is two of them that start
from the same weights; a `Case` makes a pair from a checkout of the authors' code. `differences`
runs a pair and compares every loss and every weight.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from ganbench.contracts.model import Model
from ganbench.core.devices import CPU
from ganbench.networks.builder import NetworkBuilder
from ganbench.registry.registry import discover
from ganbench.training.drawing import Repeated
from ganbench.training.multi_seed import alone
from ganbench.training.program import Seed, place, program

Batch = Mapping[str, Tensor]
Losses = Mapping[str, Tensor]
UPDATES = 20
DRAWN_STD = 0.02
NORMS = (nn.InstanceNorm2d, nn.BatchNorm2d, nn.BatchNorm1d)
NO_PARAMETERS: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Side:
    """update: of the networks on a batch, at the step of a number; gives its losses by name.

    weights: the live parameters, by the names that both sides have.
    """

    update: Callable[[Batch, int], Losses]
    weights: Mapping[str, Tensor]


@dataclass(frozen=True)
class Pair:
    """Two sides that start alike. shapes: of a batch of each domain, (n, ...)."""

    ours: Side
    theirs: Side
    shapes: Mapping[str, tuple[int, ...]]


@dataclass(frozen=True)
class Case:
    """One row of the table.

    name: of the row. model: ours. files: theirs, below the repository.
    make: the pair, from the folder of the checkout.
    settings: in words, our recipe and what stands in place of its values.
    adapted: in words, what is not as the authors run it.
    departure: in words, what is left on purpose in which the two differ; empty where they agree.
    branch: theirs, where it is not what is checked out.
    """

    name: str
    model: str
    repository: str
    files: str
    settings: str
    adapted: str
    make: Callable[[Path], Pair]
    departure: str = ""
    branch: str = "HEAD"

    @property
    def folder(self) -> str:
        return self.repository.replace("/", "+")


@dataclass(frozen=True)
class Difference:
    """The relative difference of one loss or weight in or after an update, counted from 1."""

    update: int
    kind: str  # "loss" or "weight"
    name: str
    relative: float


def build(
    name: str, nets: NetworkBuilder, recipe: str, changed: Mapping[str, Any] | None = None
) -> Model:
    """Our model with the networks of a builder. changed: values in place of the recipe's. Rates
    stay: theirs fall after many epochs, and 20 updates are none.
    """
    model_type = discover().load("model", name)
    values = {"decay": 0.0, "halvings": 0, **(changed or {})}
    hparams = replace(model_type.recipes(nets.spec)[recipe], **values)
    model: Model = model_type(hparams)
    model.build_seeded(nets)
    return model


def our_side(
    model: Model,
    weights: Mapping[str, Tensor],
    real: Batch,
    layout: torch.memory_format = torch.channels_last,
) -> Side:
    """Our model in the program that trains cells. real: a batch like those that it will see.
    layout: of the weights; networks of theirs may take one alone.
    """
    optimisers = place(model, CPU)
    model.to(memory_format=layout)
    seed = Seed(model, optimisers, torch.get_rng_state())
    steps = program([seed], real, alone, CPU, "fp32", UPDATES, False)

    def update(real: Batch, number: int) -> Losses:
        losses: dict[str, Tensor] = {}
        for terms in steps(Repeated(real))(number):
            losses |= terms
        return losses

    return Side(update, weights)


@dataclass(frozen=True)
class Matched:
    """A network of ours and theirs. left_out: names of their parameters that have no effect."""

    ours: nn.Module
    theirs: nn.Module
    left_out: frozenset[str] = NO_PARAMETERS
    left_out_of_ours: frozenset[str] = NO_PARAMETERS


def same_start(networks: Mapping[str, Matched]) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
    """Theirs take our weights, in the order in which both have them. Gives both sides' parameters
    under our names. What is left out of theirs becomes 0. Parameters of zeros are drawn first: two
    zeros would be alike whatever belongs together, and Adam's first step from one is the learning
    rate times a sign, in which rounding shows.

    Raises ValueError where a parameter has no counterpart of its shape.
    """
    ours, theirs = {}, {}
    for name, matched in networks.items():
        own = _kept(matched.ours, matched.left_out_of_ours)
        other = _kept(matched.theirs, matched.left_out)
        shapes = [[tuple(value.shape) for value in side.values()] for side in (own, other)]
        if shapes[0] != shapes[1]:
            raise ValueError(f"the parameters of {name} differ in shape: {shapes[0]}, {shapes[1]}")
        for (key, value), copy in zip(own.items(), other.values(), strict=True):
            if not value.any():
                value.data.normal_(0.0, DRAWN_STD)
            copy.data.copy_(value.data)
            ours[f"{name}.{key}"], theirs[f"{name}.{key}"] = value, copy
        for key, value in matched.theirs.named_parameters():
            if key in matched.left_out:
                value.data.zero_()
    return ours, theirs


def _kept(network: nn.Module, left_out: frozenset[str]) -> dict[str, Tensor]:
    return {name: value for name, value in network.named_parameters() if name not in left_out}


def biases_before_norm(network: nn.Module) -> frozenset[str]:
    """Of layers that a norm of each map or unit follows, which takes them away again."""
    names = set()
    for path, module in network.named_modules():
        if isinstance(module, nn.Sequential):
            layers = list(module.named_children())
            for (key, layer), (_, after) in pairwise(layers):
                has_bias = getattr(layer, "bias", None) is not None
                if has_bias and isinstance(after, NORMS):
                    names.add(f"{path}.{key}.bias".lstrip("."))
    return frozenset(names)


def differences(pair: Pair, updates: int = UPDATES) -> list[Difference]:
    """Of every loss and weight, update by update. Both sides draw from the same random state."""
    found = []
    for number in range(updates):
        batch = batch_of(pair.shapes, number)
        losses = []
        for side in (pair.ours, pair.theirs):
            seed_everything(number)
            losses.append({k: v.detach().clone() for k, v in side.update(batch, number).items()})
        found += [*compared("loss", number + 1, *losses)]
        found += [*compared("weight", number + 1, pair.ours.weights, pair.theirs.weights)]
    return found


def compared(
    kind: str, update: int, ours: Mapping[str, Tensor], theirs: Mapping[str, Tensor]
) -> Iterator[Difference]:
    """Raises ValueError where one side has a name that the other has not."""
    if ours.keys() != theirs.keys():
        only = sorted(ours.keys() ^ theirs.keys())
        raise ValueError(f"update {update}: {kind} {', '.join(only)} on one side alone")
    for name, value in ours.items():
        yield Difference(update, kind, name, relative(value, theirs[name]))


def relative(ours: Tensor, theirs: Tensor) -> float:
    """The largest difference of an element, as a share of the largest element of both; infinite
    where a value is not finite.
    """
    ours, theirs = ours.detach(), theirs.detach()
    scale = max(float(ours.abs().max()), float(theirs.abs().max()))
    share = float((ours - theirs).abs().max()) / scale if scale else 0.0
    return share if math.isfinite(share) else math.inf


def largest(found: Iterable[Difference], kind: str, updates: int) -> Difference:
    """The largest of a kind within the first updates."""
    return max(
        (one for one in found if one.kind == kind and one.update <= updates),
        key=lambda one: one.relative,
    )


def batch_of(shapes: Mapping[str, tuple[int, ...]], number: int) -> dict[str, Tensor]:
    """Samples from 0 to 1, others for each number."""
    rng = torch.Generator().manual_seed(1_000 + number)
    return {name: torch.rand(shape, generator=rng) for name, shape in shapes.items()}


def seed_everything(number: int) -> None:
    torch.manual_seed(number)
    np.random.seed(number)
    random.seed(number)


@contextmanager
def double_precision() -> Iterator[None]:
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        yield
    finally:
        torch.set_default_dtype(before)
