"""Seeds of models with spectral or weight norm, through the command."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.results.folder import read_rows
from tests.conftest import Command
from tests.testing.test_weight_norms import NORMS, ids, subject


@pytest.mark.parametrize(("module", "norm"), NORMS[2:], ids=ids[2:])
def test_its_seeds_train_with_and_without_each_other(
    ganbench: Command, tmp_path: Path, module: str, norm: str
) -> None:
    subject(tmp_path, module, norm)
    done = ganbench(
        *("run", "--task", "toy", "--preset", "smoke", "--plugins", tmp_path),
        *("--models", "normed", "--seeds", "2", "--together", "2", "--workers", "1"),
        *("--references", "none", "--output", tmp_path / "out"),
    )
    assert done.returncode == 0, done.stderr
    assert "Error" not in done.stderr and "Traceback" not in done.stderr
    for row in read_rows(tmp_path / "out").rows:
        assert row.status == "done"
        assert ("together" in row.provenance) == (norm == "weight_norm")
        assert ("not_together" in row.provenance) == (norm == "spectral_norm")
