"""sagiebenaim/DistanceGAN: the model on DiscoGAN's networks, from A to B."""

from __future__ import annotations

from functools import partial
from itertools import chain
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import nn
from torch.autograd import Variable

from benchmarks.parity.authors import define, narrowed, parsed, run, statements, without_gpu
from benchmarks.parity.discogan import (
    BATCH,
    CURRICULUM,
    NARROW,
    SCRIPTS,
    SIZE,
    WIDTH,
    Script,
    of_one_shape,
)
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

FOLDER = "discogan_arch"
FILES = "discogan_arch/distance_gan_model.py, disco_gan_model.py, model.py"


def pair(script: Script, folder: Path) -> Pair:
    shape = (3, SIZE, SIZE)
    architecture = Architecture(NARROW, 100 if script.has_bottleneck else 0)
    nets = NetworkBuilder(DataSpec("image", shape, shape, script.kept), architecture, 0)
    model = build("distancegan", nets, "code", {} if script.kept else {"warmup_steps": CURRICULUM})
    theirs = their_model(script, folder / FOLDER)
    train = {domain: torch.rand(8, *shape) ** 2 for domain in "AB"}
    for domain, samples in train.items():
        expectation = theirs.get_expectation(len(samples), samples)
        std = theirs.get_std(len(samples), samples, expectation)
        setattr(theirs, f"expectation_{domain}", expectation)
        setattr(theirs, f"std_{domain}", std)
        getattr(model, f"mean_{domain}").fill_(float(expectation))
        getattr(model, f"std_{domain}").fill_(float(std))
    networks = {
        "G_AB": Matched(model.generators["G_AB"], theirs.generator_B),
        "D_B": Matched(model.discriminators["D_B"], theirs.discriminator_B),
    }
    ours, other = same_start(networks)
    shapes = dict.fromkeys("AB", (BATCH, *shape))
    tree = parsed(folder / FOLDER / "distance_gan_model.py")
    update = partial(their_update, tree, theirs)
    return Pair(our_side(model, ours, batch_of(shapes, 0)), Side(update, other), shapes)


def their_model(script: Script, folder: Path) -> Any:
    """Their object as it is when its training begins, without its data."""
    names: dict[str, Any] = {
        "torch": torch, "nn": nn, "np": np, "optim": torch.optim, "chain": chain,
        "Variable": Variable, "xrange": range,
    }  # fmt: skip
    networks = narrowed(parsed(folder / "model.py"), WIDTH, NARROW)
    define(networks, ["Generator", "Discriminator"], names)
    base = parsed(folder / "disco_gan_model.py")
    define(base, ["DiscoGAN"], names)
    define(parsed(folder / "distance_gan_model.py"), ["DistanceGAN"], names)
    model = object.__new__(names["DistanceGAN"])
    start, later = script.rates
    model.cuda, model.normalize_distances = False, True
    model.args = SimpleNamespace(
        learning_rate=2e-4,
        model_arch="distance_A_to_B",
        num_layers=5 if script.has_bottleneck else 4,
        gan_curriculum=CURRICULUM,
        starting_rate=start,
        default_rate=later,
        update_interval=3,
        use_self_distance=False,
        use_reconst_loss=False,
    )
    names["self"] = model
    run(statements(base, "self.generator_A = ", "self.discriminator_B = "), names)
    run(statements(base, "self.recon_criterion = ", "self.optim_dis = "), names)
    model.gan_criterion = partial(of_one_shape, model.gan_criterion)
    return model


def their_update(tree: Any, model: Any, real: Batch, number: int) -> Losses:
    names = {**vars(type(model))["run"].__globals__, "self": model, "A": real["A"], "B": real["B"]}
    model.iters = number
    with without_gpu():
        run(statements(tree, "self.generator_A.zero_grad", "self.discriminator_B.zero_grad"), names)
        run(statements(tree, "AB = self.generator_B(", "if self.args.model_arch"), names)
        run(statements(tree, "if self.iters % self.args.update_interval", "if self.iters"), names)
    if number % model.args.update_interval == 0:
        return {"D_B": model.dis_loss_B}
    rate = names["rate"]
    terms = {
        "adv_B": (1 - rate) * 0.1 * model.gen_loss_B,
        "feat_B": (1 - rate) * 0.9 * model.fm_loss_B,
        "dist_A": rate * model.loss_distance_A,
    }
    if not torch.allclose(sum(terms.values()), model.gen_loss, rtol=1e-12):
        raise ValueError(f"the terms {terms} are not {model.gen_loss}")
    return terms


def case(script: Script) -> Case:
    adapted = f"width {NARROW} and not {WIDTH}, labels of the judgements' shape for BCELoss"
    if not script.kept:
        adapted += f", gan_curriculum and warmup_steps {CURRICULUM} and not 10,000"
    return Case(
        f"distancegan ({'angle_pairing' if script.kept else 'pictures'})",
        "distancegan",
        "sagiebenaim/DistanceGAN",
        FILES,
        "recipe code",
        adapted + ", expectation and deviation of theirs",
        partial(pair, script),
    )


CASES = tuple(case(script) for script in SCRIPTS)
