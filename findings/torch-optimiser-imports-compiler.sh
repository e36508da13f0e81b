#!/usr/bin/env bash
# Question: which part of PyTorch does a program load that makes an optimiser, or imports torchvision, and
#   never compiles anything?
# Guess, written first: An optimiser loads nothing new, torchvision its own modules and Pillow.
# Versions: Python 3.11, torch 2.15.0, torchvision 0.29.2.
# Seen: The first optimiser of any kind, plain SGD too, imports the whole compiler: torch._dynamo and
#   torch._inductor, some 900 modules, 1.4 seconds of a core. So does `import torchvision`, by an operator
#   that it registers. `import torch` alone loads neither.
# Matters: Every worker process of a benchmark pays it once, in the middle of its first training step or
#   its first score. Import it in the process that others are forked from.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  torch==2.15.0 \
  torchvision==0.29.2
cd "$work"
look() {
  "$work/venv/bin/python" - "$@" <<'PYTHON'
import sys
import time

import torch

what, noted = sys.argv[1], sys.argv[2] == "True"
before = {"torch._dynamo", "torch._inductor"} & sys.modules.keys()
modules, start = len(sys.modules), time.perf_counter()
if what == "an optimiser":
    torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=0.1)
elif what == "torchvision":
    import torchvision
seen = {"torch._dynamo", "torch._inductor"} <= sys.modules.keys()
sec = time.perf_counter() - start
print(f"{what}: {len(sys.modules) - modules} more modules, {sec:.1f} s, the compiler among them: {seen}")
if before or seen != noted:
    sys.exit(f"changed: {what} was {noted}, and torch alone had none")
PYTHON
}
look "nothing more" False
look "an optimiser" True
look "torchvision" True
