"""LS4GAN/uvcgan: its CycleGAN as its script for CelebA has it, without pretrained weights.

Our model has our generators, of family `vit-unet`, and their discriminators, which see pictures
from 0 to 1.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from copy import deepcopy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn

from benchmarks.parity.authors import define, importable, parsed, run, statements
from benchmarks.parity.cut import as_our_pool_draws
from benchmarks.parity.lent import LentNetworks
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
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.blocks import DiscriminatorOutput
from ganbench.networks.vit_unet import ViTUNet, heads_of, translator

SIZE, WIDTH, BATCH, POOL = 64, 4, 2, 4
SHAPE = (3, SIZE, SIZE)
SHAPES = dict.fromkeys("AB", (BATCH, *SHAPE))
SPEC = DataSpec("image", SHAPE, SHAPE)
SCRIPT = "scripts/train/celeba/cyclegan_celeba_preproc-256.py"
CHOSEN = {"gen": "vit-unet-12", "cycle": "cycle_mid", "gp": "paper", "loss": "lsgan"}  # defaults
BIAS = frozenset({"bias"})


class Judge(nn.Module):
    """A discriminator of theirs, for pictures from 0 to 1."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        return DiscriminatorOutput(self.network(x), ())


def settings(folder: Path) -> dict[str, Any]:
    """What their script trains with, for smaller pictures and networks."""
    tree = parsed(folder / SCRIPT)
    chosen = SimpleNamespace(**CHOSEN, transfer="none", attr="male2female")
    names: dict[str, Any] = {"os": os, "ROOT_OUTDIR": "", "cmdargs": chosen}
    define(tree, ["get_transfer_preset"], names)
    run(statements(tree, "GEN_PRESETS", "CYCLEGAN_PRESETS"), names)
    run(statements(tree, "args_dict", "args_dict"), names)
    found: dict[str, Any] = names["args_dict"]
    found["image_shape"] = SHAPE
    found["model_args"]["pool_size"] = POOL
    found["discriminator"]["model_args"] = {"ndf": WIDTH}
    units = 8 * WIDTH
    found["generator"]["model_args"] |= {
        "features": units, "n_heads": heads_of(units), "ffn_features": 4 * units,
        "embed_features": units, "unet_features_list": [WIDTH * 2**i for i in range(4)],
    }  # fmt: skip
    return found


def their_model(folder: Path) -> Any:
    """As their train.py makes it, for a CPU; schedules by the epoch are left out."""
    found = settings(folder)
    with importable(folder):
        from uvcgan.cgan import construct_model  # type: ignore[import-not-found]
        from uvcgan.cgan.model_base import ModelBase  # type: ignore[import-not-found]
        from uvcgan.config.config import Config  # type: ignore[import-not-found]

        values = {name: found[name] for name in Config.__slots__ if name in found}
        with patch.object(ModelBase, "_setup_schedulers"):
            model = construct_model("", Config(**values), is_train=True, device="cpu")
    for network in model.models.values():
        network.double()  # they have coordinates in single precision
    return model


def of_generators(ours: ViTUNet, theirs: Any) -> Iterator[tuple[str, Matched]]:
    """Part by part, for theirs are nested. What has no effect: biases before instance norms."""
    net, block = theirs.net, theirs.net.unet
    yield "first", Matched(ours.first, net.layer_input)
    yield "last", Matched(ours.last, net.layer_output)
    levels = list(zip(ours.downs, reversed(ours.ups), strict=True))
    for i, (down, up) in enumerate(levels):
        dead = BIAS if i < len(levels) - 1 else frozenset()
        yield f"downs.{i}.keep", Matched(down.keep, block.conv.block)
        yield f"downs.{i}.shrink", Matched(down.shrink, block.conv.downsample, dead)
        yield f"ups.{i}.join", Matched(up.join, block.deconv.block)
        enlarging = Matched(up.enlarge[1], block.deconv.upsample[1], BIAS)
        yield f"ups.{i}.enlarge", enlarging
        block = block.get_inner_module()
    bottom: Any = ours.bottom
    yield "bottom.of_places", Matched(bottom.of_places, block.trans_input.embed.projector)
    yield "bottom.first", Matched(bottom.first, block.trans_input.output)
    yield "bottom.last", Matched(bottom.last, block.trans_output)
    for i, (own, other) in enumerate(zip(bottom.blocks, block.encoder.encoder, strict=True)):
        yield f"bottom.blocks.{i}", Matched(own, other)


