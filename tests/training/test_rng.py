"""What stacked seeds draw is what each draws alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from ganbench.core.errors import UserError
from ganbench.training.rng import RecordDraws, ReplayDraws

SEEDS = (3, 4)
CHANNELS_LAST = torch.channels_last
Noise = Callable[[Tensor], Tensor]


def stacked(noise: Noise, like: Tensor) -> Tensor:
    """Of each seed, (seeds, ...)."""
    batches = torch.stack([like for _ in SEEDS])
    with RecordDraws() as noting:
        torch.vmap(noise, randomness="different")(batches)
    rngs = [torch.Generator().manual_seed(seed) for seed in SEEDS]
    drawn = [draw.of(rngs) for draw in noting.draws]

    def replayed(x: Tensor, own: list[Tensor]) -> Tensor:
        with ReplayDraws(own):
            return noise(x)

    made: Tensor = torch.vmap(replayed, randomness="error")(batches, drawn)
    return made


def alone(noise: Noise, like: Tensor, seed: int) -> Tensor:
    torch.manual_seed(seed)
    return noise(like)


@pytest.mark.parametrize(
    "noise",
    [
        torch.randn_like,
        torch.rand_like,
        lambda x: torch.randn(x.shape),
        lambda x: torch.rand(x.shape) + torch.randn_like(x[:, :1]),
        lambda x: x[torch.randperm(len(x))],
    ],
)
@pytest.mark.parametrize("like", [torch.rand(9, 2), torch.rand(3, 1, 8, 8), torch.rand(5, 7, 1, 1)])
def test_seeds_draw_what_they_draw_alone(noise: Noise, like: Tensor) -> None:
    together = stacked(noise, like)
    for seed, own in zip(SEEDS, together, strict=True):
        assert torch.equal(own, alone(noise, like, seed))


def test_a_draw_of_the_shape_has_no_memory_format() -> None:
    images = torch.rand(3, 4, 8, 8).to(memory_format=CHANNELS_LAST)
    together = stacked(lambda x: torch.randn(x.shape), images)
    assert torch.equal(together[0], alone(lambda x: torch.randn(x.shape), images, SEEDS[0]))


@pytest.mark.parametrize("noise", [torch.randn_like, torch.rand_like])
def test_draws_like_images_are_not_stacked(noise: Noise) -> None:
    """For they are others in channels_last, in which a seed alone has them."""
    images = torch.rand(3, 4, 8, 8)
    in_the_order_of_shape = alone(noise, images, 3)
    assert not torch.equal(
        in_the_order_of_shape, alone(noise, images.to(memory_format=CHANNELS_LAST), 3)
    )
    with pytest.raises(UserError, match="depend on the memory format") as caught:
        stacked(noise, images)
    assert f"torch.{noise.__name__.removesuffix('_like')}(x.shape" in caught.value.fix
