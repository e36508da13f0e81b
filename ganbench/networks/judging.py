"""How a discriminator judges real samples and fakes: in turn, or both in one pass, which calls
fewer operators.

One pass gives the same judgements within rounding, and the same statistics: those of the batch are
each kind's own. Gradients are summed in another order, so the last digits are others.
"""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor, nn

from ganbench.core.devices import is_gpu
from ganbench.networks.blocks import Discriminator, DiscriminatorOutput, as_logits

Judged = tuple[DiscriminatorOutput, DiscriminatorOutput]  # of real samples and of fakes
Judging = Callable[[nn.Module, Tensor, Tensor], Judged]

# Layers of PyTorch in which no sample sees another, that draw nothing and keep nothing. By exact
# type: what derives from them may do either. The project's own ones say it by an attribute.
SAMPLE_BY_SAMPLE = frozenset(
    {
        nn.Conv2d,
        nn.Flatten,
        nn.GroupNorm,
        nn.Identity,
        nn.LeakyReLU,
        nn.Linear,
        nn.ReLU,
    }
)
BATCH_NORMS = frozenset({nn.BatchNorm1d, nn.BatchNorm2d})
CONTAINERS = frozenset({nn.ModuleList, nn.Sequential})
DECLARED = "sample_by_sample"


def in_turn(judge: nn.Module, real: Tensor, fake: Tensor) -> Judged:
    """Two passes, of real samples (n, ...) and of fakes (m, ...), in that order."""
    return judge(real), judge(fake)


def in_one_pass(judge: nn.Module, real: Tensor, fake: Tensor) -> Judged:
    """The same in one pass, where the discriminator can do that; else in turn."""
    if not (isinstance(judge, Discriminator) and is_joinable(judge)):
        return in_turn(judge, real, fake)
    sizes = [len(real), len(fake)]
    x, features = torch.cat([real, fake]), []
    for block in judge.blocks:
        x = passed(block, x, sizes)
        features.append(x.split_with_sizes(sizes))
    logits = as_logits(passed(judge.head, x, sizes)).split_with_sizes(sizes)
    first, second = (
        DiscriminatorOutput(logits[i], tuple(layer[i] for layer in features[1:])) for i in (0, 1)
    )
    return first, second


def judging_on(device: str) -> Judging:
    """One pass where each operator is a launch. On a CPU it gains little, and rows that were made
    there keep their last digits.
    """
    return in_one_pass if is_gpu(device) else in_turn


def passed(layer: nn.Module, x: Tensor, sizes: list[int]) -> Tensor:
    """x through the layer; batch norms take the two kinds of samples one after the other, so that
    their running statistics are updated as in two passes.
    """
    if type(layer) in BATCH_NORMS:
        return torch.cat([layer(part) for part in x.split_with_sizes(sizes)])
    if isinstance(layer, nn.Sequential):
        for each in layer:
            x = passed(each, x, sizes)
        return x
    out: Tensor = layer(x)
    return out


def is_joinable(judge: Discriminator) -> bool:
    """Whether one pass computes what two do. Not where inputs are augmented, for one pass draws
    other numbers, nor with other hooks, nor with layers that are not known; nor where another
    forward pass was put in the place of its own, as checkpointing does.
    """
    inner = [*judge.blocks.modules(), *judge.head.modules()]
    return (
        type(judge) is Discriminator
        and "forward" not in vars(judge)
        and not any(has_hooks(module) for module in judge.modules())
        and all(is_known(type(layer)) for layer in inner)
    )


def is_known(kind: type[nn.Module]) -> bool:
    """Whether `passed` can do for two kinds of samples what such a layer does for one."""
    known = SAMPLE_BY_SAMPLE | BATCH_NORMS | CONTAINERS
    return kind in known or DECLARED in vars(kind)


def has_hooks(module: nn.Module) -> bool:
    """Whether something else is called with it; PyTorch has no public word for it."""
    return any(
        (
            module._forward_pre_hooks,
            module._forward_hooks,
            module._backward_pre_hooks,
            module._backward_hooks,
        )
    )
