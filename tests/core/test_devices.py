"""What is said of devices, in the one place that says it."""

from __future__ import annotations

import os

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.devices import (
    cells_at_a_time,
    cores,
    devices_there,
    drawing_from,
    is_gpu,
    on_stream,
    parted,
    random_states,
    random_states_restored,
    rng_at,
    seed_all,
    set_random_states,
    stream_on,
    synchronise,
)


@pytest.mark.parametrize("device", ["cuda", "cuda:1", torch.device("cuda", 0)])
def test_a_gpu_is_one_however_it_is_named(device: str | torch.device) -> None:
    assert is_gpu(device)


@pytest.mark.parametrize("device", ["cpu", torch.device("cpu"), "meta"])
def test_what_is_no_gpu(device: str | torch.device) -> None:
    assert not is_gpu(device)


def test_cells_share_the_cores_and_a_gpu_has_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    assert [cells_at_a_time("cpu", threads) for threads in (1, 3, 8, 16)] == [8, 2, 1, 1]
    assert [cells_at_a_time(device, 1) for device in ("cuda", "mps", "xpu")] == [1, 1, 1]


def test_what_is_told_of_this_machine() -> None:
    there = devices_there()
    assert there["cpu"].startswith(f"{cores()} cores")
    assert (there.get("cuda") == "no device") == (not torch.cuda.is_available())


def test_random_states_are_put_back() -> None:
    states = random_states()
    first = torch.rand(3)
    set_random_states(states)
    assert torch.equal(torch.rand(3), first)
    with random_states_restored("cpu"):
        torch.rand(5)
    after = torch.rand(3)
    set_random_states(states)
    assert torch.equal(torch.rand(6)[3:], after)


def test_a_generator_is_put_back_also_after_an_error() -> None:
    rng = rng_at("cpu", torch.Generator().manual_seed(3).get_state())
    before = torch.get_rng_state()
    with pytest.raises(ZeroDivisionError), drawing_from(rng):
        drawn = torch.rand(2)
        raise ZeroDivisionError
    assert torch.equal(torch.get_rng_state(), before)
    other = torch.Generator().manual_seed(3)
    assert torch.equal(drawn, torch.rand(2, generator=other))
    assert torch.equal(rng.get_state(), other.get_state())


def test_a_cpu_has_no_streams_and_is_never_behind() -> None:
    stream = stream_on("cpu")
    assert stream is None
    with parted([stream]), on_stream(stream):
        synchronise("cpu")


@given(st.integers(0, 2**63 - 1))
def test_seeding_all_is_pytorchs_seeding(seed: int) -> None:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        expected = torch.rand(3)
        seed_all(seed)
        assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("there", [False, True])
def test_generators_of_other_devices_are_seeded_too(
    there: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    seeded: list[int] = []
    monkeypatch.setattr(torch.accelerator, "is_available", lambda: there)
    monkeypatch.setattr(torch, "manual_seed", seeded.append)
    with torch.random.fork_rng(devices=[]):
        seed_all(5)
    assert seeded == [5] * there
