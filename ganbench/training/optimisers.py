"""The optimisers of a model or of a stack of them: which there are, and what each network has."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import partial
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from ganbench.contracts.hparams import HParams
from ganbench.core.devices import is_gpu
from ganbench.core.errors import unknown

FULL_RATE = "initial_lr"  # of a group, as torch's schedulers call it
PARTS = {"D": "discriminators", "G": "generators"}
Make = Callable[[Sequence[Mapping[str, Any]], HParams, bool], torch.optim.Optimizer]


class Trained(Protocol):
    """What has parameters to be trained: a model, or a stack of them."""

    @property
    def hparams(self) -> Any: ...

    def named_parameters(self) -> Iterable[tuple[str, nn.Parameter]]: ...

    def learning_rates(self) -> Mapping[str, float]: ...


def adam(
    groups: Any, h: HParams, on_gpu: bool, kind: type[torch.optim.Adam] = torch.optim.Adam
) -> torch.optim.Optimizer:
    betas = h.beta1, h.beta2
    return kind(groups, betas=betas, weight_decay=h.weight_decay, fused=True, capturable=on_gpu)


def rmsprop(groups: Any, h: HParams, on_gpu: bool) -> torch.optim.Optimizer:
    return torch.optim.RMSprop(
        groups, alpha=h.beta2, momentum=h.beta1, weight_decay=h.weight_decay, capturable=on_gpu
    )


def sgd(groups: Any, h: HParams, on_gpu: bool) -> torch.optim.Optimizer:
    return torch.optim.SGD(groups, momentum=h.beta1, weight_decay=h.weight_decay, fused=True)


# With what each keeps of a parameter that it has seen. On a GPU their step counts are there too, so
# that their updates can be captured.
OPTIMISERS: Mapping[str, tuple[Make, tuple[str, ...]]] = {
    "adam": (adam, ("exp_avg", "exp_avg_sq")),
    "adamw": (partial(adam, kind=torch.optim.AdamW), ("exp_avg", "exp_avg_sq")),
    "rmsprop": (rmsprop, ("square_avg", "momentum_buffer")),
    "sgd": (sgd, ("momentum_buffer",)),
}


def optimisers_of(learner: Trained) -> dict[str, torch.optim.Optimizer]:
    """One for the discriminators, "D", and one for the generators, "G", over each parameter once.
    Raises UserError for a learning rate of a network that is not there.
    """
    hparams: HParams = learner.hparams
    make, _ = OPTIMISERS[hparams.optimiser]
    rates = {"D": hparams.lr_d or hparams.lr, "G": hparams.lr}
    groups = {letter: groups_of(learner, part, rates[letter]) for letter, part in PARTS.items()}
    on_gpu = any(is_gpu(param.device) for _, param in learner.named_parameters())
    return {letter: make(own, hparams, on_gpu) for letter, own in groups.items()}


def groups_of(learner: Trained, part: str, lr: float) -> list[dict[str, Any]]:
    """The parameters of `part`, in a group for each learning rate. Tied weights stand once, in the
    group of the network that comes first.
    """
    multiples, groups = learner.learning_rates(), dict[float, list[nn.Parameter]]()
    networks = []
    for name, param in learner.named_parameters():
        place, network, *_ = name.split(".")
        networks.append(network)
        if place == part:
            groups.setdefault(multiples.get(network, 1.0), []).append(param)
    for name in multiples:
        if name not in networks:
            raise unknown("network", name, networks, "learning_rates()")
    return [
        {"params": params, "lr": lr * multiple, FULL_RATE: lr * multiple}
        for multiple, params in groups.items()
    ]


def params_of(optimiser: torch.optim.Optimizer) -> list[Tensor]:
    """Of all its groups."""
    return [param for group in optimiser.param_groups for param in group["params"]]


def groups_in(optimisers: Mapping[str, torch.optim.Optimizer]) -> Iterator[dict[str, Any]]:
    for optimiser in optimisers.values():
        yield from optimiser.param_groups


def fresh_state(optimiser: str, param: Tensor) -> dict[str, Tensor]:
    """What an optimiser of that name starts a parameter with."""
    return {
        "step": torch.zeros((), dtype=torch.float32, device=param.device),
        **{name: torch.zeros_like(param) for name in OPTIMISERS[optimiser][1]},
    }
