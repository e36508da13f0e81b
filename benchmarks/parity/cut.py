"""taesungp/contrastive-unpaired-translation: CUT, FastCUT, and the CycleGAN that came with them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
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

PLACES, UNITS = 16, 64  # with few units an embedding can be 0, which has no direction
# Of initial weights: by theirs, 0.02, embeddings hang on biases alone, and slopes are rounding.
GAIN = "--init_gain=1"
# Their options for the networks of CycleGAN's paper, which our families have.
PUBLISHED = ("--no_antialias", "--no_antialias_up", "--netG=resnet_6blocks")
U_NET = ("--no_antialias", "--netG=unet_128")
# Among their layers, what our encoders' blocks make: after the activation of each convolution, and
# after each residual block.
OUR_MAPS = "--nce_layers=3,6,9,10,11,12,13,14,15"


@dataclass(frozen=True)
class Setting:
    """family: of our networks, and options: of theirs, that come to the same. size, width, batch,
    pool: of both.
    """

    family: str = "resnet"
    options: tuple[str, ...] = PUBLISHED
    size: int = 32
    width: int = 4
    batch: int = 2
    pool: int = 4

    @property
    def shape(self) -> tuple[int, int, int]:
        return (3, self.size, self.size)

    @property
    def spec(self) -> DataSpec:
        return DataSpec("image", self.shape, self.shape)

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        return dict.fromkeys("AB", (self.batch, *self.shape))

    def our_networks(self) -> NetworkBuilder:
        return NetworkBuilder(self.spec, Architecture(self.width), 0, self.family)


SMALL = Setting()


def their_model(folder: Path, model: str, setting: Setting, options: Sequence[str] = ()) -> Any:
    """As their train.py makes it, for a CPU."""
    sizes = {
        "ngf": setting.width, "ndf": setting.width,
        "batch_size": setting.batch, "pool_size": setting.pool,
    }  # fmt: skip
    given = [f"--{name}={value}" for name, value in sizes.items()]
    command = ["train.py", "--gpu_ids=-1", f"--model={model}", *given, *options]
    with importable(folder, ["dominate", "visdom"]), patch.object(sys, "argv", command):
        from models import create_model  # type: ignore[import-not-found]
        from options.train_options import TrainOptions  # type: ignore[import-not-found]

        opt = TrainOptions().gather_options()
        opt.isTrain, opt.gpu_ids, opt.amp = True, [], False
        return create_model(opt)


def as_theirs(real: Batch) -> dict[str, Any]:
    return {"A": signed(real["A"]), "B": signed(real["B"]), "A_paths": "", "B_paths": ""}


def matched(ours: nn.Module, theirs: nn.Module) -> Matched:
    return Matched(ours, theirs, biases_before_norm(theirs), biases_before_norm(ours))


def pair_of(setting: Setting, model: Model, networks: Mapping[str, nn.Module], update: Any) -> Pair:
    """networks: theirs, by our names."""
    own = {**dict(model.generators.items()), **dict(model.discriminators.items())}
    ours, theirs = same_start({name: matched(own[name], networks[name]) for name in own})
    side = our_side(model, ours, batch_of(setting.shapes, 0))
    return Pair(side, Side(update, theirs), setting.shapes)


# CycleGAN


def cyclegan(setting: Setting, recipe: str, order: Callable[[Any], None], folder: Path) -> Pair:
    """order: of the updates of G and D on their side."""
    theirs = their_model(folder, "cycle_gan", setting, setting.options)
    for pool in (theirs.fake_A_pool, theirs.fake_B_pool):
        pool.query = partial(as_our_pool_draws, pool, pool.query)
    networks = {
        "G_AB": theirs.netG_A, "G_BA": theirs.netG_B, "D_A": theirs.netD_B, "D_B": theirs.netD_A,
    }  # fmt: skip
    changed = {"pool_size": setting.pool}
    model = build("cyclegan", setting.our_networks(), recipe, changed)
    return pair_of(setting, model, networks, partial(cyclegan_update, order, theirs))


def d_first(model: Any) -> None:
    """Their own steps in our order."""
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


def g_first(model: Any) -> None:
    """As they have it."""
    model.optimize_parameters()


def cyclegan_update(order: Callable[[Any], None], model: Any, real: Batch, number: int) -> Losses:
    model.set_input(as_theirs(real))
    order(model)
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


def cut(name: str, is_lent: bool, length: nn.Module | None, folder: Path) -> Pair:
    """is_lent: whether our model has their networks and maps, or theirs ours. length: what divides
    their embeddings by their length in place of their own way.
    """
    setting = SMALL
    options = [f"--CUT_mode={name}", f"--num_patches={PLACES}", f"--netF_nc={UNITS}", GAIN]
    ours = () if is_lent else (*PUBLISHED, OUR_MAPS)
    theirs = their_model(folder, "cut", setting, [*options, *ours])
    with as_our_model_draws():
        theirs.data_dependent_initialize(as_theirs(batch_of(setting.shapes, 0)))
    theirs.netF.l2norm = length or theirs.netF.l2norm
    networks = {"G_AB": theirs.netG, "H_AB": theirs.netF, "D_B": theirs.netD}
    nets = setting.our_networks()
    if is_lent:
        lent = {
            "G_AB": Maps(theirs.netG, theirs.nce_layers),
            "H_AB": Heads(theirs.netF),
            "D_B": SignedJudge(theirs.netD),
        }
        nets = LentNetworks(setting.spec, lent)
    model = build(name, nets, "paper", {"places": PLACES, "units": UNITS})
    if length is None:
        model.generators["H_AB"].network.l2norm = OfLength1()
    return pair_of(setting, model, networks, partial(cut_update, theirs))


def cut_update(model: Any, real: Batch, number: int) -> Losses:
    model.set_input(as_theirs(real))
    with as_our_model_draws():
        model.optimize_parameters()
    terms = {"D_B": model.loss_D, "adv_B": model.loss_G_GAN, "nce_A": model.loss_NCE}
    if model.opt.nce_idt:
        return {**terms, "nce_A": model.loss_NCE / 2, "nce_B": model.loss_NCE_Y / 2}
    return terms


@contextmanager
def as_our_model_draws() -> Iterator[None]:
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
ORDER = "discriminators are updated before the generators and not after them"
POOL = "a pool of 4 pictures draws our numbers"
LENGTH = "embeddings are divided by their length alone"
DRAWS = "places and flips are our numbers, initial weights have a gain of 1"


def cyclegan_case(
    row: str, settings: str, adapted: str, make: Callable[[Path], Pair], departure: str = ""
) -> Case:
    file = "models/cycle_gan_model.py"
    return Case(row, "cyclegan", REPOSITORY, file, settings, adapted, make, departure)


def cut_case(
    name: str, row: str, adapted: str, make: Callable[[Path], Pair], departure: str = ""
) -> Case:
    files = "models/cut_model.py, models/patchnce.py"
    return Case(row, name, REPOSITORY, files, "recipe paper", adapted, make, departure)


CASES = (
    cyclegan_case(
        "cyclegan (resnet)", "recipe code", f"{ORDER}, {POOL}, opt.amp is False",
        partial(cyclegan, SMALL, "code", d_first),
    ),
    cyclegan_case(
        "cyclegan (unet)", "recipe code", f"{ORDER}, {POOL}, opt.amp is False",
        partial(cyclegan, Setting("unet", U_NET, 128, 1, 1), "code", d_first),
    ),
    cyclegan_case(
        "cyclegan, weights as they stand", "recipe paper", f"{ORDER}, {POOL}, opt.amp is False",
        partial(cyclegan, SMALL, "paper", d_first),
        "a weight of 10 on pictures from 0 to 1, where theirs go from -1 to 1",
    ),
    cyclegan_case(
        "cyclegan, their order", "recipe code", "no pool, opt.amp is False",
        partial(cyclegan, Setting(pool=0), "code", g_first),
        "generators are updated before the discriminators",
    ),
    *(
        cut_case(
            name, f"{name} ({whose} networks)", f"{DRAWS}, {LENGTH}",
            partial(cut, name, is_lent, OfLength1()),
        )
        for name in ("cut", "fastcut")
        for whose, is_lent in (("our", False), ("their", True))
    ),
    cut_case(
        "cut", "cut, their length", DRAWS, partial(cut, "cut", True, None),
        "embeddings are divided by their length and 1e-7 more",
    ),
)  # fmt: skip
