"""taesungp/contrastive-unpaired-translation: CUT, FastCUT, and the CycleGAN that came with them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.parity.authors import importable
from benchmarks.parity.lent import LentNetworks, SignedJudge, SignedTranslator, signed
from benchmarks.parity.pair import (
    Batch,
    Case,
    Losses,
    Matched,
    Pair,
    Side,
    batch_of,
    biases_before_norm,
    build,
    our_side,
    same_start,
)
from ganbench.contracts.model import Model
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder

SIZE, WIDTH, BATCH, POOL, PLACES = 32, 4, 2, 4, 16
SHAPE = (3, SIZE, SIZE)
SHAPES = dict.fromkeys("AB", (BATCH, *SHAPE))
SPEC = DataSpec("image", SHAPE, SHAPE)
# Their options for the networks of CycleGAN's paper, which our family `resnet` has.
PUBLISHED = ("--no_antialias", "--no_antialias_up", "--netG", "resnet_6blocks")
# Among their layers, what our encoders' blocks make: after the activation of each convolution, and
# after each residual block.
OUR_MAPS = "3,6,9,10,11,12,13,14,15"
CYCLE = {"pool_size": POOL, "lambda_cyc": 20.0}
CONTRAST = {"places": PLACES, "units": 2 * WIDTH}


def their_model(folder: Path, model: str, options: Sequence[str]) -> Any:
    """As their train.py makes it, for a CPU."""
    sizes = ("ngf", "ndf", "batch_size", "pool_size", "num_patches", "netF_nc")
    values = (WIDTH, WIDTH, BATCH, POOL, PLACES, 2 * WIDTH)
    own = sizes if model == "cut" else sizes[:4]
    given = [f"--{name}={value}" for name, value in zip(own, values, strict=False)]
    command = ["train.py", "--gpu_ids=-1", f"--model={model}", *given, *options]
    with importable(folder, ["dominate", "visdom"]), patch.object(sys, "argv", command):
        from models import create_model  # type: ignore[import-not-found]
        from options.train_options import TrainOptions  # type: ignore[import-not-found]

        opt = TrainOptions().gather_options()
        opt.isTrain, opt.gpu_ids, opt.amp = True, [], False
        return create_model(opt)


def as_theirs(real: Batch) -> dict[str, Any]:
    return {**{f"{name}": signed(real[name]) for name in "AB"}, "A_paths": "", "B_paths": ""}


def our_networks() -> NetworkBuilder:
    return NetworkBuilder(SPEC, Architecture(WIDTH), 0, "resnet")


def matched(ours: nn.Module, theirs: nn.Module) -> Matched:
    return Matched(ours, theirs, biases_before_norm(theirs), biases_before_norm(ours))


def pair_of(model: Model, networks: Mapping[str, nn.Module], update: Any) -> Pair:
    """networks: theirs, by our names."""
    own = {**dict(model.generators.items()), **dict(model.discriminators.items())}
    ours, theirs = same_start({name: matched(own[name], networks[name]) for name in own})
    return Pair(our_side(model, ours, batch_of(SHAPES, 0)), Side(update, theirs), SHAPES)


# CycleGAN


def cyclegan(changed: Mapping[str, Any], folder: Path) -> Pair:
    theirs = their_model(folder, "cycle_gan", PUBLISHED)
    for pool in (theirs.fake_A_pool, theirs.fake_B_pool):
        pool.query = partial(as_our_pool_draws, pool, pool.query)
    networks = {
        "G_AB": theirs.netG_A, "G_BA": theirs.netG_B, "D_A": theirs.netD_B, "D_B": theirs.netD_A,
    }  # fmt: skip
    model = build("cyclegan", our_networks(), "paper", changed)
    return pair_of(model, networks, partial(cyclegan_update, theirs))


def cyclegan_update(model: Any, real: Batch, number: int) -> Losses:
    """Their own steps, with the discriminators' before the generators'."""
    model.set_input(as_theirs(real))
    model.forward()
    judges = [model.netD_A, model.netD_B]
    model.set_requires_grad(judges, True)
    model.optimizer_D.zero_grad()
    model.backward_D_B()
    model.backward_D_A()
    model.optimizer_D.step()
    model.set_requires_grad(judges, False)
    model.optimizer_G.zero_grad()
    model.backward_G()
    model.optimizer_G.step()
    # Named after the generator: G_A makes B, and D_A judges it.
    return {
        "D_A": model.loss_D_B, "D_B": model.loss_D_A,
        "adv_A": model.loss_G_B, "adv_B": model.loss_G_A,
        "cyc_A": model.loss_cycle_A, "cyc_B": model.loss_cycle_B,
        "idt_A": model.loss_idt_B, "idt_B": model.loss_idt_A,
    }  # fmt: skip


def as_our_pool_draws(pool: Any, query: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """Their pool with the places and the chances that ours draws: all at once, in our order."""
    places = torch.randperm(pool.pool_size)[: len(images)].tolist()
    draws = iter(zip((1 - torch.rand(len(images))).tolist(), places, strict=True))
    place = 0

    def uniform(low: float, high: float) -> float:
        nonlocal place
        chance, place = next(draws)
        return chance

    drawn = SimpleNamespace(uniform=uniform, randint=lambda low, high: place)
    with patch.dict(query.__globals__, {"random": drawn}):
        return query(images)


# CUT and FastCUT


class Maps(SignedTranslator):
    """A generator of theirs, with the maps that they contrast."""

    def __init__(self, network: nn.Module, layers: Sequence[int]) -> None:
        super().__init__(network)
        self.layers = layers

    def maps(self, x: Tensor) -> Any:
        return self.network(signed(x), [*self.layers], encode_only=True)


class Heads(nn.Module):
    """Their projections."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, maps: Sequence[Tensor], places: Sequence[Tensor]) -> list[Tensor]:
        embedded, _ = self.network(maps, max(map(len, places)), places)
        return [x.view(len(maps[0]), -1, x.shape[1]) for x in embedded]


