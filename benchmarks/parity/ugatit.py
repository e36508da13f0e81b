"""znxlwm/UGATIT-pytorch: U-GAT-IT."""

from __future__ import annotations

import argparse
import ast
import itertools
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor, nn

from benchmarks.parity.authors import define, importable, parsed, run, statements
from benchmarks.parity.lent import signed
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
from ganbench.networks.attention import AttentiveDiscriminator, AttentiveTranslator
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.spectral import SpectralNorm

SIZE, WIDTH = 128, 4  # the smallest pictures that their global discriminator takes
SHAPE = (3, SIZE, SIZE)
SHAPES = dict.fromkeys("AB", (1, *SHAPE))
SPEC = DataSpec("image", SHAPE, SHAPE)
OF_DOMAIN = {"A": ("disGA", "disLA"), "B": ("disGB", "disLB")}  # ours have the global one first


def their_model(folder: Path, options: list[str]) -> SimpleNamespace:
    """What their UGATIT has after `build_model`, but for data; their options' own values."""
    parser: dict[str, Any] = {
        "argparse": argparse,
        "str2bool": lambda text: text.lower() == "true",
        "check_args": lambda arguments: arguments,
    }
    define(parsed(folder / "main.py"), ["parse_args"], parser)
    with patch.object(sys, "argv", ["main.py", "--device=cpu", *options]):
        model = SimpleNamespace(**vars(parser["parse_args"]()))
    with importable(folder):
        import networks  # type: ignore[import-not-found]

        names = {**vars(networks), "self": model, "itertools": itertools}
    run(statements(parsed(folder / "UGATIT.py"), "self.genA2B", "self.Rho_clipper"), names)
    return model


def iteration(folder: Path) -> list[ast.stmt]:
    """The statements of one of theirs, from a batch to the weights after both updates."""
    first, last = "self.D_optim.zero_grad", "self.genB2A.apply(self.Rho_clipper)"
    return statements(parsed(folder / "UGATIT.py"), first, last)


def update(model: SimpleNamespace, block: list[ast.stmt], real: Batch, number: int) -> Losses:
    """block: as `iteration` gives it."""
    names = {"self": model, "torch": torch, **{f"real_{d}": signed(real[d]) for d in "AB"}}
    run(block, names)
    losses = {}
    for d in "AB":
        adversarial = [names[f"G_ad_{cam}loss_{of}{d}"] for of in "GL" for cam in ("", "cam_")]
        losses |= {
            f"D_{d}": names[f"D_loss_{d}"],
            f"adv_{d}": model.adv_weight * sum(adversarial),
            f"cyc_{d}": model.cycle_weight * names[f"G_recon_loss_{d}"],
            f"idt_{d}": model.identity_weight * names[f"G_identity_loss_{d}"],
            f"cam_{d}": model.cam_weight * names[f"G_cam_loss_{d}"],
        }
    return losses


# Whose layer is whose


class Half(nn.Module):
    """A part of our linear map to scales and shifts, which are two maps of theirs."""

    def __init__(self, weight: Tensor) -> None:
        super().__init__()
        self.weight = nn.Parameter(weight)  # the same memory


def layers_in(network: nn.Module) -> list[nn.Module]:
    """Convolutions, linear maps and norms with a share, in their order."""
    kinds = (nn.Conv2d, nn.Linear)
    return [m for m in network.modules() if isinstance(m, kinds) or hasattr(m, "rho")]


def of_translators(ours: AttentiveTranslator, theirs: Any) -> dict[str, Matched]:
    *style, both = layers_in(ours.style)
    halves = map(Half, both.weight.data.chunk(2))  # type: ignore[union-attr, operator]
    blocks = [layer for block in their_blocks(theirs) for layer in block]
    pairs = {
        "encoder": (layers_in(ours.encoder), layers_in(theirs.DownBlock)),
        "attention": (layers_in(ours.attention), [theirs.gap_fc, theirs.gmp_fc, theirs.conv1x1]),
        "style": (style, layers_in(theirs.FC)),
        "scale and shift": (halves, [theirs.gamma, theirs.beta]),
        "blocks": (layers_in(ours.decoder.blocks), blocks),
        "last": (layers_in(ours.decoder.last), layers_in(theirs.UpBlock2)),
    }
    return {
        f"{part}.{i}": Matched(own, other)
        for part, (all_own, all_others) in pairs.items()
        for i, (own, other) in enumerate(zip(all_own, all_others, strict=True))
    }


