"""A Slurm for the tests that are marked `engines`."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engines.slurm import SlurmOfTests

PORT = "17817"


@pytest.fixture(scope="session")
def slurm(tmp_path_factory: pytest.TempPathFactory, cache_dir: Path) -> Iterator[SlurmOfTests]:
    if shutil.which("slurmctld") is None or os.geteuid() != 0:
        pytest.skip("needs slurm-wlm and munge, and root; see CONTRIBUTING.md")
    home = Path("/tmp") / f"ganbench-slurm-{os.getpid()}"  # munge refuses a long or open path
    more = {
        "SLURM_HOME": str(home),
        "SLURM_CONF": str(home / "slurm.conf"),
        "SLURM_PORT": PORT,
        "GANBENCH_CACHE": str(cache_dir),
        "PYTHONPATH": os.pathsep.join(
            [str(Path(__file__).parents[2]), *filter(None, [os.environ.get("PYTHONPATH")])]
        ),
        "COLUMNS": "120",
    }
    one = SlurmOfTests({**os.environ, **more})
    one.do("start")
    yield one
    one.do("stop")
    shutil.rmtree(home, ignore_errors=True)
