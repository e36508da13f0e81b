"""mingyuliutw/UNIT: the branch of the paper's experiments, and the later trainer; our model has
their networks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

import numpy as np
import torch
import yaml
from torch import Tensor, nn

from benchmarks.parity.authors import checkout, importable, without_gpu
from benchmarks.parity.lent import LentNetworks, SignedJudge, signed
from benchmarks.parity.munit import Judge, without_effect
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
from ganbench.core.spec import DataSpec
from ganbench.networks.blocks import Autoencoder
from ganbench.networks.losses import Adversarial
from ganbench.networks.patches import ToSigned

SIZE, WIDTH, BATCH = 32, 4, 2
SHAPE = (3, SIZE, SIZE)
SHAPES = dict.fromkeys("AB", (BATCH, *SHAPE))
SPEC = DataSpec("image", SHAPE, SHAPE)
BRANCH = "origin/version_02"
EXPERIMENT, LATER = "exps/unit/cat2tiger.yaml", "configs/unit_edges2handbags_folder.yaml"


class FromTanh(nn.Module):
    """Pictures of theirs, from -1 to 1, to ours, from 0 to 1."""

    def forward(self, x: Tensor) -> Tensor:
        return (x + 1) / 2


def autoencoder(encode: list[nn.Module], decode: list[nn.Module]) -> Autoencoder:
    """Theirs, whose parts next to the code can be shared."""
    return Autoencoder([ToSigned(), *encode], [*decode, FromTanh()], 1)


def our_pair(
    model: Model, networks: Mapping[str, Matched], update: Any, layout: torch.memory_format
) -> Pair:
    ours, theirs = same_start(networks)
    side = our_side(model, ours, batch_of(SHAPES, 0), layout)
    return Pair(side, Side(update, theirs), SHAPES)


# The branch of the paper's experiments


def experiment(has_noise: bool, folder: Path) -> Pair:
    """has_noise: whether their divergences are of codes with noise, as they run them."""
    trainer, config = their_experiment(folder)
    gen, dis = trainer.gen, trainer.dis
    shared = nn.Sequential(*list(gen.enc_shared)[:-1])  # without the noise
    model = build(
        "unit",
        LentNetworks(
            SPEC,
            {
                "autoencoder_A": autoencoder(
                    [gen.encode_A, shared], [gen.dec_shared, gen.decode_A]
                ),
                "autoencoder_B": autoencoder(
                    [gen.encode_B, shared], [gen.dec_shared, gen.decode_B]
                ),
                "D_A": SignedJudge(dis.model_A),
                "D_B": SignedJudge(dis.model_B),
            },
        ),
        "code",
    )
    a, b = model.generators["A"], model.generators["B"]
    networks = {
        "A.encode": (a.encode[1], gen.encode_A), "B.encode": (b.encode[1], gen.encode_B),
        "shared.encode": (a.encode[2], shared), "shared.decode": (a.decode[0], gen.dec_shared),
        "A.decode": (a.decode[1], gen.decode_A), "B.decode": (b.decode[1], gen.decode_B),
        "D_A": (model.discriminators["D_A"].network, dis.model_A),
        "D_B": (model.discriminators["D_B"].network, dis.model_B),
    }  # fmt: skip
    parts = {name: matched(*both) for name, both in networks.items()}
    if not has_noise:
        take_noise_from_divergences(trainer)
    update = partial(experiment_update, trainer, config)
    made = our_pair(model, parts, update, torch.channels_last)
    return Pair(Side(partial(summed, made.ours), made.ours.weights), made.theirs, SHAPES)


def matched(ours: nn.Module, theirs: nn.Module) -> Matched:
    return Matched(ours, theirs, biases_before_norm(theirs), biases_before_norm(ours))


def their_experiment(folder: Path) -> tuple[Any, dict[str, Any]]:
    """Their trainer and its settings, for a CPU and today's Python."""
    with checkout(folder, BRANCH, ["src", EXPERIMENT]) as files:
        config = yaml.safe_load((files / EXPERIMENT).read_text())["train"]["hyperparameters"]
        config["gen"]["ch"] = config["dis"]["ch"] = WIDTH
        config["dis"]["n_layer"] = 3
        with importable(files / "src", ["cv2"]), without_gpu():
            from trainers.cocogan_trainer import COCOGANTrainer  # type: ignore[import-not-found]

            sys.modules["trainers.cocogan_trainer"].itertools = SimpleNamespace(izip=zip)  # type: ignore[attr-defined]
            trainer = COCOGANTrainer(config)
    trainer.gpu = 0
    return trainer, config


def take_noise_from_divergences(trainer: Any) -> None:
    """Theirs are of what comes out of the layer that adds noise; now of what goes in."""
    means: dict[int, Tensor] = {}

    def note(layer: nn.Module, arguments: tuple[Tensor], code: Tensor) -> None:
        means[id(code)] = arguments[0]

    trainer.gen.enc_shared[-1].register_forward_hook(note)
    compute = trainer._compute_kl
    trainer._compute_kl = lambda code: compute(means[id(code)])


