"""Fixtures: the real command in a subprocess, and one cache for the whole test run."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from events import LAST_NET_SEC
from hypothesis import HealthCheck, settings

# Examples take as long as the machine is busy.
settings.register_profile(
    "any machine", deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.load_profile("any machine")

Command = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """As cells train: sums in one order, and no threads that fight for two cores."""
    torch.set_num_threads(1)


@pytest.fixture
def double_precision() -> Iterator[None]:
    """Networks, and what they draw, in float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="session")
def ganbench(cache_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs `ganbench ARGS` as a user would, away from the repository."""
    home = tmp_path_factory.mktemp("elsewhere")

    def run(*args: str | Path, cwd: Path = home) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "GANBENCH_CACHE": str(cache_dir), "COLUMNS": "120"}
        command = [sys.executable, "-m", "ganbench", *map(str, args)]
        return subprocess.run(
            command,
            capture_output=True,
            text=True,
            cwd=cwd,
            env=env,
            timeout=LAST_NET_SEC,
            check=False,
        )

    return run
