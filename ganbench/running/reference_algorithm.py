"""The authors' algorithm on copies of a model's networks, to compare their speed."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Mapping
from copy import deepcopy
from types import ModuleType
from typing import Any

from torch import Tensor, nn

from ganbench.contracts.model import Model
from ganbench.core.source_hash import PACKAGE_DIR
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.convolutions import plain
from ganbench.running.build import build_task
from ganbench.running.job import Job

REFERENCE_CYCLE = 3  # steps
Work = Callable[[], object]


def nets_of(model: Model) -> dict[str, nn.Module]:
    return {**model.generators, **model.discriminators}


def missing_networks(job: Job, model: Model) -> dict[str, nn.Module]:
    """Those of the four that the authors' code has and the model has not."""
    task = build_task(job.cell, job.context)
    nets = NetworkBuilder(task.spec, task.architecture, job.cell.seed, job.cell.preset.network)
    make: dict[str, Callable[[], nn.Module]] = {
        "G_AB": lambda: nets.translator("A", "B"),
        "G_BA": lambda: nets.translator("B", "A"),
        "D_A": lambda: nets.discriminator("A"),
        "D_B": lambda: nets.discriminator("B"),
    }
    known = nets_of(model)
    return {name: build() for name, build in make.items() if name not in known}


def reference_step(
    name: str,
    networks: Mapping[str, nn.Module],
    hparams: Any,
    real: Mapping[str, Tensor],
    device: str,
) -> Work | None:
    """One cycle of the authors' algorithm on copies of the networks, with PyTorch's own layers;
    None for other models.
    """
    module = load_reference()
    if module is None or name not in module.MODELS:
        return None
    copies = {key: plain(deepcopy(net)).to(device).train() for key, net in networks.items()}
    weights = {
        key: getattr(hparams, key)
        for key in ("lambda_adv", "lambda_rec", "feat_share")
        if hasattr(hparams, key)
    }
    reference = module.Reference(name, copies, hparams.lr, hparams.weight_decay, **weights)
    batch = [real[domain].contiguous() for domain in ("A", "B")]

    def cycle() -> None:
        for number in range(REFERENCE_CYCLE):
            reference.step(*batch, number)

    return cycle


def load_reference() -> ModuleType | None:
    """`benchmarks/speed/reference.py`, of the checkout or the wheel; None where it is not there."""
    places = (
        PACKAGE_DIR / "running" / "speed_reference.py",
        PACKAGE_DIR.parent / "benchmarks/speed/reference.py",
    )
    path = next((path for path in places if path.is_file()), None)
    spec = path and importlib.util.spec_from_file_location("ganbench_speed_reference", path)
    if not spec or not spec.loader:
        return None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
