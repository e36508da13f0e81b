"""eriklindernoren/PyTorch-GAN: second implementations of LSGAN and WGAN-GP, noise to pictures."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor, nn
from torch.autograd import Variable, grad

from benchmarks.parity.authors import define, parsed, run, statements
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
from ganbench.core.spec import DataSpec
from ganbench.networks.blocks import DiscriminatorOutput

BATCH, LATENT_DIM, SIZE = 4, 100, 32
SHAPES = {"A": (BATCH, LATENT_DIM), "B": (BATCH, 1, SIZE, SIZE)}
OPTIONS = {"lr": 2e-4, "b1": 0.5, "b2": 0.999, "channels": 1, "n_critic": 5}
Update = Callable[[Any, dict[str, Any], Batch, int], Losses]


class Judge(nn.Module):
    """A discriminator of theirs, which gives logits (n, 1)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        return DiscriminatorOutput(self.network(x).flatten(), ())


def pair(name: str, update: Update, changed: Mapping[str, Any], folder: Path) -> Pair:
    tree = parsed(folder / "implementations" / name / f"{name}.py")
    names = their_program(tree)
    networks = {"G_AB": names["generator"], "D_B": Judge(names["discriminator"])}
    nets = LentNetworks(DataSpec("points", SHAPES["A"][1:], SHAPES["B"][1:]), networks)
    model = build(name, nets, "paper", changed)
    own = {"G_AB": model.generators["G_AB"], "D_B": model.discriminators["D_B"]}
    left_out = {key: biases_before_norm(net) for key, net in networks.items()}
    ours, theirs = same_start(
        {key: Matched(own[key], networks[key], *[left_out[key]] * 2) for key in networks}
    )
    side = Side(partial(update, tree, names), theirs)
    layout = torch.contiguous_format  # their `view` takes no other
    return Pair(our_side(model, ours, batch_of(SHAPES, 0), layout), side, SHAPES)


def their_program(tree: Any) -> dict[str, Any]:
    """The global names of a script of theirs after its set-up."""
    names: dict[str, Any] = {
        "torch": torch, "nn": nn, "np": np, "Variable": Variable, "cuda": False,
        "autograd": SimpleNamespace(grad=grad), "Tensor": torch.DoubleTensor, "lambda_gp": 10,
        "img_shape": SHAPES["B"][1:], "adversarial_loss": nn.MSELoss(),
        "opt": SimpleNamespace(**OPTIONS, img_size=SIZE, latent_dim=LATENT_DIM),
    }  # fmt: skip
    define(tree, ["Generator", "Discriminator", "compute_gradient_penalty"], names)
    run(statements(tree, "generator = Generator()", "discriminator = Discriminator()"), names)
    run(statements(tree, "optimizer_G = ", "optimizer_D = "), names)
    return names


def halved(loss: nn.Module, *arguments: Tensor) -> Tensor:
    return 0.5 * loss(*arguments)


def lsgan_update(
    is_halved: bool, tree: Any, names: dict[str, Any], real: Batch, number: int
) -> Losses:
    """Their steps, with the discriminator's first. is_halved: whether the generator's squares are,
    as those of the paper.
    """
    names |= {"real_imgs": real["B"], "z": real["A"]}
    names |= {"valid": torch.ones(BATCH, 1), "fake": torch.zeros(BATCH, 1)}
    run(statements(tree, "gen_imgs = ", "gen_imgs = "), names)
    run(statements(tree, "optimizer_D.zero_grad()", "optimizer_D.step()"), names)
    whole = names["adversarial_loss"]
    names["optimizer_G"].zero_grad()
    of_g = {**names, "adversarial_loss": partial(halved, whole) if is_halved else whole}
    run(statements(tree, "g_loss = ", "optimizer_G.step()"), of_g)
    return {"D_B": names["d_loss"], "adv_B": of_g["g_loss"]}


def wgan_gp_update(tree: Any, names: dict[str, Any], real: Batch, number: int) -> Losses:
    def random(shape: Sequence[int]) -> np.ndarray:
        """Places between, counted from the other end."""
        return (1 - torch.rand(shape)).numpy()

    names |= {"real_imgs": real["B"], "z": real["A"], "i": number}
    with patch.object(np.random, "random", random):
        run(statements(tree, "optimizer_D.zero_grad()", "optimizer_D.zero_grad()"), names)
        run(statements(tree, "fake_imgs = generator(z)", "optimizer_G.zero_grad()"), names)
    terms = {
        "D_B": names["fake_validity"].mean() - names["real_validity"].mean(),
        "gp_B": names["lambda_gp"] * names["gradient_penalty"],
    }
    if number % OPTIONS["n_critic"]:
        return terms
    run(statements(tree, "fake_imgs = generator(z)", "optimizer_G.step()"), names)
    return {**terms, "adv_B": names["g_loss"]}


def case(
    name: str,
    row: str,
    settings: str,
    adapted: str,
    make: Callable[[Path], Pair],
    departure: str = "",
) -> Case:
    file = f"implementations/{name}/{name}.py"
    return Case(row, name, "eriklindernoren/PyTorch-GAN", file, settings, adapted, make, departure)


LENT = "our model has their networks"
CASES = (
    case(
        "lsgan", "lsgan", "recipe paper",
        f"{LENT}, D before G, where theirs is after G, G's squares are halved as in the paper",
        partial(pair, "lsgan", partial(lsgan_update, True), {}),
    ),
    case(
        "lsgan", "lsgan, squares as they stand", "recipe paper",
        f"{LENT}, D before G, where theirs is after G",
        partial(pair, "lsgan", partial(lsgan_update, False), {}),
        "G's squares have no half",
    ),
    case(
        "wgan_gp", "wgan_gp (pictures)",
        "recipe paper, lr 2e-4, beta1 0.5, beta2 0.999, schedule DG,D,D,D,D",
        f"{LENT}, places between are counted from the other end",
        partial(
            pair, "wgan_gp", wgan_gp_update,
            {"lr": 2e-4, "beta1": 0.5, "beta2": 0.999, "schedule": "DG,D,D,D,D"},
        ),
    ),
)  # fmt: skip