def pair(order: Callable[[Any], None], folder: Path) -> Pair:
    """order: of the updates of G and D on their side."""
    theirs = their_model(folder)
    generators = {"G_AB": theirs.models.gen_ab, "G_BA": theirs.models.gen_ba}
    judges = {"D_A": theirs.models.disc_a, "D_B": theirs.models.disc_b}
    torch.manual_seed(1)
    lent = {
        **{name: translator(SHAPE, SHAPE, Architecture(WIDTH)) for name in generators},
        **{name: Judge(deepcopy(judge)) for name, judge in judges.items()},
    }
    model = build("uvcgan", LentNetworks(SPEC, lent), "paper", {"pool_size": POOL})
    own = {**dict(model.generators.items()), **dict(model.discriminators.items())}
    networks = {
        f"{name}.{part}": matched
        for name, other in generators.items()
        for part, matched in of_generators(own[name], other)
    }
    for name, judge in judges.items():
        dead = biases_before_norm(judge)
        dead_of_ours = frozenset(f"network.{one}" for one in dead)
        networks[name] = Matched(own[name], judge, dead, dead_of_ours)
    ours, other = same_start(networks)
    for pool in (theirs.pred_a_pool, theirs.pred_b_pool):
        pool.query = partial(as_our_pool_draws, pool, pool.query)
    side = our_side(model, ours, batch_of(SHAPES, 0))
    return Pair(side, Side(partial(their_update, order, theirs), other), SHAPES)


def d_first(model: Any) -> None:
    """Their own steps in our order."""
    judges = [model.models.disc_a, model.models.disc_b]
    model.forward()
    model.set_requires_grad(judges, True)
    model.optimizers.disc.zero_grad()
    model.backward_discriminators()
    model.optimizers.disc.step()
    model.set_requires_grad(judges, False)
    model.optimizers.gen.zero_grad()
    model.backward_generators()
    model.optimizers.gen.step()


def g_first(model: Any) -> None:
    """As they have it."""
    model.optimization_step()


def their_update(order: Callable[[Any], None], model: Any, real: Batch, number: int) -> Losses:
    model.set_input((real["A"], real["B"]))
    penalties: list[Tensor] = []
    with recorded_penalties(model, penalties):
        order(model)
    losses = model.losses
    of_b, of_a = penalties
    return {
        "D_A": losses.disc_a - of_a, "D_B": losses.disc_b - of_b, "gp_A": of_a, "gp_B": of_b,
        "adv_A": losses.gen_ba, "adv_B": losses.gen_ab,
        "cyc_A": losses.cycle_a, "cyc_B": losses.cycle_b,
        "idt_A": losses.idt_a, "idt_B": losses.idt_b,
    }  # fmt: skip


def recorded_penalties(model: Any, into: list[Tensor]) -> Any:
    """Their penalty, of B and then of A, with the places that our model draws, of A and then of B;
    they count from the fakes.
    """
    names = type(model).backward_discriminator_base.__globals__
    own = names["cal_gradient_penalty"]
    drawn: list[Tensor] = []

    def rand(n: int, one: int, device: Any) -> Tensor:
        drawn.extend([] if drawn else [1 - torch.rand(n, 1) for _ in "AB"])
        return drawn.pop()

    its_torch = SimpleNamespace(rand=rand, autograd=torch.autograd, ones=torch.ones)

    def penalty(*arguments: Any, **options: Any) -> Any:
        with patch.dict(own.__globals__, {"torch": its_torch}):
            found = own(*arguments, **options)
        into.append(found[0])
        return found

    return patch.dict(names, {"cal_gradient_penalty": penalty})


FILES = f"cgan/cyclegan.py, base/losses.py, torch/layers, {SCRIPT}"
SETTINGS = f"recipe paper, pool_size {POOL}"
ADAPTED = (
    f"width {WIDTH} and not 48, {SIZE} px and not 256, discriminators are updated before the "
    "generators and not after them, a pool draws our numbers, places between are counted from the "
    "other end"
)
CASES = (
    Case("uvcgan", "uvcgan", "LS4GAN/uvcgan", FILES, SETTINGS, ADAPTED, partial(pair, d_first)),
    Case(
        "uvcgan, their order",
        "uvcgan",
        "LS4GAN/uvcgan",
        FILES,
        SETTINGS,
        ADAPTED,
        partial(pair, g_first),
        "generators are updated before the discriminators",
    ),
)
