"""Loss terms on plain tensors. D's sigmoid lives in the loss: logits in, log-sigmoid inside."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ganbench.networks.blocks import DiscriminatorOutput

DistanceName = Literal["l1", "l2", "huber"]


def adversarial_generator_loss(fake_logits: Tensor) -> Tensor:
    """Non-saturating log loss: the mean of -log sigmoid(logit) over the fakes."""
    return F.softplus(-fake_logits).mean()


def adversarial_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Mean of the real and the fake binary cross entropy."""
    return 0.5 * (F.softplus(-real_logits).mean() + F.softplus(fake_logits).mean())


def least_squares_generator_loss(fake_logits: Tensor) -> Tensor:
    """Mean of half the squared distance of the fakes' scores from 1 (Mao et al., 2017)."""
    return 0.5 * (fake_logits - 1).square().mean()


def least_squares_discriminator_loss(real_logits: Tensor, fake_logits: Tensor) -> Tensor:
    """Half the squared distance of real scores from 1, and of the fakes' from 0."""
    return 0.5 * ((real_logits - 1).square().mean() + fake_logits.square().mean())


@dataclass(frozen=True)
class Adversarial:
    """The two sides of one game.

    generator: the loss of G, a scalar, from the logits of fakes: (n,), or (n, ...) of patches.
    discriminator: that of D, from the logits of real samples and of fakes.
    """

    generator: Callable[[Tensor], Tensor]
    discriminator: Callable[[Tensor, Tensor], Tensor]


# The paper's game (Goodfellow et al., 2014), and that of LSGAN (Mao et al., 2017).
LOG_LOSS = Adversarial(adversarial_generator_loss, adversarial_discriminator_loss)
LEAST_SQUARES = Adversarial(least_squares_generator_loss, least_squares_discriminator_loss)


def over_heads(loss: Callable[..., Tensor], *answers: DiscriminatorOutput) -> Tensor:
    """The sum of a loss, such as a game's, over all that judges: a scalar.

    answers: of one discriminator, whose logits of one head at a time the loss takes.
    """
    logits = zip(*(answer.heads for answer in answers), strict=True)
    return reduce(add, (loss(*of_head) for of_head in logits))


def squared_slopes(judge: nn.Module, real: Tensor) -> Tensor:
    """Mean squared norm of D's gradient at real samples, a scalar: the penalty R1 (Mescheder et
    al., 2018), without its weight. It leaves D's buffers as they are.

    `torch.func` takes the gradient, so that many seeds can be stacked.
    """

    def logits(x: Tensor) -> Tensor:
        copies = {name: value.clone() for name, value in judge.named_buffers()}
        judged: DiscriminatorOutput = torch.func.functional_call(judge, copies, (x,))
        return judged.scores.sum()

    slopes = torch.func.grad(logits)(real)
    penalty: Tensor = slopes.flatten(1).square().sum(1).mean()
    return penalty


def feature_matching_loss(real: tuple[Tensor, ...], fake: tuple[Tensor, ...]) -> Tensor:
    """Squared difference of the batch means of D's hidden features, summed over the layers.

    real, fake: the features of a DiscriminatorOutput, each (n, ...). As in the DiscoGAN authors'
    code (mean over a layer's units); the paper does not mention it.
    """
    terms = [F.mse_loss(f.mean(0), r.mean(0)) for r, f in zip(real, fake, strict=True)]
    return torch.stack(terms).sum()


def reconstruction_distance(name: DistanceName) -> Callable[[Tensor, Tensor], Tensor]:
    """The function d(rec, real) of two tensors (n, ...): a scalar, the mean over all elements.

    name: "l1", "l2" (squared) or "huber" (with delta 1).
    """
    known: dict[str, Callable[[Tensor, Tensor], Tensor]] = {
        "l1": F.l1_loss,
        "l2": F.mse_loss,
        "huber": F.huber_loss,
    }
    return known[name]