class OfLength1(nn.Module):
    """Rows divided by their length."""

    def forward(self, x: Tensor) -> Tensor:
        return F.normalize(x, dim=1)


def cut(name: str, is_lent: bool, has_length_1: bool, folder: Path) -> Pair:
    """is_lent: whether our model has their networks and maps, or theirs ours. has_length_1: whether
    their embeddings are divided by their length alone, without 1e-7 more.
    """
    mode = {"cut": "CUT", "fastcut": "FastCUT"}[name]
    ours = () if is_lent else (*PUBLISHED, f"--nce_layers={OUR_MAPS}")
    theirs = their_model(folder, "cut", [f"--CUT_mode={mode}", *ours])
    with as_our_model_draws(theirs):
        theirs.data_dependent_initialize(as_theirs(batch_of(SHAPES, 0)))
    if has_length_1:
        theirs.netF.l2norm = OfLength1()
    networks = {"G_AB": theirs.netG, "H_AB": theirs.netF, "D_B": theirs.netD}
    nets: NetworkBuilder = our_networks()
    if is_lent:
        lent = {
            "G_AB": Maps(theirs.netG, theirs.nce_layers),
            "H_AB": Heads(theirs.netF),
            "D_B": SignedJudge(theirs.netD),
        }
        nets = LentNetworks(SPEC, lent)
    model = build(name, nets, "paper", CONTRAST)
    return pair_of(model, networks, partial(cut_update, theirs))


def cut_update(model: Any, real: Batch, number: int) -> Losses:
    model.set_input(as_theirs(real))
    with as_our_model_draws(model):
        model.optimize_parameters()
    terms = {"D_B": model.loss_D, "adv_B": model.loss_G_GAN, "nce_A": model.loss_NCE}
    if model.opt.nce_idt:
        return {**terms, "nce_A": model.loss_NCE / 2, "nce_B": model.loss_NCE_Y / 2}
    return terms


@contextmanager
def as_our_model_draws(model: Any) -> Iterator[None]:
    """Their chances and places from PyTorch's generator, from which ours come."""

    def permutation(n: int) -> np.ndarray:
        return torch.randperm(n).numpy()

    def chance() -> float:
        return torch.rand(()).item()

    with (
        patch.object(np.random, "permutation", permutation),
        patch.object(np.random, "random", chance),
    ):
        yield


REPOSITORY = "taesungp/contrastive-unpaired-translation"
OF_CYCLEGAN = (
    f"the networks are our family resnet, a pool has {POOL} pictures and draws our numbers, "
    "discriminators are updated before the generators and not after them, opt.amp is False"
)
OF_CUT = (
    "places and flips are our numbers, embeddings are divided by their length and not by 1e-7 more"
)

CASES = (
    Case(
        "cyclegan", "cyclegan", REPOSITORY, "models/cycle_gan_model.py",
        "recipe paper, lambda_cyc 20", OF_CYCLEGAN, partial(cyclegan, CYCLE),
    ),
    *(
        Case(
            f"{name} ({whose} networks)", name, REPOSITORY,
            "models/cut_model.py, models/patchnce.py", "recipe paper", OF_CUT,
            partial(cut, name, is_lent, True),
        )
        for name in ("cut", "fastcut")
        for whose, is_lent in (("our", False), ("their", True))
    ),
)  # fmt: skip
