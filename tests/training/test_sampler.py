"""Batches are a pure function of seed and step, and run through every sample."""

from __future__ import annotations

import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.training.sampler import Sampler

sizes = st.integers(1, 40)


@settings(max_examples=50, deadline=None)
@given(n=sizes, batch=sizes, seed=st.integers(0, 99), steps=st.lists(sizes, max_size=5))
def test_a_step_does_not_depend_on_the_steps_before(
    n: int, batch: int, seed: int, steps: list[int]
) -> None:
    """Nor on the block that it is drawn in."""
    wandering = Sampler(n, batch, seed, "A")
    for step in steps:
        fresh = Sampler(n, batch, seed, "A").block(step, 1)[0]
        assert torch.equal(wandering.block(step, 1)[0], fresh)
        assert torch.equal(wandering.block(step // 2, step + 3)[step - step // 2], fresh)
        assert fresh.shape == (batch,)
        assert fresh.min() >= 0 and fresh.max() < n


@settings(max_examples=50, deadline=None)
@given(n=sizes, batch=sizes, seed=st.integers(0, 99))
def test_each_epoch_has_each_sample_once(n: int, batch: int, seed: int) -> None:
    sampler = Sampler(n, batch, seed, "A")
    stream = torch.cat([sampler.block(step, 1)[0] for step in range(-(-2 * n // batch))])
    for epoch in (stream[:n], stream[n : 2 * n]):
        assert sorted(epoch.tolist()) == list(range(n))


def test_domains_have_orders_of_their_own() -> None:
    a, b = (Sampler(50, 50, 0, domain).block(0, 1)[0] for domain in "AB")
    assert not torch.equal(a, b)
