"""clovaai/stargan-v2: its losses and networks, without what is for faces alone.

Our model has our networks, of family `starganv2`. Each of our batches has a sample twice, so that
one half has drawn styles and the other imitated ones, as their losses have them in turn.
"""

from __future__ import annotations

import argparse
import ast
import math
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from benchmarks.parity.authors import define, narrowed, parsed, run, statements
from benchmarks.parity.lent import signed
from benchmarks.parity.pair import (
    UPDATES,
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
from ganbench.contracts.model import Model
from ganbench.core.spec import Architecture, DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.starganv2 import Residual, StyledResidual

SIZE, WIDTH, BATCH = 32, 4, 2  # of a domain
SHAPE = (3, SIZE, SIZE)
SHAPES = dict.fromkeys("AB", (BATCH, *SHAPE))
NETWORKS = [
    *("ResBlk", "AdaIN", "AdainResBlk"),
    *("Generator", "MappingNetwork", "StyleEncoder", "Discriminator"),
]
LOSSES = ["compute_d_loss", "compute_g_loss", "adv_loss", "r1_reg", "moving_average"]
BIAS = frozenset({"bias"})


class Theirs(SimpleNamespace):
    """nets, optims, args: as their solver has them. names: of their functions."""


def their_model(folder: Path) -> Theirs:
    """With their options' own values, but for the filter for faces; widths are written into their
    layers: 2 ** 14 channels by pixels of a side, 512 at most and in the mapping network.
    """
    tree = narrowed(parsed(folder / "core/model.py"), 512, 8 * WIDTH)
    tree = narrowed(tree, 14, int(math.log2(SIZE * WIDTH)))
    names: dict[str, Any] = {"nn": nn, "F": F, "np": np, "math": math, "torch": torch}
    define(tree, NETWORKS, names)
    args = options(folder)
    nets = SimpleNamespace(
        generator=names["Generator"](SIZE, args.style_dim, w_hpf=0),
        mapping_network=names["MappingNetwork"](args.latent_dim, args.style_dim),
        style_encoder=names["StyleEncoder"](SIZE, args.style_dim),
        discriminator=names["Discriminator"](SIZE),
    )
    nets.generator.to_rgb.append(nn.Tanh())
    functions: dict[str, Any] = {"torch": torch, "F": F, "Munch": SimpleNamespace}
    define(parsed(folder / "core/solver.py"), LOSSES, functions)
    return Theirs(nets=nets, optims=optimisers(nets, args), args=args, names=functions)


def options(folder: Path) -> Any:
    """Of their main.py; diversity falls to 0 over the compared updates."""
    names: dict[str, Any] = {"argparse": argparse, "str2bool": bool}
    block = statements(
        parsed(folder / "main.py"), "parser = ", "parser.add_argument('--eval_every'"
    )
    run(block, names)
    return names["parser"].parse_args(["--mode=train", "--w_hpf=0", f"--ds_iter={UPDATES}"])


def optimisers(nets: Any, args: Any) -> dict[str, torch.optim.Optimizer]:
    """As their solver makes them."""
    rates = {name: args.f_lr if name == "mapping_network" else args.lr for name in vars(nets)}
    betas = (args.beta1, args.beta2)
    return {
        name: torch.optim.Adam(
            getattr(nets, name).parameters(), rate, betas, weight_decay=args.weight_decay
        )
        for name, rate in rates.items()
    }


# Whose layer is whose


class Part(nn.Module):
    """A domain's rows of a layer, in the same memory."""

    def __init__(self, layer: Any, rows: slice) -> None:
        super().__init__()
        self.weight = nn.Parameter(layer.weight.data[rows])
        self.bias = nn.Parameter(layer.bias.data[rows])


def of_block(ours: Any, theirs: Any) -> Iterator[Matched]:
    is_normed = isinstance(ours, StyledResidual) or theirs.normalize
    yield Matched(ours.first, theirs.conv1, BIAS if is_normed else frozenset())
    yield Matched(ours.second, theirs.conv2)
    if theirs.learned_sc:
        yield Matched(ours.shortcut, theirs.conv1x1)
    if isinstance(ours, StyledResidual):
        yield Matched(ours.first_norm.affine, theirs.norm1.fc)
        yield Matched(ours.second_norm.affine, theirs.norm2.fc)
    elif is_normed:
        yield Matched(ours.first_norm, theirs.norm1)
        yield Matched(ours.second_norm, theirs.norm2)


def of_generator(ours: Any, theirs: Any) -> Iterator[Matched]:
    first, *encoder = ours.content
    yield Matched(first[1], theirs.from_rgb)
    decoder = ours.decode.blocks
    for own, other in zip([*encoder, *decoder], [*theirs.encode, *theirs.decode], strict=True):
        yield from of_block(own, other)
    yield Matched(ours.decode.last, theirs.to_rgb)


def of_judging(ours: Any, theirs: Any) -> Iterator[Matched]:
    """Of the blocks that halve pictures down to one place. ours: a list with the last two
    convolutions among them.
    """
    layers = [m for m in ours if not isinstance(m, Residual)]
    convolutions = [m for part in layers for m in part.modules() if isinstance(m, nn.Conv2d)]
    others = [m for m in theirs if isinstance(m, nn.Conv2d)]
    yield from (Matched(own, other) for own, other in zip(convolutions, others, strict=True))
    blocks = [m for m in ours if isinstance(m, Residual)]
    for own, other in zip(blocks, [m for m in theirs if hasattr(m, "conv1")], strict=True):
        yield from of_block(own, other)


def all_parts(model: Model, nets: Any) -> dict[str, Matched]:
    both: Any = model.generators["G"]
    judges: Any = [model.discriminators[f"D_{name}"] for name in "AB"]
    encoder, style_dim = both.style.network, model.hparams.style_dim
    parts = {
        "G": of_generator(both, nets.generator),
        "F": iter([Matched(model.generators["F"], nets.mapping_network)]),
        "E": of_judging(encoder[:-2], nets.style_encoder.shared),
        "E.own": (
            Matched(Part(encoder[-1], slice(i * style_dim, (i + 1) * style_dim)), layer)
            for i, layer in enumerate(nets.style_encoder.unshared)
        ),
        "D": of_judging(judges[0].blocks, nets.discriminator.main[:-1]),
        "D.own": (
            Matched(judge.head, Part(nets.discriminator.main[-1], slice(i, i + 1)))
            for i, judge in enumerate(judges)
        ),
    }
    return {f"{name}.{i}": one for name, own in parts.items() for i, one in enumerate(own)}


# Their updates


def inputs(args: Any, real: Batch) -> dict[str, Any]:
    """A batch of both domains, each of which goes to the other one: A to B first. Latents are drawn
    as our model draws them, first those to A.
    """
    a, b = signed(real["A"]), signed(real["B"])
    of_a, of_b = torch.zeros(len(a), dtype=torch.long), torch.ones(len(b), dtype=torch.long)
    drawn = [torch.randn(BATCH, args.latent_dim) for _ in range(4)]
    return {
        "x_real": torch.cat([a, b]), "y_org": torch.cat([of_a, of_b]),
        "y_trg": torch.cat([of_b, of_a]),
        "z_trg": torch.cat([drawn[1], drawn[0]]), "z_trg2": torch.cat([drawn[3], drawn[2]]),
        "x_ref": torch.cat([b, a]), "x_ref2": torch.cat([b.flip(0), a.flip(0)]),
    }  # fmt: skip


def at_once(folder: Path, theirs: Theirs, real: Batch, number: int) -> Losses:
    """One update of D and one of the others, each by the mean of both kinds of styles."""
    nets, args, given = theirs.nets, theirs.args, inputs(theirs.args, real)
    batch = [given[name] for name in ("x_real", "y_org", "y_trg")]
    of_d, of_g = theirs.names["compute_d_loss"], theirs.names["compute_g_loss"]
    of_critics = [
        of_d(nets, args, *batch, z_trg=given["z_trg"]),
        of_d(nets, args, *batch, x_ref=given["x_ref"]),
    ]
    updated(theirs, ["discriminator"], [loss for loss, _ in of_critics])
    drawn, imitated = (given["z_trg"], given["z_trg2"]), (given["x_ref"], given["x_ref2"])
    of_generators = [
        of_g(nets, args, *batch, z_trgs=drawn),
        of_g(nets, args, *batch, x_refs=imitated),
    ]
    makers = ["generator", "mapping_network", "style_encoder"]
    updated(theirs, makers, [loss for loss, _ in of_generators])
    found = [*(parts for _, parts in of_critics), *(parts for _, parts in of_generators)]
    return weighted(args, *found)


def updated(theirs: Theirs, networks: list[str], losses: list[Tensor]) -> None:
    for optimiser in theirs.optims.values():
        optimiser.zero_grad()
    torch.stack(losses).mean().backward()  # type: ignore[no-untyped-call]
    for name in networks:
        theirs.optims[name].step()


def one_by_one(folder: Path, theirs: Theirs, real: Batch, number: int) -> Losses:
    """As their solver has it: D twice, then the others by drawn styles, then G by imitated ones."""
    nets = deepcopy(theirs.nets)  # stands for their averages
    names = {
        **theirs.names, **inputs(theirs.args, real), "masks": None,
        "nets": theirs.nets, "nets_ema": nets, "args": theirs.args,
        "optims": SimpleNamespace(**theirs.optims),
        "self": SimpleNamespace(_reset_grad=partial(reset, theirs.optims)),
    }  # fmt: skip
    run(iteration(folder), names)
    kinds = [f"{side}_losses_{kind}" for side in "dg" for kind in ("latent", "ref")]
    return weighted(theirs.args, *(names[kind] for kind in kinds))


def iteration(folder: Path) -> list[ast.stmt]:
    """Their statements from the first loss to the averages."""
    first, last = "d_loss, d_losses_latent", "moving_average(nets.generator"
    return statements(parsed(folder / "core/solver.py"), first, last)


def reset(optims: Mapping[str, torch.optim.Optimizer]) -> None:
    for optimiser in optims.values():
        optimiser.zero_grad()


def weighted(args: Any, *found: Any) -> Losses:
    """Means over both kinds of styles of D's terms and of the others' terms. The weight of
    diversity then falls, as in their loop.
    """
    of_d, of_g = found[:2], found[2:]
    means = {
        "D": mean(of_d, "real") + mean(of_d, "fake"),
        "r1": args.lambda_reg * mean(of_d, "reg"),
        "adv": mean(of_g, "adv"),
        "style": args.lambda_sty * mean(of_g, "sty"),
        "div": -args.lambda_ds * mean(of_g, "ds"),
        "cyc": args.lambda_cyc * mean(of_g, "cyc"),
    }
    args.lambda_ds -= 1 / args.ds_iter
    return {name: torch.tensor(value) for name, value in means.items()}


def mean(found: Any, name: str) -> float:
    return sum(getattr(one, name) for one in found) / len(found)


def twice(update: Callable[[Batch, int], Losses], real: Batch, number: int) -> Losses:
    """Our update on a batch with each sample twice; terms of both domains together."""
    losses: dict[str, Tensor] = {}
    for name, term in update({k: torch.cat([x, x]) for k, x in real.items()}, number).items():
        kind = name[: -len("_A")]
        losses[kind] = losses.get(kind, torch.zeros(())) + term
    return losses


def pair(update: Any, folder: Path) -> Pair:
    theirs = their_model(folder)
    nets = NetworkBuilder(DataSpec("image", SHAPE, SHAPE), Architecture(WIDTH), 0, "starganv2")
    model = build("starganv2", nets, "code")
    ours, other = same_start(all_parts(model, theirs.nets))
    few = {name: torch.cat([x, x]) for name, x in batch_of(SHAPES, 0).items()}
    side = our_side(model, ours, few)
    their_side = Side(partial(update, folder, theirs), other)
    return Pair(Side(partial(twice, side.update), ours), their_side, SHAPES)


FILES = "core/solver.py, core/model.py, main.py"
SETTINGS = f"recipe code, w_hpf 0, ds_iter {UPDATES}"
ADAPTED = (
    f"width {WIDTH} and not 64, {SIZE} px and not 256, a tanh at the end, no sample goes to its "
    "own domain, their two losses of D and their two of the others are each one update by their "
    "mean"
)
CASES = (
    Case(
        "starganv2",
        "starganv2",
        "clovaai/stargan-v2",
        FILES,
        SETTINGS,
        ADAPTED,
        partial(pair, at_once),
    ),
    Case(
        "starganv2, their updates",
        "starganv2",
        "clovaai/stargan-v2",
        FILES,
        SETTINGS,
        ADAPTED,
        partial(pair, one_by_one),
        "D has two updates, the others one by drawn styles, G alone another one by imitated ones",
    ),
)
