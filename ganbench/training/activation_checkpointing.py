"""Activation checkpointing (Chen et al., 2016): a pass of a network keeps its inputs and outputs,
and what is between is computed again in the backward pass. A step then needs the memory of one pass
at a time, for one forward pass more of each; its numbers stay what they are, bit by bit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from functools import partial, wraps
from typing import Any

import torch
from torch import nn
from torch.utils.checkpoint import checkpoint

from ganbench.contracts.model import Model
from ganbench.networks.kept_buffers import KeptBuffers
from ganbench.training.step import Learner

Function = Callable[..., Any]
PASSES = ("forward", "maps", "with_maps")  # of a network, as far as it has them


class CheckpointedLosses:
    """A learner whose networks are checkpointed while their losses are computed.

    learner: a model; a stack of several has no networks whose passes could be told apart.
    """

    def __init__(self, learner: Learner) -> None:
        if not isinstance(learner, Model):
            raise TypeError(f"a {type(learner).__name__} has no networks to checkpoint")
        networks = [*networks_in(learner.generators), *networks_in(learner.discriminators)]
        around = partial(checkpointing, networks)
        self.hparams = learner.hparams
        self.judged = learner.judged
        self.fakes = around(learner.fakes)
        self.discriminator_loss = around(learner.discriminator_loss)
        self.discriminator_penalty = around(learner.discriminator_penalty)
        self.generator_loss = around(learner.generator_loss)


def networks_in(module: nn.Module) -> list[nn.Module]:
    """The outermost modules in it that can be called, each once."""
    found: dict[int, nn.Module] = {}
    for child in module.children():
        is_callable = type(child).forward is not nn.Module.forward
        callable_ones = [child] if is_callable else networks_in(child)
        found |= {id(one): one for one in callable_ones}
    return list(found.values())


def checkpointing(networks: Sequence[nn.Module], function: Function) -> Function:
    """The function, with passes of the networks checkpointed that need a backward pass."""

    @wraps(function)
    def around(*args: Any) -> Any:
        with ExitStack() as stack:
            for network in networks:
                stack.enter_context(checkpointed(network))
            return function(*args)

    return around


@contextmanager
def checkpointed(network: nn.Module) -> Iterator[None]:
    """Meanwhile. Afterwards the network is as it was, so that it can be copied and scored."""
    plain = {name: getattr(network, name) for name in PASSES if hasattr(network, name)}
    outermost = {
        name: partial(pass_of, network, partial(called_with, plain, network, name))
        for name in plain
    }
    with replaced(network, outermost):
        yield


def called_with(
    methods: Mapping[str, Function], network: nn.Module, name: str, *args: Any, **kwargs: Any
) -> Any:
    """A pass while the network has these methods: one may call another."""
    with replaced(network, methods):
        return methods[name](*args, **kwargs)


@contextmanager
def replaced(network: nn.Module, methods: Mapping[str, Function]) -> Iterator[None]:
    own = vars(network)
    before = {name: own[name] for name in methods if name in own}
    own.update(methods)
    try:
        yield
    finally:
        for name in methods:
            del own[name]  # what the class has shows again
        own.update(before)


def pass_of(network: nn.Module, forward: Function, *args: Any, **kwargs: Any) -> Any:
    """One pass. Inside of `torch.func`, which bears no hooks on what is saved (the penalties on
    slopes take it), it is a plain one.
    """
    if not torch.is_grad_enabled() or torch._C._are_functorch_transforms_active():
        return forward(*args, **kwargs)
    before = KeptBuffers(list(network.modules()))
    return checkpoint(
        partial(forward, **kwargs),
        *args,
        use_reentrant=False,
        context_fn=lambda: (nullcontext(), before.in_place(afresh=True)),
    )
