"""The script that limits instruction sets believes what the libraries say that they use."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

SCRIPT = runpy.run_path(str(Path(__file__).parents[2] / "benchmarks" / "instruction_sets.py"))
SETTINGS = SCRIPT["SETTINGS"]
ASKED = [name for name, setting in SETTINGS.items() if setting.limits]


def said(capability: str, onednn: str, mkl: str) -> str:
    lines = (
        f"torch 2.15.0\ncapability {capability}",
        f"onednn_verbose,v1,info,cpu,isa:Intel {onednn}",
        f"MKL_VERBOSE SGEMM(N,N,64,64,64) 1.1ms CNR:{mkl} Dyn:1 FastMM:1",
    )
    return "\n".join(lines)


SAID = {
    "AVX-512": said("AVX512", "AVX-512 with AVX512BW, AVX512VL, and AVX512DQ extensions", "AVX512"),
    "AVX2": said("AVX2", "AVX2", "AVX2"),
    "SSE4.1": said("DEFAULT", "SSE4.1", "COMPATIBLE"),
}


@pytest.mark.parametrize("name", ASKED)
def test_a_limit_is_taken_only_where_the_library_says_so(name: str) -> None:
    for heard, output in SAID.items():
        unlike = SCRIPT["told"](output).unlike(SETTINGS[name])
        assert unlike == ([] if heard == name else ["PyTorch", "oneDNN", "MKL"])
    amd = SCRIPT["told"](said("AVX2", "AVX2", "AUTO"))
    assert "MKL" in amd.unlike(SETTINGS[name])
    assert SCRIPT["told"]("").unlike(SETTINGS[name]) == ["PyTorch", "oneDNN", "MKL"]


def test_what_the_processor_lacks_is_not_asked_for() -> None:
    processor = SCRIPT["told"](SAID["AVX2"])
    assert [name for name in ASKED if SCRIPT["lacks"](processor, SETTINGS[name])] == ["AVX-512"]
    assert not SCRIPT["lacks"](processor, SETTINGS["unlimited"])


def test_the_libraries_follow_here() -> None:
    """SSE4.1 is in every processor that PyTorch runs on."""
    used = SCRIPT["probed"](SETTINGS["SSE4.1"])
    assert "PyTorch" not in used.unlike(SETTINGS["SSE4.1"])
    assert "oneDNN" not in used.unlike(SETTINGS["SSE4.1"])
