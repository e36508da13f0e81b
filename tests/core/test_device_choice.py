"""What `--device` takes, of machines that are made up."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core.device_choice import Devices, check_form, chosen, resolve_devices
from ganbench.core.devices import resolve_precision
from ganbench.core.errors import UserError

MACHINES = [{}, {"cuda": 1}, {"cuda": 8}, {"mps": 1}, {"xpu": 2}]


@pytest.mark.parametrize(
    ("asked", "there", "devices"),
    [
        ("auto", {}, Devices("cpu")),
        ("auto", {"cuda": 3}, Devices("cuda", (0, 1, 2))),
        ("auto", {"mps": 1}, Devices("cpu")),  # what is untried must be asked for
        ("cpu", {"cuda": 3}, Devices("cpu")),
        ("cuda", {"cuda": 2}, Devices("cuda", (0, 1))),
        ("cuda:1", {"cuda": 2}, Devices("cuda", (1,))),
        ("cuda:2,0,2", {"cuda": 3}, Devices("cuda", (2, 0))),
        ("mps", {"mps": 1}, Devices("mps")),
        ("xpu", {"xpu": 2}, Devices("xpu")),
    ],
)
def test_what_is_taken(asked: str, there: dict[str, int], devices: Devices) -> None:
    assert chosen(asked, there) == devices


@pytest.mark.parametrize(
    ("asked", "there", "told"),
    [
        ("cuda", {}, "no cuda device"),
        ("cuda:0", {"mps": 1}, "no cuda device"),
        ("mps", {"cuda": 2}, "no mps device"),
        ("cuda:2", {"cuda": 2}, "cuda:0, cuda:1"),
        ("cuda:0,5", {"cuda": 1}, "no GPU 5"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(
    asked: str, there: dict[str, int], told: str
) -> None:
    with pytest.raises(UserError) as raised:
        chosen(asked, there)
    assert told in str(raised.value) and f"--device {asked}" in str(raised.value)


@pytest.mark.parametrize("asked", ["", "gpu", "cuda:", "cuda:-1", "cuda:0,", "cpu:0", "CUDA", "0"])
def test_a_text_that_names_no_device(asked: str) -> None:
    with pytest.raises(UserError, match="is no device"):
        check_form(asked)


@given(st.sets(st.integers(0, 15), min_size=1), st.integers(1, 16))
def test_gpus_are_those_that_are_named_and_there(named: set[int], count: int) -> None:
    asked = "cuda:" + ",".join(map(str, named))
    if max(named) < count:
        assert set(chosen(asked, {"cuda": count}).gpus) == named
    else:
        with pytest.raises(UserError):
            chosen(asked, {"cuda": count})


@pytest.mark.parametrize("there", MACHINES)
def test_a_device_is_always_found_for_auto(there: dict[str, int]) -> None:
    devices = chosen("auto", there)
    assert len(devices.gpus) == there.get("cuda", 0)


def test_this_machine() -> None:
    assert resolve_devices("auto").kind == ("cuda" if torch.cuda.is_available() else "cpu")


def test_an_untried_device_computes_in_fp32_alone() -> None:
    assert resolve_precision("auto", "mps") == "fp32"
    with pytest.raises(UserError, match="fp32 alone"):
        resolve_precision("bf16", "xpu")
