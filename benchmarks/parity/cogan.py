"""mingyuliutw/CoGAN: the PyTorch trainer of digits and edges, with its networks in our model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
from torch import Tensor, nn

from benchmarks.parity.authors import importable, without_gpu
from benchmarks.parity.lent import LentNetworks
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
from ganbench.core.spec import DataSpec
from ganbench.networks.blocks import Discriminator

BATCH, LATENT_DIM = 4, 100
SHAPE = (1, 28, 28)
SHAPES = dict.fromkeys("AB", (BATCH, *SHAPE))
NORMALISED = ("dconv0", "dconv1", "dconv2", "dconv3")


class Trunk(nn.Module):
    """What their generators share: (n, d) to maps."""

    def __init__(self, generator: Any) -> None:
        super().__init__()
        names = [(f"dconv{i}", f"bn{i}", f"prelu{i}") for i in range(4)]
        self.layers = nn.Sequential(*(getattr(generator, name) for row in names for name in row))

    def forward(self, latent: Tensor) -> Tensor:
        out: Tensor = self.layers(latent[:, :, None, None])
        return out


class OneLogit(nn.Module):
    """Of their two, for fake and real: what a softmax of both makes of them is a sigmoid of the
    difference.
    """

    def __init__(self, last: nn.Module) -> None:
        super().__init__()
        self.last = last

    def forward(self, x: Tensor) -> Tensor:
        fake, real = self.last(x).chunk(2, dim=1)
        return real - fake


def wrapped(generator: Any, judge: Any) -> dict[str, nn.Module]:
    """Their networks as ours are taken apart, by our names."""
    networks: dict[str, nn.Module] = {}
    for domain in "AB":
        last = getattr(generator, f"dconv4_{domain.lower()}")
        first = getattr(judge, f"conv0_{domain.lower()}")
        shared = nn.Sequential(judge.pool0, judge.conv1, judge.pool1, judge.conv2, judge.prelu2)
        networks[domain] = nn.Sequential(Trunk(generator), nn.Sequential(last, nn.Sigmoid()))
        networks[f"D_{domain}"] = Discriminator([first, shared], OneLogit(judge.conv3))
    return networks


def without_effect(network: nn.Module) -> frozenset[str]:
    """Biases of the convolutions in a trunk, each of which batch norm follows."""
    found = (name for name, _ in network.named_parameters() if name.endswith(".bias"))
    return frozenset(name for name in found if ".layers." in name)


def pair(changed: Mapping[str, Any], folder: Path) -> Pair:
    with (
        importable(folder / "cogan_pytorch" / "src"),
        patch.object(np, "int", int, create=True),
    ):
        from trainer_cogan_mnistedge import (  # type: ignore[import-not-found]
            MNISTEdgeCoGanTrainer,
        )

        theirs = MNISTEdgeCoGanTrainer(BATCH, LATENT_DIM)
    networks = wrapped(theirs.gen, theirs.dis)
    lent = {f"decoder_{name}" if name in "AB" else name: net for name, net in networks.items()}
    model = build("cogan", LentNetworks(DataSpec("image", SHAPE, SHAPE), lent), "code", changed)
    own = {**dict(model.generators.items()), **dict(model.discriminators.items())}
    left_out = {name: without_effect(net) for name, net in networks.items()}
    ours, other = same_start(
        {name: Matched(own[name], networks[name], *[left_out[name]] * 2) for name in networks}
    )
    side = Side(partial(their_update, theirs), other)
    return Pair(our_side(model, ours, batch_of(SHAPES, 0)), side, SHAPES)


def their_update(trainer: Any, real: Batch, number: int) -> Losses:
    """Their two updates, on the fakes of one noise; each mean is over both domains."""
    told: list[Tensor] = []
    cross_entropy = nn.functional.cross_entropy

    def heard(logits: Tensor, labels: Tensor) -> Tensor:
        told.append(cross_entropy(logits, labels, reduction="none").view(2, -1).mean(1))
        return cross_entropy(logits, labels)

    noise = torch.randn(BATCH, LATENT_DIM)
    with without_gpu(), patch.object(nn.functional, "cross_entropy", heard):
        trainer.dis_update(real["A"], real["B"], noise)
        trainer.gen_update(noise)
    of_real, of_fake, of_g = told
    terms: dict[str, Tensor] = {}
    for i, domain in enumerate("AB"):
        terms[f"D_{domain}"] = (of_real[i] + of_fake[i]) / 2
        terms[f"adv_{domain}"] = of_g[i] / 2
    return terms


def case(row: str, settings: str, changed: Mapping[str, Any], departure: str = "") -> Case:
    return Case(
        row,
        "cogan",
        "mingyuliutw/CoGAN",
        "cogan_pytorch/src/trainer_cogan_mnistedge.py, net_cogan_mnistedge.py",
        settings,
        "our model has their networks, the noise of G's update is that of D's",
        partial(pair, changed),
        departure,
    )


CASES = (
    case("cogan", "recipe code", {}),
    case(
        "cogan, sum of domains",
        "recipe code, lambda_adv 1",
        {"lambda_adv": 1.0},
        "G learns from the sum of both domains' terms, where theirs is the mean",
    ),
)
