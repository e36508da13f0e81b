"""NVlabs/MUNIT: its trainer, with its networks in our model."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import torch
import yaml
from torch import Tensor, nn

from benchmarks.parity.authors import importable, without_gpu
from benchmarks.parity.lent import LentNetworks, signed
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
from ganbench.networks.blocks import DiscriminatorOutput

SIZE, WIDTH, BATCH = 32, 4, 2
SHAPE = (3, SIZE, SIZE)
SHAPES = dict.fromkeys("AB", (BATCH, *SHAPE))
CONFIG = "configs/edges2handbags_folder.yaml"
NORMS_OF_EACH_MAP = ("InstanceNorm2d", "AdaptiveInstanceNorm2d")


class Autoencoder(nn.Module):
    """Theirs, for pictures from 0 to 1 and styles (n, s)."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network: Any = network

    def content(self, x: Tensor) -> Tensor:
        out: Tensor = self.network.enc_content(signed(x))
        return out

    def style(self, x: Tensor) -> Tensor:
        out: Tensor = self.network.enc_style(signed(x)).flatten(1)
        return out

    def decode(self, content: Tensor, style: Tensor) -> Tensor:
        out: Tensor = (self.network.decode(content, style) + 1) / 2
        return out


class Judge(nn.Module):
    """The first scale of theirs, for pictures from 0 to 1."""

    def __init__(self, network: nn.Module) -> None:
        super().__init__()
        self.network = network

    def forward(self, x: Tensor) -> DiscriminatorOutput:
        (logits,) = self.network(signed(x))
        return DiscriminatorOutput(logits, ())


def without_effect(network: nn.Module) -> frozenset[str]:
    """Biases of convolutions whose maps are then normalised one by one."""
    return frozenset(
        f"{path}.conv.bias"
        for path, block in network.named_modules()
        if type(getattr(block, "norm", None)).__name__ in NORMS_OF_EACH_MAP
    )


def pair(recipe: str, folder: Path) -> Pair:
    config = yaml.safe_load((folder / CONFIG).read_text())
    config["gen"] |= {"dim": WIDTH, "mlp_dim": 2 * WIDTH}
    config["dis"] |= {"dim": WIDTH, "num_scales": 1}
    config["display_size"] = 1
    with importable(folder, ["torch.utils.serialization"]), without_gpu():
        from trainer import MUNIT_Trainer  # type: ignore[import-not-found]

        theirs = MUNIT_Trainer(config)
    networks = {
        "A": Autoencoder(theirs.gen_a), "B": Autoencoder(theirs.gen_b),
        "D_A": Judge(theirs.dis_a), "D_B": Judge(theirs.dis_b),
    }  # fmt: skip
    lent = {f"S_{name}" if name in "AB" else name: net for name, net in networks.items()}
    model = build("munit", LentNetworks(DataSpec("image", SHAPE, SHAPE), lent), recipe)
    own = {**dict(model.generators.items()), **dict(model.discriminators.items())}
    left_out = {name: without_effect(net) for name, net in networks.items()}
    ours, other = same_start(
        {name: Matched(own[name], networks[name], *[left_out[name]] * 2) for name in networks}
    )
    update = partial(their_update, theirs, config)
    layout = torch.contiguous_format  # their layer norm takes no other
    side = our_side(model, ours, batch_of(SHAPES, 0), layout)
    return Pair(side, Side(update, other), SHAPES)


def their_update(trainer: Any, config: Mapping[str, Any], real: Batch, number: int) -> Losses:
    """Their two updates, with the same styles in both, as our model has them."""
    x_a, x_b = signed(real["A"]), signed(real["B"])
    styles = torch.get_rng_state()
    with without_gpu():
        trainer.dis_update(x_a, x_b, config)
        torch.set_rng_state(styles)
        trainer.gen_update(x_a, x_b, config)
    terms = {"D_A": trainer.loss_dis_a, "D_B": trainer.loss_dis_b}
    for name in "ab":
        domain = name.upper()
        terms |= {
            f"adv_{domain}": config["gan_w"] * getattr(trainer, f"loss_gen_adv_{name}"),
            f"rec_{domain}": config["recon_x_w"] * getattr(trainer, f"loss_gen_recon_x_{name}"),
            f"content_{domain}": config["recon_c_w"] * getattr(trainer, f"loss_gen_recon_c_{name}"),
            f"style_{domain}": config["recon_s_w"] * getattr(trainer, f"loss_gen_recon_s_{name}"),
        }
    return terms


ADAPTED = (
    f"our model has their networks, of width {WIDTH}, with one scale of D and not three; the "
    "styles of D's update are those of G's"
)


def case(row: str, recipe: str, departure: str = "") -> Case:
    files = "trainer.py, networks.py"
    make = partial(pair, recipe)
    return Case(row, "munit", "NVlabs/MUNIT", files, f"recipe {recipe}", ADAPTED, make, departure)


CASES = (
    case("munit", "code"),
    case(
        "munit, weights as they stand",
        "paper",
        "a weight of 10 on pictures from 0 to 1, where theirs go from -1 to 1",
    ),
)
