"""caogang/wgan-gp: a second implementation of the authors' toy, on points."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn

from benchmarks.parity.authors import define, parsed, run, statements
from benchmarks.parity.pair import (
    Batch,
    Case,
    Losses,
    Matched,
    Pair,
    Side,
    batch_of,
    build,
    our_side,
    same_start,
)
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder

FILE = "gan_toy.py"
WIDTH, BATCH, LAYERS, D_UPDATES = 16, 8, 4, 5
SHAPES = dict.fromkeys("AB", (BATCH, 2))
THEIRS = {"beta1": 0.5, "lambda_gp": 0.1, "schedule": "D,D,D,D,D,G"}


def legacy_variable(value: Tensor, requires_grad: bool = False, volatile: bool = False) -> Tensor:
    """What PyTorch 0.2 took the same arguments for."""
    return value.detach().requires_grad_(requires_grad)


def pair(folder: Path) -> Pair:
    architecture = Architecture(WIDTH, generator_layers=LAYERS, discriminator_layers=LAYERS)
    model = build(
        "wgan_gp", NetworkBuilder(DataSpec("points", (2,), (2,)), architecture, 0), "paper", THEIRS
    )
    names: dict[str, Any] = {
        "torch": torch, "nn": nn, "optim": torch.optim,
        "autograd": SimpleNamespace(Variable=legacy_variable, grad=torch.autograd.grad),
        "DIM": WIDTH, "FIXED_GENERATOR": False, "LAMBDA": THEIRS["lambda_gp"],
        "BATCH_SIZE": BATCH, "use_cuda": False,
        "one": torch.tensor(1.0), "mone": torch.tensor(-1.0),
    }  # fmt: skip
    tree = parsed(folder / FILE)
    define(tree, ["Generator", "Discriminator", "calc_gradient_penalty"], names)
    run(statements(tree, "netG = Generator()", "netD = Discriminator()"), names)
    run(statements(tree, "optimizerD = ", "optimizerG = "), names)
    ours, theirs = same_start(
        {
            "G_AB": Matched(model.generators["G_AB"], names["netG"]),
            "D_B": Matched(model.discriminators["D_B"], names["netD"]),
        }
    )
    side = Side(partial(their_update, tree, names), theirs)
    return Pair(our_side(model, ours, batch_of(SHAPES, 0)), side, SHAPES)


def their_update(tree: Any, names: dict[str, Any], real: Batch, number: int) -> Losses:
    """One of five of the critic, or the one of the generator; A is the noise."""
    rand = torch.rand
    names |= {"real_data_v": real["B"], "data": SimpleNamespace(next=lambda: real["B"])}
    is_of_d = number % (D_UPDATES + 1) < D_UPDATES
    for param in names["netD"].parameters():
        param.requires_grad_(is_of_d)
    with (
        patch.object(torch, "rand", lambda *shape: 1 - rand(*shape)),  # of the other end
        patch.object(torch, "randn", lambda *shape: real["A"]),
    ):
        if is_of_d:
            run(statements(tree, "netD.zero_grad()", "optimizerD.step()"), names)
            return {"D_B": names["D_fake"] - names["D_real"], "gp_B": names["gradient_penalty"]}
        run(statements(tree, "netG.zero_grad()", "optimizerG.step()"), names)
        return {"adv_B": names["G_cost"]}


CASES = (
    Case(
        "wgan_gp (toy)",
        "wgan_gp",
        "caogang/wgan-gp",
        FILE,
        "recipe paper, beta1 0.5, lambda_gp 0.1, schedule D,D,D,D,D,G",
        f"width {WIDTH} and not 512, places between are counted from the other end",
        pair,
    ),
)
