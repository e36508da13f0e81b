#!/usr/bin/env bash
# Question: what does torch.manual_seed cost on a machine without a GPU, or before CUDA is used?
# Guess, written first: A few microseconds wherever it is called: it sets the state of one generator.
# Versions: Python 3.11, torch 2.15.0 (as the package index gives it for Linux).
# Seen: The deeper the call, the dearer. It queues the seeds of CUDA, XPU and MTIA for later, each with
#   the whole Python stack formatted as text: 0.17 ms at the top of a script, 0.8 ms 45 calls down, 2.4
#   ms 200 calls down (two cores of an AMD EPYC). torch.default_generator.manual_seed gives the same
#   numbers on the CPU and takes 1 microsecond at any depth.
# Matters: A benchmark that seeds each step or each small network pays more for the seed than for the
#   step, and most inside a test runner or a framework, whose stacks are deep.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 numpy==2.4.6
cd "$work"
CUDA_VISIBLE_DEVICES="" "$work/venv/bin/python" - <<'PYTHON'
import sys
import time

import torch

CALLS, DEPTHS = 300, (0, 45, 200)


def microseconds(depth, call):
    if depth:
        return microseconds(depth - 1, call)
    start = time.perf_counter()
    for _ in range(CALLS):
        call()
    return 1e6 * (time.perf_counter() - start) / CALLS


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


torch.manual_seed(0)
cost = {depth: microseconds(depth, lambda: torch.manual_seed(0)) for depth in DEPTHS}
own = {depth: microseconds(depth, lambda: torch.default_generator.manual_seed(0)) for depth in DEPTHS}
for depth in DEPTHS:
    print(f"{depth} calls down: manual_seed {cost[depth]:.1f} us, the generator's own {own[depth]:.1f} us")
torch.manual_seed(5)
first = torch.rand(3)
torch.default_generator.manual_seed(5)
note("the same numbers", bool(torch.equal(first, torch.rand(3))), True)
note("200 calls down it costs more than four times as much", cost[200] > 4 * cost[0], True)
note("and more than twenty times the generator's own", cost[200] > 20 * own[200], True)
PYTHON
