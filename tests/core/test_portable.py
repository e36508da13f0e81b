"""The settings of portable rows: what an environment with them is, and that libraries follow."""

from __future__ import annotations

import os
import platform
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.core import portable
from ganbench.core.errors import UserError
from ganbench.core.portable import (
    SETTINGS,
    UNSET,
    as_assignments,
    is_portable,
    portable_environment,
    require_processor,
)
from ganbench.core.portable_process import called_portable
from ganbench.running.arguments import seeds_of

VARIABLES = st.sampled_from([*SETTINGS, *UNSET, "PATH", "HOME"])
ENVIRONMENTS = st.dictionaries(VARIABLES, st.sampled_from(["", "1", "2", "AVX2", "avx512"]))


@given(ENVIRONMENTS)
def test_whatever_was_set_before_the_settings_hold_and_all_else_is_kept(
    before: dict[str, str],
) -> None:
    after = portable_environment(before)
    assert is_portable(after)
    assert {name: after[name] for name in SETTINGS} == dict(SETTINGS)
    assert not after.keys() & set(UNSET)
    assert after.keys() - SETTINGS.keys() == before.keys() - SETTINGS.keys() - set(UNSET)
    assert is_portable(before) == (before == after)


def test_one_missing_wrong_or_added_variable_is_enough_to_be_unlike() -> None:
    whole = portable_environment({})
    for name in SETTINGS:
        assert not is_portable({k: v for k, v in whole.items() if k != name})
        assert not is_portable({**whole, name: "other"})
    for name in UNSET:
        assert not is_portable({**whole, name: "1"})


def test_what_a_shell_is_told_to_start_gets_the_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MKL_ENABLE_INSTRUCTIONS", "SSE4_2")
    monkeypatch.setenv("OMP_NUM_THREADS", "7")
    code = "import os; from ganbench.core.portable import *; print(is_portable(os.environ))"
    command = f'{as_assignments()} "{sys.executable}" -c "{code}"'
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(
        command, shell=True, capture_output=True, text=True, env=environment, check=True
    )
    assert said.stdout.strip() == "True"


@pytest.mark.parametrize(
    ("system", "machine", "flags", "message"),
    [
        ("Darwin", "arm64", None, "Linux and x86-64 alone, and this is Darwin on arm64"),
        ("Linux", "aarch64", None, "this is Linux on aarch64"),
        ("Linux", "x86_64", {"avx", "sse4_1", "fma", "f16c"}, "lacks avx2, bmi2"),
    ],
)
def test_other_machines_are_refused(
    system: str,
    machine: str,
    flags: set[str] | None,
    message: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(platform, "system", lambda: system)
    monkeypatch.setattr(platform, "machine", lambda: machine)
    if flags is not None:
        monkeypatch.setattr(portable, "processor_flags", lambda: frozenset(flags))
    with pytest.raises(UserError, match=message):
        require_processor()


def test_a_call_gets_the_settings_and_gives_back_what_it_finds_or_raises(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ATEN_CPU_CAPABILITY", "default")
    assert called_portable(os.getenv, "ATEN_CPU_CAPABILITY") == "avx2"
    assert os.environ["ATEN_CPU_CAPABILITY"] == "default"
    with pytest.raises(UserError, match="these are no seeds"):
        called_portable(seeds_of, [-1])
    with pytest.raises(RuntimeError, match="exit code 3"):
        called_portable(os._exit, 3)


FOLLOWED = """
import numpy, torch
print("capability", torch.backends.cpu.get_cpu_capability(), torch.get_num_threads())
torch.nn.functional.conv2d(torch.zeros(16, 16, 32, 32), torch.zeros(16, 16, 3, 3))
torch.mm(torch.zeros(64, 64), torch.zeros(64, 64))
numpy.show_config()
"""


@pytest.mark.numeric
def test_the_libraries_follow() -> None:
    environment = portable_environment(os.environ)
    said = subprocess.run(
        [sys.executable, "-c", FOLLOWED],
        capture_output=True,
        text=True,
        env={**environment, "ONEDNN_VERBOSE": "1", "MKL_VERBOSE": "1"},
        check=True,
    ).stdout
    assert "capability AVX2 1" in said
    assert "cpu,isa:Intel AVX2\n" in said
    assert "CNR:COMPATIBLE" in said and "NThr:1" in said
    found = said.partition("found:")[2].partition("not found:")[0].lower()
    assert found and "avx512" not in found and "x86_v4" not in found
