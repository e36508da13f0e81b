"""The numeric tests under several instruction sets of one processor, with the installed PyTorch.

`python benchmarks/instruction_sets.py [AVX-512|AVX2|SSE4.1|unlimited ...] [-- PYTEST'S ARGUMENTS]`
limits PyTorch, oneDNN and MKL to each set, reads back what each of them says that it uses, and runs
the tests that are marked `numeric`. A set that the processor lacks is not run, and what a library
did not follow is shown: MKL takes `MKL_CBWR=AVX2` on Intel's processors alone.
"""

from __future__ import annotations

import argparse
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
LIMITS = ("ATEN_CPU_CAPABILITY", "ONEDNN_MAX_CPU_ISA", "MKL_CBWR")
RISING = ("DEFAULT", "AVX2", "AVX512")  # what PyTorch calls them
# One large convolution for oneDNN and one product for MKL, which then tell what they use.
PROBE = """
import torch
print("torch", torch.__version__)
print("capability", torch.backends.cpu.get_cpu_capability())
torch.nn.functional.conv2d(torch.zeros(16, 16, 32, 32), torch.zeros(16, 16, 3, 3))
torch.mm(torch.zeros(64, 64), torch.zeros(64, 64))
"""


@dataclass(frozen=True)
class Setting:
    """limits: the values of LIMITS. found: how PyTorch, oneDNN and MKL tell that they follow."""

    limits: tuple[str, ...] = ()
    found: tuple[str, ...] = ()

    @property
    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name not in LIMITS}
        return kept | dict(zip(LIMITS, self.limits, strict=False))


SETTINGS: Mapping[str, Setting] = {
    "unlimited": Setting(),
    "AVX-512": Setting(("avx512", "AVX512_CORE", "AVX512"), ("AVX512", "AVX-512 with", "AVX512")),
    "AVX2": Setting(("avx2", "AVX2", "AVX2"), ("AVX2", "Intel AVX2", "AVX2")),
    "SSE4.1": Setting(
        ("default", "SSE41", "COMPATIBLE"), ("DEFAULT", "Intel SSE4.1", "COMPATIBLE")
    ),
}


@dataclass(frozen=True)
class Used:
    """What each library says that it uses; empty where it says nothing."""

    torch: str
    capability: str
    onednn: str
    mkl: str

    def unlike(self, setting: Setting) -> list[str]:
        """The libraries that did not follow the setting."""
        said = {"PyTorch": self.capability, "oneDNN": self.onednn, "MKL": self.mkl}
        pairs = zip(said.items(), setting.found, strict=False)
        return [name for (name, value), expected in pairs if not value.startswith(expected)]


def told(output: str) -> Used:
    """From what the probe and the libraries printed."""

    def first(pattern: str) -> str:
        match = re.search(pattern, output, re.M)
        return match[1].strip() if match else ""

    isa = first(r"^onednn_verbose,.*cpu,isa:(.*)$")
    return Used(
        first(r"^torch (.*)$"),
        first(r"^capability (.*)$"),
        isa if isa.startswith("Intel AVX2") or "SSE" in isa else isa.removeprefix("Intel "),
        first(r"CNR:([\w,]+)"),
    )


def probed(setting: Setting) -> Used:
    environment = setting.environment | {"ONEDNN_VERBOSE": "1", "MKL_VERBOSE": "1"}
    command = [sys.executable, "-c", PROBE]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=True)
    return told(done.stdout)


def lacks(processor: Used, setting: Setting) -> bool:
    """Whether the setting is above what the processor has, where PyTorch would not say no."""
    return bool(setting.found) and RISING.index(setting.found[0]) > RISING.index(
        processor.capability
    )


def tested(name: str, setting: Setting, processor: Used, arguments: Sequence[str]) -> bool:
    """Whether all tests passed; prints a line, and pytest's own words where some did not."""
    if lacks(processor, setting):
        print(f"{name}: not run, for this processor has {processor.capability}", flush=True)
        return True
    used = probed(setting)
    unlike = used.unlike(setting)
    if {"PyTorch", "oneDNN"} & set(unlike):
        print(f"{name}: not run, for {' and '.join(unlike)} did not follow: {used}", flush=True)
        return False
    command = [sys.executable, "-m", "pytest", "-q", "-m", "numeric and not slow", *arguments]
    with tempfile.TemporaryDirectory() as kernels:  # PyTorch would take those of another setting
        environment = setting.environment | {"TORCHINDUCTOR_CACHE_DIR": kernels}
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, cwd=ROOT, check=False
        )
    words = f"PyTorch {used.capability}, oneDNN {used.onednn}, MKL {used.mkl or 'not there'}"
    note = f" ({', '.join(unlike)} not limited)" if unlike else ""
    summary = done.stdout.strip().splitlines()[-1:] or [f"pytest ended with {done.returncode}"]
    print(f"{name}: torch {used.torch}; {words}{note}: {summary[0]}", flush=True)
    if done.returncode:
        print(done.stdout, done.stderr, flush=True)
    return done.returncode == 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("settings", nargs="*", help=f"of {', '.join(SETTINGS)}; all by default")
    own, arguments = sys.argv[1:], []
    if "--" in own:
        own, arguments = own[: own.index("--")], own[own.index("--") + 1 :]
    names = parser.parse_args(own).settings or list(SETTINGS)
    if unknown := set(names) - set(SETTINGS):
        parser.error(f"no such setting: {', '.join(sorted(unknown))}")
    processor = probed(SETTINGS["unlimited"])
    passed = [tested(name, SETTINGS[name], processor, arguments) for name in names]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
