"""`ganbench bench` tells times and ratios."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]


def test_bench_tells_times_and_ratios(ganbench: Command) -> None:
    budget = ("--width", "16", "--batch-size", "32", "--rounds", "1", "--threads", "1")
    done = ganbench("bench", "--task", "toy", "--models", "discogan,munit", *budget, "--json")
    assert done.returncode == 0, done.stderr
    first, other = json.loads(done.stdout)["results"]
    assert first["model"] == "discogan" and first["batch_size"] == 32
    real = first["loop_ms_per_step"] + first["checkpoint_ms"]
    assert first["ratio_to_reference"] == pytest.approx(first["reference_ms_per_step"] / real)
    assert first["steps_per_sec"] == pytest.approx(1e3 / real)
    assert 0 < first["share_of_peak"] < 1 and first["flop_per_step"] > 0
    assert other["model"] == "munit" and other["reference_ms_per_step"] is None
    assert other["ratio_to_reference"] is None