def their_blocks(theirs: Any) -> Iterator[list[nn.Module]]:
    """The layers of each, in the order of ours."""
    for i in range(theirs.n_blocks):
        block = getattr(theirs, f"UpBlock1_{i + 1}")
        yield [block.conv1, block.norm1, block.conv2, block.norm2]


def of_discriminators(ours: AttentiveDiscriminator, theirs: Any) -> dict[str, Matched]:
    others = [*layers_in(theirs.model), theirs.gap_fc, theirs.gmp_fc, theirs.conv1x1, theirs.conv]
    found = {}
    for i, (own, other) in enumerate(zip(layers_in(ours), others, strict=True)):
        lend_vector(own, other)
        found[str(i)] = Matched(own, BeforeNorm(other) if hasattr(other, "weight_orig") else other)
    return found


class BeforeNorm(nn.Module):
    """What a layer of theirs learns, in the order of ours."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.weight, self.bias = layer.weight_orig, layer.bias


def lend_vector(ours: nn.Module, theirs: Any) -> None:
    """Their power iteration begins where ours does."""
    for part in ours.modules():
        if isinstance(part, SpectralNorm):
            theirs.weight_u.data.copy_(part.vector)


def attend_with_norm(theirs: Any) -> None:
    """Their discriminator weighs its maps by its classifiers' weights as they judge, with the
    spectral norm, and not by what the norm is taken of.
    """
    for classifier in (theirs.gap_fc, theirs.gmp_fc):
        classifier.parameters = partial(with_norm, classifier)


def with_norm(classifier: Any) -> Iterator[Tensor]:
    yield classifier.weight


def ugatit(light: bool, has_norm: bool, folder: Path) -> Pair:
    """has_norm: whether their attention is with the norm, as in the paper."""
    theirs = their_model(folder, [f"--light={light}", f"--ch={WIDTH}", f"--img_size={SIZE}"])
    nets = NetworkBuilder(SPEC, Architecture(WIDTH), 0, "resnet")
    model = build("ugatit", nets, "code", {"light": light})
    found: dict[str, Matched] = {}
    for source, target in ("AB", "BA"):
        name, other = f"G_{source}{target}", getattr(theirs, f"gen{source}2{target}")
        own = of_translators(model.generators[name], other)
        found |= {f"{name}.{key}": value for key, value in own.items()}
    for domain, names in OF_DOMAIN.items():
        for judge, key in zip(model.discriminators[f"D_{domain}"], names, strict=True):
            other = getattr(theirs, key)
            own = of_discriminators(judge, other)
            found |= {f"{key}.{name}": value for name, value in own.items()}
            if has_norm:
                attend_with_norm(other)
    weights = same_start(found)
    real = batch_of(SHAPES, 0)
    return Pair(
        our_side(model, weights[0], real),
        Side(partial(update, theirs, iteration(folder)), weights[1]),
        SHAPES,
    )


WITH_NORM = (
    "the attention of their discriminators takes its classifiers' weights with the spectral norm"
)
WITHOUT = "discriminators attend by their classifiers' weights before the spectral norm"


def case(name: str, light: bool, departure: str = "") -> Case:
    width = f"width {WIDTH} and not 64"
    return Case(
        name,
        "ugatit",
        "znxlwm/UGATIT-pytorch",
        "UGATIT.py, networks.py",
        f"recipe code{', light' if light else ''}",
        width if departure else f"{width}, {WITH_NORM}",
        partial(ugatit, light, not departure),
        departure,
    )


CASES = (
    case("ugatit", light=False),
    case("ugatit (light)", light=True),
    case("ugatit, their attention", light=True, departure=WITHOUT),
)
