"""Fixtures: the real command in a process of its own, and one cache for the whole test run."""

from __future__ import annotations

import atexit
import gc
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, settings

from ganbench.core.heap import keep_freed_memory
from tests.events import LAST_NET_SEC, environment_of, start
from tests.forked import Forked, run_forked, start_forked

# Examples take as long as the machine is busy, and are the same in each run: what fails, fails for
# everybody. `--hypothesis-profile explore` draws others.
settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=True,
)
settings.register_profile("explore", settings.get_profile("any machine"), derandomize=False)
settings.load_profile("any machine")

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str] | Forked]
ZYGOTE = Path(__file__).with_name("zygote.py")


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """The collector never goes through what was imported; see `tests`."""
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    """Or extension modules complain at the end of what Python did not take down. Not before pytest
    has collected for the last time: what was imported need not be gone through for that.
    """
    atexit.register(gc.unfreeze)
    gc.enable()


@pytest.fixture(scope="session", autouse=True)
def memory_is_kept() -> None:
    """As in the process that forks commands."""
    keep_freed_memory()


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """As cells train: sums in one order, and no threads that fight for two cores."""
    torch.set_num_threads(1)


@pytest.fixture(scope="session", autouse=True)
def interrupts_are_heard() -> None:
    """Also by tests that a shell runs in the background, where they are ignored at first."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture
def double_precision() -> Iterator[None]:
    """Networks, and what they draw, in float64."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


@pytest.fixture(scope="session")
def cache_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One for all processes that run tests, as for all commands of a user."""
    own = tmp_path_factory.getbasetemp()
    among_others = "PYTEST_XDIST_WORKER" in os.environ
    folder = (own.parent if among_others else own) / "cache"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def zygote() -> Iterator[subprocess.Popen[str] | None]:
    """A process that forks commands; none where one with PyTorch cannot be forked safely."""
    if sys.platform != "linux":
        yield None
        return
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, ZYGOTE], text=True, **pipes) as process:
        yield process


@pytest.fixture(scope="session")
def ganbench(
    cache_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
    zygote: subprocess.Popen[str] | None,
) -> Command:
    """Runs `ganbench ARGS` as a user would, away from the repository. It is forked from a process
    that has PyTorch imported, which takes longer than most commands.
    """
    home, said = tmp_path_factory.mktemp("elsewhere"), tmp_path_factory.mktemp("said")

    def run(*args: str | Path, cwd: Path = home) -> subprocess.CompletedProcess[str]:
        env = {**os.environ, "GANBENCH_CACHE": str(cache_dir), "COLUMNS": "120"}
        arguments = list(map(str, args))
        if zygote is not None:
            return run_forked(zygote, arguments, cwd, env, said)
        return subprocess.run(
            [sys.executable, "-m", "ganbench", *arguments],
            capture_output=True,
            text=True,
            cwd=cwd,
            env=env,
            timeout=LAST_NET_SEC,
            check=False,
        )

    return run


@pytest.fixture
def start_command(
    cache_dir: Path,
    tmp_path_factory: pytest.TempPathFactory,
    zygote: subprocess.Popen[str] | None,
) -> Start:
    """Starts `ganbench ARGS`, as `tests.events.start` does, where no process's start is tested."""

    def begin(
        *arguments: str | Path, hook: Path | None = None, **more: str
    ) -> subprocess.Popen[str] | Forked:
        if zygote is None:
            return start(*arguments, cache=cache_dir, hook=hook, **more)
        env, scratch = environment_of(cache_dir, hook, more), tmp_path_factory.mktemp("started")
        return start_forked(zygote, [*map(str, arguments)], env, scratch)

    return begin
