#!/usr/bin/env bash
# Question: Does torch.set_flush_denormal(False) undo torch.set_flush_denormal(True)?
# Guess, written first: Yes, in all threads at once; or, as the setting is one of each thread's
#   registers, neither call reaches any thread but the caller's.
# Versions: Python 3.11, PyTorch 2.15.0, NumPy 2.4.6, two threads.
# Seen: Both, by what came first. Where PyTorch's threads had begun before the setting was on,
#   True and False reach all of them. Where the first large operation came after, the other thread
#   began with the setting and keeps it: after False half of a tensor's denormal numbers come to 0,
#   and the other half do not, and both calls have given True. Meanwhile NumPy's numbers come to 0
#   too.
# Matters: What is switched on for a stretch of training and off again leaves a process in which a
#   number depends on its place in a tensor. Begin the threads before it is switched on, or leave
#   it on.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 numpy==2.4.6
cd "$work"
cat > kept.py <<'PYTHON'
import sys

import numpy
import torch

torch.set_num_threads(2)


def kept():
    """Of denormal numbers in each half of a large tensor, the share that halving leaves. Bits are
    looked at, for a comparison of such numbers with 0 is subject to the setting too.
    """
    halves = (torch.full((2**22,), 1e-40) * 0.5).view(torch.int32).chunk(2)
    return [float((half != 0).float().mean()) for half in halves]


if sys.argv[1] == "threads first":
    torch.ones(2**22).mul_(2)
switched = [torch.set_flush_denormal(True)]
within = kept()
numpys = bool((numpy.full(4, 1e-40, numpy.float32) * numpy.float32(0.5)).any())
switched.append(torch.set_flush_denormal(False))
print(switched, within, numpys, kept())
PYTHON
for case in \
  "threads first=[True, True] [0.0, 0.0] False [1.0, 1.0]" \
  "setting first=[True, True] [0.0, 0.0] False [1.0, 0.0]"; do
  seen=$("$work/venv/bin/python" kept.py "${case%%=*}")
  echo "${case%%=*}: $seen"
  [ "$seen" = "${case#*=}" ] || { echo "changed: was ${case#*=}"; exit 1; }
done
