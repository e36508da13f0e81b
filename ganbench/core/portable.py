"""Settings under which every newer x86-64 processor computes the same numbers.

Libraries choose instructions by the processor, and sum in an order that follows from them. They
read these variables once, as they are loaded, so they count only for a process that is started with
them.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ganbench.core.errors import UserError

# The instructions that a processor must have, by their common name: AVX2 and FMA. A lower level
# would do without, at a multiple of the time; mathematical functions of the C library differ there.
LEVEL = "x86-64-v3"
NEEDED_FLAGS = frozenset({"avx2", "fma", "bmi2", "f16c"})

# Cells know the level by its name and this number, which goes up where a setting changes a number.
VERSION = 1

SETTINGS: Mapping[str, str] = {
    "ATEN_CPU_CAPABILITY": "avx2",
    # oneDNN's convolutions. Neither hints nor short floats.
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "ONEDNN_CPU_ISA_HINTS": "NO_HINTS",
    "ONEDNN_DEFAULT_FPMATH_MODE": "STRICT",
    # Matrix products and functions of PyTorch. Of MKL's modes the only one that all processors
    # have, whoever made them.
    "MKL_CBWR": "COMPATIBLE",
    "MKL_DYNAMIC": "FALSE",
    # NumPy's functions; the names of NumPy 2.4, and those before it.
    "NPY_DISABLE_CPU_FEATURES": "X86_V4,AVX512F,AVX512CD,AVX512_SKX,AVX512_CLX,AVX512_CNL,"
    "AVX512_ICL,AVX512_SPR",
    # Matrix products of NumPy and SciPy.
    "OPENBLAS_CORETYPE": "Haswell",
    # Sums are split among threads.
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    # Pictures are drawn by Mesa on the processor, whatever graphics card there is.
    "LIBGL_ALWAYS_SOFTWARE": "1",
    "GALLIUM_DRIVER": "llvmpipe",
    "LP_NATIVE_VECTOR_WIDTH": "256",
}

# What would add to these settings, or contradict them.
UNSET = (
    "DNNL_MAX_CPU_ISA",
    "DNNL_CPU_ISA_HINTS",
    "DNNL_DEFAULT_FPMATH_MODE",
    "GALLIUM_OVERRIDE_CPU_CAPS",
    "GLIBC_TUNABLES",
    "GOTO_NUM_THREADS",
    "MKL_DEBUG_CPU_TYPE",
    "MKL_DOMAIN_NUM_THREADS",
    "MKL_ENABLE_INSTRUCTIONS",
    "NPY_ENABLE_CPU_FEATURES",
    "OPENBLAS_VERBOSE",
)


def identity() -> str:
    """What a portable cell's identity has."""
    return f"{LEVEL}-{VERSION}"


def portable_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """The same with the settings."""
    kept = {name: value for name, value in environment.items() if name not in UNSET}
    return {**kept, **SETTINGS}


def is_portable(environment: Mapping[str, str]) -> bool:
    """Whether it has the settings, so that a process that was started with it computes by them."""
    return portable_environment(environment) == dict(environment)


def as_assignments() -> str:
    """The settings as a shell takes them before a command."""
    unset = " ".join(f"-u {name}" for name in UNSET if name in os.environ)
    settings = " ".join(f"{name}={value}" for name, value in SETTINGS.items())
    return f"env {unset} {settings}" if unset else f"env {settings}"


def require_processor() -> None:
    """Raises UserError on a machine for which the settings mean nothing, or which lacks the
    instructions.
    """
    system, machine = platform.system(), platform.machine().lower()
    if system != "Linux" or machine not in {"x86_64", "amd64"}:
        raise UserError(
            f"portable rows are had on Linux and x86-64 alone, and this is {system} on {machine}",
            "--portable",
            "drop it",
        )
    missing = NEEDED_FLAGS - processor_flags()
    if missing:
        raise UserError(
            f"portable rows need a processor of level {LEVEL}; this one lacks "
            + ", ".join(sorted(missing)),
            "--portable",
            "drop it",
        )


@cache
def processor_flags() -> frozenset[str]:
    """The names of the instruction sets of this machine's processor, as Linux calls them."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    flags = next((line.partition(":")[2] for line in lines if line.startswith("flags")), "")
    return frozenset(flags.split())
