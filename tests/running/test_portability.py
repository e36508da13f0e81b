"""What a portable run cannot be asked for is told before anything is trained."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import torch

from ganbench.core.errors import UserError
from ganbench.core.portable import portable_environment
from ganbench.registry.registry import discover
from ganbench.running.portability import require_portable
from ganbench.running.request import Request
from ganbench.running.resolve import resolve


@pytest.fixture
def started_portable(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if this process had been."""
    environment = portable_environment(os.environ)
    for name in os.environ.keys() - environment.keys():
        monkeypatch.delenv(name)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX2")


def asked(folder: Path, **more: Any) -> Request:
    more = {"portable": True, "device": "cpu", "references": (), **more}
    return Request(("recon",), ("toy",), (0,), folder, preset="smoke", **more)


@pytest.mark.parametrize(
    ("more", "device", "message"),
    [
        ({}, "cuda", "--device cuda"),
        ({"precision": "bf16"}, "cpu", "--precision bf16"),
        ({"compiled": True}, "cpu", "--compile"),
        ({"compiled": "auto"}, "cpu", "--compile"),
        ({"threads": 2}, "cpu", "--threads 2"),
        ({"together": 4}, "cpu", "--together 4"),
    ],
)
@pytest.mark.usefixtures("started_portable")
def test_what_differs_between_machines_is_refused(
    more: dict[str, Any], device: str, message: str, tmp_path: Path
) -> None:
    require_portable(asked(tmp_path), "cpu")
    with pytest.raises(UserError, match=f"--portable with {message}"):
        require_portable(asked(tmp_path, **more), device)


def test_a_process_without_the_settings_is_refused(
    tmp_path: Path, started_portable: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX512")
    with pytest.raises(UserError, match="was not started with the settings"):
        require_portable(asked(tmp_path), "cpu")  # they came when PyTorch was there already
    monkeypatch.setattr(torch.backends.cpu, "get_cpu_capability", lambda: "AVX2")
    monkeypatch.setenv("MKL_CBWR", "AVX2")
    with pytest.raises(UserError, match="MKL_CBWR=COMPATIBLE"):
        require_portable(asked(tmp_path, backend="here"), "cpu")


@pytest.mark.usefixtures("started_portable")
def test_portable_cells_have_identities_and_a_cache_of_their_own(tmp_path: Path) -> None:
    registry = discover()
    (portable,) = resolve(asked(tmp_path), registry).jobs
    (plain,) = resolve(asked(tmp_path, portable=False), registry).jobs
    assert portable.cell.id != plain.cell.id
    assert portable.context.cache_dir.parent == plain.context.cache_dir == tmp_path
    assert portable.context.weights == plain.context.weights


@pytest.mark.usefixtures("started_portable")
def test_an_optimiser_that_rounds_by_the_processor_is_refused(tmp_path: Path) -> None:
    def ask(optimiser: str, portable: bool = True) -> None:
        sets = (f"recon.optimiser={optimiser}",)
        resolve(asked(tmp_path, sets=sets, portable=portable), discover())

    with pytest.raises(UserError, match=r"--portable with recon\.optimiser=rmsprop"):
        ask("rmsprop")
    ask("adamw")
    ask("rmsprop", portable=False)
