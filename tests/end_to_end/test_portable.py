"""`--portable`: the same rows, whatever instruction sets and threads libraries would have taken.

The variables that limit libraries stand for other processors. A command without the option follows
them; a portable one does not, as it has limits of its own.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import ganbench as package
from ganbench.core.errors import UserError
from ganbench.results.folder import read_rows
from tests.conftest import Command

OTHER_PROCESSOR = {
    "ATEN_CPU_CAPABILITY": "default",
    "ONEDNN_MAX_CPU_ISA": "SSE41",
    "MKL_CBWR": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "SSE4_2",
    "NPY_DISABLE_CPU_FEATURES": "",
    "OPENBLAS_CORETYPE": "Nehalem",
    "OMP_NUM_THREADS": "2",
}


def only_row(folder: Path) -> dict[str, Any]:
    """But for what tells of the process."""
    (row,) = read_rows(folder).rows
    kept = json.loads(row.to_json())
    assert kept["provenance"]["portable"] and kept["provenance"]["device"].endswith("AVX2")
    kept["cost"] = {
        name: value
        for name, value in kept["cost"].items()
        if not name.endswith("_sec") and name != "peak_memory_bytes"
    }
    del kept["provenance"]["started"]
    return kept


def run_of(task: str, *more: str | Path) -> tuple[str | Path, ...]:
    grid = ("run", "--models", "discogan", "--task", task, "--preset", "smoke", "--seed-list", "0")
    return (*grid, "--references", "none", "--device", "cpu", *more)


@pytest.mark.broad
@pytest.mark.numeric
def test_a_row_is_the_same_on_another_processor_from_the_command_line_and_from_python(
    ganbench: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cache_dir: Path
) -> None:
    done = ganbench(*run_of("toy", "--portable", "--output", tmp_path / "one"))
    assert done.returncode == 0, done.stderr
    for name, value in OTHER_PROCESSOR.items():
        monkeypatch.setenv(name, value)
    frame = package.run(
        ["discogan"],
        ["toy"],
        [0],
        preset="smoke",
        references=[],
        device="cpu",
        portable=True,
        output=tmp_path / "other",
        cache_dir=cache_dir,
    )
    one, other = only_row(tmp_path / "one"), only_row(tmp_path / "other")
    assert other == one
    assert frame["reverse_kl"].tolist() == [one["metrics"]["reverse_kl"]]


@pytest.mark.slow
def test_pictures_features_and_probes_are_the_same_too(
    ganbench: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each run has a cache of its own, and so draws its cars and trains its probe. Without the
    option their rows differ.
    """

    def rows(name: str, *options: str) -> dict[str, Any]:
        own = "--output", tmp_path / name, "--cache-dir", tmp_path / f"{name}-cache"
        done = ganbench(*run_of("car2car", *options, *own))
        assert done.returncode == 0, done.stderr
        return only_row(tmp_path / name) if options else read_rows(tmp_path / name).rows[0].metrics

    one, plain = rows("one", "--portable"), rows("plain")
    for name, value in OTHER_PROCESSOR.items():
        monkeypatch.setenv(name, value)
    assert rows("other", "--portable") == one
    assert rows("plain-other") != plain


def test_mistakes_are_one_message(ganbench: Command, tmp_path: Path) -> None:
    done = ganbench(*run_of("toy", "--portable", "--precision", "bf16", "--output", tmp_path / "o"))
    assert done.returncode == 2 and not (tmp_path / "o").exists()
    assert "--portable with --precision bf16" in done.stderr
    assert "Traceback" not in done.stderr


def test_in_this_process_it_is_refused_where_that_was_not_started_for_it(tmp_path: Path) -> None:
    asked: dict[str, Any] = {"preset": "smoke", "backend": "here", "portable": True}
    with pytest.raises(UserError, match="was not started with the settings") as caught:
        package.run(["discogan"], ["toy"], 1, output=tmp_path / "o", device="cpu", **asked)
    assert "ATEN_CPU_CAPABILITY=avx2" in str(caught.value)
    assert not (tmp_path / "o").exists()
