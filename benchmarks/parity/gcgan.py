"""hufu6371/GcGAN: one generator for pictures and turned ones, a discriminator for each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor

from benchmarks.parity.authors import importable, without_gpu
from benchmarks.parity.cut import as_our_pool_draws, as_theirs, matched
from benchmarks.parity.pair import (
    Batch,
    Case,
    Losses,
    Pair,
    Side,
    batch_of,
    build,
    our_side,
    same_start,
)
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder

SIZE, WIDTH, BATCH, POOL = 32, 4, 2, 4
SHAPE = (3, SIZE, SIZE)
SHAPES = dict.fromkeys("AB", (BATCH, *SHAPE))
SPEC = DataSpec("image", SHAPE, SHAPE)
GEOMETRIES = {"rot90": "rot", "vflip": "vf"}
NORMS = ("get_gc_rot_loss", "get_gc_vf_loss")


@dataclass(frozen=True)
class How:
    """recipe: ours. lambda_geo: in place of its value. both_move: whether each of their norms has a
    gradient in both of its sides. d_first: whether their discriminators are updated first.
    """

    recipe: str
    geometry: str
    lambda_geo: float = 20.0
    both_move: bool = False
    d_first: bool = True

    @property
    def has_identity(self) -> bool:
        return self.recipe == "code"


def their_model(folder: Path, how: How) -> Any:
    """As their train.py makes it, for a CPU and with the networks of our family `resnet`."""
    given = {
        "dataroot": "none", "ngf": WIDTH, "ndf": WIDTH, "batchSize": BATCH, "fineSize": SIZE,
        "pool_size": POOL, "which_model_netG": "resnet_6blocks",
        "geometry": GEOMETRIES[how.geometry], "identity": 0.5 * how.has_identity,
    }  # fmt: skip
    command = [f"--{name}={value}" for name, value in given.items()]
    with importable(folder, ["dominate", "visdom"]), without_gpu():
        from models.gc_gan_share_model import GcGANShareModel  # type: ignore[import-not-found]
        from options.train_options import TrainOptions  # type: ignore[import-not-found]

        options, model = TrainOptions(), GcGANShareModel()
        options.initialize()
        opt = options.parser.parse_args([*command, "--no_dropout"])
        opt.isTrain, opt.gpu_ids = True, []
        model.initialize(opt)
    for pool in (model.fake_B_pool, model.fake_gc_B_pool):
        pool.query = partial(as_our_pool_draws, pool, pool.query)
    return model


def pair(how: How, folder: Path) -> Pair:
    theirs = their_model(folder, how)
    networks = {"G_AB": theirs.netG_AB, "D_B": theirs.netD_B, "D_turned_B": theirs.netD_gc_B}
    changed = {"geometry": how.geometry, "lambda_geo": how.lambda_geo, "pool_size": POOL}
    nets = NetworkBuilder(SPEC, Architecture(WIDTH), 0, "resnet")
    model = build("gcgan", nets, how.recipe, changed)
    own = {**dict(model.generators.items()), **dict(model.discriminators.items())}
    ours, other = same_start({name: matched(own[name], networks[name]) for name in own})
    side = our_side(model, ours, batch_of(SHAPES, 0))
    update = partial(their_update, theirs, how)
    return Pair(Side(partial(together, side), ours), Side(update, other), SHAPES)


def together(side: Side, real: Batch, number: int) -> Losses:
    """Ours with one loss for both discriminators, as theirs tell it."""
    found = dict(side.update(real, number))
    return {"D": found.pop("D_B") + found.pop("D_turned_B"), **found}


def their_update(model: Any, how: How, real: Batch, number: int) -> Losses:
    model.set_input(as_theirs(real))
    with without_gpu(), both_sides_moving(model) if how.both_move else nullcontext():
        if how.d_first:
            model.forward()
            with torch.no_grad():
                model.fake_B, model.fake_gc_B = map(model.netG_AB, (model.real_A, model.real_gc_A))
            model.optimizer_D_B.zero_grad()
            model.backward_D_B()
            model.optimizer_D_B.step()
            model.optimizer_G.zero_grad()
            model.backward_G()
            model.optimizer_G.step()
        else:
            model.optimize_parameters()
    terms = {
        "D": model.loss_D_B, "adv_B": model.loss_G_AB, "adv_turned_B": model.loss_G_gc_AB,
        # Where one side of each moves, ours has their slope at half of what they come to.
        "geo_B": model.loss_gc / (1 if how.both_move else 2),
    }  # fmt: skip
    if how.has_identity:
        terms |= {"idt_B": model.loss_idt, "idt_turned_B": model.loss_idt_gc}
    return {name: torch.tensor(value) for name, value in terms.items()}


@contextmanager
def both_sides_moving(model: Any) -> Iterator[None]:
    """Their norms as the text has them, without a side that is cut off from the generator."""

    def computed(norm: Any, *images: Any) -> Any:
        with patch.object(Tensor, "detach", lambda image: image):
            return norm(*images)

    with ExitStack() as stack:
        for name in NORMS:
            stack.enter_context(patch.object(model, name, partial(computed, getattr(model, name))))
        yield


SMALL = (
    f"the networks are our family resnet, of width {WIDTH}, "
    f"a pool of {POOL} pictures draws our numbers"
)
D_FIRST = ", discriminators are updated before the generator and not after it"
OF_TEXT = ", neither side of a norm is cut off, and there is no identity"
TEXT = How("paper", "rot90", lambda_geo=40.0, both_move=True)


def case(row: str, how: How, settings: str, adapted: str, departure: str = "") -> Case:
    return Case(
        row, "gcgan", "hufu6371/GcGAN", "models/gc_gan_share_model.py", settings, SMALL + adapted,
        partial(pair, how), departure,
    )  # fmt: skip


CASES = (
    *(case(f"gcgan ({name})", How("code", name), "recipe code", D_FIRST) for name in GEOMETRIES),
    case("gcgan (the text's norms)", TEXT, "recipe paper, lambda_geo 40", D_FIRST + OF_TEXT),
    case(
        "gcgan, their order",
        How("code", "rot90", d_first=False),
        "recipe code",
        "",
        "the generator is updated before the discriminators",
    ),
)