def experiment_update(trainer: Any, config: Mapping[str, Any], real: Batch, number: int) -> Losses:
    """Their two updates, with the same noise in both, as our model has it."""
    x_a, x_b = signed(real["A"]), signed(real["B"])
    noise = torch.get_rng_state()
    with without_gpu(), numbers_in_lists():
        trainer.dis_update(x_a, x_b, config)
        torch.set_rng_state(noise)
        trainer.gen_update(x_a, x_b, config)
    terms = {"D": trainer.dis_loss, "kl": 2 * config["kl_direct_link_w"] * trainer.gen_enc_loss}
    for name, back in (("a", "aba"), ("b", "bab")):
        domain = name.upper()
        terms |= {
            f"adv_{domain}": config["gan_w"] * getattr(trainer, f"gen_ad_loss_{name}"),
            f"rec_{domain}": config["ll_direct_link_w"] * getattr(trainer, f"gen_ll_loss_{name}"),
            f"cyc_{domain}": config["ll_cycle_link_w"] * getattr(trainer, f"gen_ll_loss_{back}"),
            f"kl_cyc_{domain}": config["kl_cycle_link_w"]
            * getattr(trainer, f"gen_enc_{back}_loss"),
        }
    return {name: torch.tensor(float(value)) for name, value in terms.items()}


@contextmanager
def numbers_in_lists() -> Iterator[None]:
    """A number is an array of one, as it was when they took its first element."""
    as_array = Tensor.numpy
    with patch.object(Tensor, "numpy", lambda value: np.atleast_1d(as_array(value))):
        yield


def summed(side: Side, real: Batch, number: int) -> Losses:
    """Ours with one loss for both discriminators, and one divergence, as theirs tell them."""
    found = dict(side.update(real, number))
    both = {name: found.pop(f"{name}_A") + found.pop(f"{name}_B") for name in ("D", "kl")}
    return found | both


# The later trainer

SQUARES = Adversarial(
    lambda fake: (fake - 1).square().mean(),
    lambda real, fake: ((real - 1).square().mean() + fake.square().mean()) / 2,
)
OF_LATER = {
    "lambda_adv": 1.0, "lambda_kl": 0.02, "lambda_rec": 20.0,
    "lambda_kl_cyc": 0.02, "lambda_cyc": 20.0, "shared_blocks": 0,
}  # fmt: skip


def later(folder: Path) -> Pair:
    config = yaml.safe_load((folder / LATER).read_text())
    config["gen"]["dim"] = config["dis"]["dim"] = WIDTH
    config["dis"]["num_scales"] = 1
    with importable(folder, ["torch.utils.serialization"]), without_gpu():
        from trainer import UNIT_Trainer  # type: ignore[import-not-found]

        theirs = UNIT_Trainer(config)
    lent = {
        "autoencoder_A": autoencoder([theirs.gen_a.enc], [theirs.gen_a.dec]),
        "autoencoder_B": autoencoder([theirs.gen_b.enc], [theirs.gen_b.dec]),
        "D_A": Judge(theirs.dis_a), "D_B": Judge(theirs.dis_b),
    }  # fmt: skip
    model = build("unit", LentNetworks(SPEC, lent), "code", OF_LATER)
    model.adversarial = SQUARES  # type: ignore[misc]
    own = {f"autoencoder_{name}": net for name, net in model.generators.items()}
    own |= dict(model.discriminators.items())
    without = {name: without_effect(net) for name, net in lent.items()}
    parts = {n: Matched(own[n], net, *[without[n]] * 2) for n, net in lent.items()}
    update = partial(later_update, theirs, config)
    return our_pair(
        model, parts, update, torch.contiguous_format
    )  # their layer norm takes no other


def later_update(trainer: Any, config: Mapping[str, Any], real: Batch, number: int) -> Losses:
    """Their two updates, with the same noise in both, as our model has it."""
    x_a, x_b = signed(real["A"]), signed(real["B"])
    noise = torch.get_rng_state()
    with without_gpu():
        trainer.dis_update(x_a, x_b, config)
        torch.set_rng_state(noise)
        trainer.gen_update(x_a, x_b, config)
    terms = {"D_A": trainer.loss_dis_a, "D_B": trainer.loss_dis_b}
    for name, back in (("a", "aba"), ("b", "bab")):
        domain, loss = name.upper(), partial(getattr, trainer)
        terms |= {
            f"adv_{domain}": config["gan_w"] * loss(f"loss_gen_adv_{name}"),
            f"rec_{domain}": config["recon_x_w"] * loss(f"loss_gen_recon_x_{name}"),
            f"kl_{domain}": config["recon_kl_w"] * loss(f"loss_gen_recon_kl_{name}"),
            f"cyc_{domain}": config["recon_x_cyc_w"] * loss(f"loss_gen_cyc_x_{name}"),
            f"kl_cyc_{domain}": config["recon_kl_cyc_w"] * loss(f"loss_gen_recon_kl_cyc_{back}"),
        }
    return terms


SMALL = f"our model has their networks, of width {WIDTH}, "
NOISE = "; the noise of D's update is that of G's"
ONE_SCALE = "with one scale of D and not three"
FILES = "src/trainers/cocogan_trainer.py, src/trainers/cocogan_nets.py"
OF_LAYERS = SMALL + "with three layers of D" + NOISE


def case_of_branch(row: str, has_noise: bool, also: str, departure: str = "") -> Case:
    return Case(
        row, "unit", "mingyuliutw/UNIT", FILES, "recipe code", OF_LAYERS + also,
        partial(experiment, has_noise), departure, BRANCH,
    )  # fmt: skip


def case_of_later() -> Case:
    values = ", ".join(f"{name} {value:g}" for name, value in OF_LATER.items())
    return Case(
        "unit (the later trainer)", "unit", "mingyuliutw/UNIT", "trainer.py, networks.py",
        f"recipe code, least squares, {values}", SMALL + ONE_SCALE + NOISE,
        later,
    )  # fmt: skip


CASES = (
    case_of_branch("unit", False, "; their divergences are of codes without noise"),
    case_of_branch(
        "unit, noisy divergences",
        True,
        "",
        "divergences are of codes that have their noise already",
    ),
    case_of_later(),
)
