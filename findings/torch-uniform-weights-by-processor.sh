#!/usr/bin/env bash
# Question: which random numbers of one seed depend on the vector instructions of the processor?
# Guess, written first: normal numbers, for tensors of 16 and more, in the last digit. Uniform ones are a
#   generator's bits, so the default weights of nn.Linear and nn.Conv2d are the same everywhere.
# Versions: Python 3.11, torch 2.15.0 (as the package index gives it for Linux), a processor with AVX2.
# Seen: Half the default weights of nn.Linear differ too, unless the layer has 1, 4, 16, 64 … inputs. Under
#   AVX2 `uniform_(a, b)` multiplies and adds with one rounding, without AVX2 with two. The two agree where
#   b - a is a power of two or a is 0: torch.rand always, a layer with 64 inputs, whose weights lie within
#   1/8 of 0, not one with 65 (nn.Conv2d counts channels times kernel area); at any size of tensor. Of the
#   normal numbers, 38 % of float32 differ from 16 elements on; strided tensors and float64 do not.
# Matters: A network starts elsewhere on another kind of processor, before anything is computed, and whether
#   it does hangs on its width. A test on a width of 64 shows nothing. Store initial weights, or fix the
#   instructions, if numbers are to be compared across machines.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 numpy==2.4.6
cd "$work"
cat >draw.py <<'PYTHON'
import sys

import torch

SIZES = range(1, 300)


def drawn(make):
    torch.manual_seed(0)
    return make().detach().clone()


capability, file = sys.argv[1:]
if torch.backends.cpu.get_cpu_capability() != capability:
    sys.exit(f"this takes a processor with {capability}")
numbers = {f"inputs {n}": drawn(lambda: torch.nn.Linear(n, 1000).weight) for n in SIZES}
numbers |= {f"normal {n}": drawn(lambda: torch.randn(n)) for n in SIZES}
numbers |= {
    "rand": drawn(lambda: torch.rand(10_000)),
    "uniform": drawn(lambda: torch.empty(10_000).uniform_(-0.1, 0.1)),
    "uniform by hand": drawn(lambda: torch.rand(10_000) * 0.2 - 0.1),
    "normal": drawn(lambda: torch.randn(10_000)),
    "normal, strided": drawn(lambda: torch.empty(100, 100).t().normal_()),
    "normal, float64": drawn(lambda: torch.randn(10_000, dtype=torch.float64)),
    "conv, 48 inputs": drawn(lambda: torch.nn.Conv2d(3, 64, 4).weight),
    "conv, 256 inputs": drawn(lambda: torch.nn.Conv2d(16, 64, 4).weight),
}
torch.save(numbers, file)
PYTHON
ATEN_CPU_CAPABILITY=default CUDA_VISIBLE_DEVICES="" "$work/venv/bin/python" draw.py DEFAULT plain.pt
ATEN_CPU_CAPABILITY=avx2 CUDA_VISIBLE_DEVICES="" "$work/venv/bin/python" draw.py AVX2 avx2.pt
"$work/venv/bin/python" - <<'PYTHON'
import sys

import torch


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


plain, avx2 = torch.load("plain.pt"), torch.load("avx2.pt")
same = {name for name in plain if torch.equal(plain[name], avx2[name])}
for name in ("uniform", "normal"):
    apart = (plain[name] - avx2[name]).abs()
    print(f"{name}: {100 * (apart > 0).float().mean():.0f} % differ, by up to {apart.max():.2g}")


def sizes(kind):
    return sorted(int(name.split()[1]) for name in same if name.startswith(kind))


note("inputs whose nn.Linear is the same", sizes("inputs "), [1, 4, 16, 64, 256])
note("sizes whose randn is the same", sizes("normal "), list(range(1, 16)))
others = {name for name in plain if not name.split()[-1].isdigit()}
note(
    "the same besides",
    sorted(others & same),
    ["conv, 256 inputs", "normal, float64", "normal, strided", "rand", "uniform by hand"],
)
PYTHON
