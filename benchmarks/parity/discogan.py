"""SKTBrain/DiscoGAN: its two scripts, each with its three models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd import Variable

from benchmarks.parity.authors import define, narrowed, parsed, run, statements, without_gpu
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

SIZE, BATCH = 64, 4
WIDTH, NARROW = 64, 8  # theirs is written into their layers; double precision takes long
CURRICULUM = 10  # updates, so that 20 see both weights; theirs is 10,000
MODELS = {"standard": "gan", "recon": "recongan", "discogan": "discogan"}


@dataclass(frozen=True)
class Script:
    """file: of theirs. rates: of the reconstruction, at first and later. has_bottleneck: of G.

    kept: what our data specification says of the tasks that the script is for.
    """

    file: str
    rates: tuple[float, float]
    has_bottleneck: bool
    kept: tuple[str, ...]


SCRIPTS = (
    Script("image_translation.py", (0.01, 0.5), False, ()),
    Script("angle_pairing.py", (0.9, 0.9), True, ("azimuth_deg",)),
)


def pair(script: Script, name: str, folder: Path) -> Pair:
    shape = (3, SIZE, SIZE)
    architecture = Architecture(NARROW, 100 if script.has_bottleneck else 0)
    nets = NetworkBuilder(DataSpec("image", shape, shape, script.kept), architecture, 0)
    changed = {"warmup_steps": CURRICULUM} if name != "standard" and not script.kept else {}
    model = build(name, nets, "code", changed)
    names = their_program(folder / "discogan", script, name)
    networks = {
        key: Matched(own, names[THEIRS[key]])
        for part in (model.generators, model.discriminators)
        for key, own in part.items()
    }
    ours, theirs = same_start(networks)
    shapes = dict.fromkeys("AB", (BATCH, *shape))
    their_side = Side(partial(their_update, script, name, folder / "discogan", names), theirs)
    return Pair(our_side(model, ours, batch_of(shapes, 0)), their_side, shapes)


# They are named after the domain that they make or judge.
THEIRS = {
    "G_AB": "generator_B",
    "G_BA": "generator_A",
    "D_A": "discriminator_A",
    "D_B": "discriminator_B",
}


def their_program(folder: Path, script: Script, name: str) -> dict[str, Any]:
    """The global names of their script, after its set-up: networks, criteria, optimisers."""
    start, later = script.rates
    args = SimpleNamespace(
        learning_rate=2e-4,
        model_arch=MODELS[name],
        gan_curriculum=CURRICULUM,
        starting_rate=start,
        default_rate=later,
        update_interval=3,
    )
    names: dict[str, Any] = {
        "torch": torch, "nn": nn, "optim": torch.optim, "chain": chain, "Variable": Variable,
        "args": args, "cuda": False,
    }  # fmt: skip
    define(
        narrowed(parsed(folder / "model.py"), WIDTH, NARROW), ["Generator", "Discriminator"], names
    )
    tree = parsed(folder / script.file)
    define(tree, ["get_gan_loss", "get_fm_loss"], names)
    run(statements(tree, "generator_A = Generator(", "discriminator_B = "), names)
    run(statements(tree, "recon_criterion = ", "optim_dis = "), names)
    names["gan_criterion"] = partial(of_one_shape, names["gan_criterion"])
    return names


def of_one_shape(criterion: nn.Module, judged: Tensor, labels: Tensor) -> Tensor:
    """Their labels are (n, 1) for judgements (n, 1, 1, 1), which PyTorch then took."""
    return criterion(judged.view_as(labels), labels)


def their_update(
    script: Script, name: str, folder: Path, names: dict[str, Any], real: Batch, number: int
) -> Losses:
    tree = parsed(folder / script.file)
    names |= {"A": real["A"], "B": real["B"], "iters": number}
    with without_gpu():
        run(statements(tree, "generator_A.zero_grad", "discriminator_B.zero_grad"), names)
        run(statements(tree, "AB = generator_B(", "if iters % args.update_interval"), names)
    return losses(names, number % names["args"].update_interval == 0, name, script)


def losses(names: Mapping[str, Any], is_of_d: bool, name: str, script: Script) -> Losses:
    """Theirs as ours are named and weighted; the total is what tells that the weights are right."""
    domains = "AB" if name == "discogan" else "B"
    if is_of_d:
        return {f"D_{domain}": names[f"dis_loss_{domain}"] for domain in domains}
    rate = 0.0 if name == "standard" else names["rate"]
    is_plain = name == "standard" and script.has_bottleneck
    share = 0.0 if is_plain else 0.9
    terms = {}
    for domain in domains:
        terms[f"adv_{domain}"] = (1 - rate) * (1 - share) * names[f"gen_loss_{domain}"]
        if share:
            terms[f"feat_{domain}"] = (1 - rate) * share * names[f"fm_loss_{domain}"]
    for domain in {"standard": "", "recon": "A", "discogan": "AB"}[name]:
        terms[f"rec_{domain}"] = rate * names[f"recon_loss_{domain}"]
    total = sum(terms.values())
    if not torch.allclose(total, names["gen_loss"], rtol=1e-12):
        raise ValueError(f"the terms come to {total}, and theirs to {names['gen_loss']}")
    return terms


def case(script: Script, name: str) -> Case:
    adapted = f"width {NARROW} and not {WIDTH}, labels of the judgements' shape for BCELoss"
    if not script.kept and name != "standard":
        adapted += f", gan_curriculum and warmup_steps {CURRICULUM} and not 10,000"
    return Case(
        f"{name} ({script.file.removesuffix('.py')})",
        name,
        "SKTBrain/DiscoGAN",
        f"discogan/{script.file}, discogan/model.py",
        "recipe code",
        adapted,
        partial(pair, script, name),
    )


CASES = tuple(case(script, name) for script in SCRIPTS for name in MODELS)
