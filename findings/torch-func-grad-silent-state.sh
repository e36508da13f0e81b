#!/usr/bin/env bash
# Question: torch.func.grad refuses a function that changes a captured tensor. Is a discriminator that gets
#   through left as it was? (Gradient penalties such as R1 take the gradient at the samples.)
# Guess, written first: Yes: norms with running statistics and spectral norms are refused in training mode,
#   as every change is, but perhaps one by `out=`. nn.InstanceNorm counts its batches as nn.BatchNorm does.
# Versions: Python 3.11, torch 2.15.0 (as the package index gives it for Linux).
# Seen: Of the layers only nn.BatchNorm is refused, and that for its counter of batches (`add_`), not for its
#   statistics. Without the counter they change without a word, and so do those of nn.InstanceNorm, which has
#   a counter and never counts, and the vectors of both spectral norms: what is noticed is an operator that
#   changes one tensor in place, not `out=`, not a list (torch._foreach_add_), not statistics that a norm is
#   handed. Gradients and new state are those of torch.autograd.grad. With torch.func.functional_call and
#   copies of the buffers batch norm is let through, and nothing changes.
# Matters: That no error was raised is no proof that a penalty leaves D alone. Its extra pass moves running
#   statistics towards the points between real and fake, which D meets nowhere else.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 numpy==2.4.6
cd "$work"
CUDA_VISIBLE_DEVICES="" "$work/venv/bin/python" - <<'PYTHON'
import sys

import torch
from torch import nn
from torch.func import functional_call, grad


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def batch_norm(counter):
    layer = nn.BatchNorm1d(4)
    if not counter:
        layer.num_batches_tracked = None
    return layer


class Step(nn.Module):
    """A layer with a buffer, changed by the operator that is given."""

    def __init__(self, change):
        super().__init__()
        self.change = change
        self.register_buffer("steps", torch.zeros(1))

    def forward(self, x):
        self.change(self.steps)
        return x


MAKERS = {
    "nn.BatchNorm1d": lambda: batch_norm(True),
    "the same without its counter": lambda: batch_norm(False),
    "nn.InstanceNorm1d": lambda: nn.InstanceNorm1d(4, track_running_stats=True),
    "parametrizations.spectral_norm": lambda: nn.utils.parametrizations.spectral_norm(nn.Linear(8, 8)),
    "utils.spectral_norm": lambda: nn.utils.spectral_norm(nn.Linear(8, 8)),
    "add_": lambda: Step(lambda steps: steps.add_(1)),
    "add with out=": lambda: Step(lambda steps: torch.add(steps, 1, out=steps)),
    "_foreach_add_": lambda: Step(lambda steps: torch._foreach_add_([steps], 1)),
}
SAMPLES = torch.randn(5, 4, 8, generator=torch.Generator().manual_seed(0))


def made(name):
    torch.manual_seed(0)
    return nn.Sequential(MAKERS[name](), nn.Tanh())


def buffers(judge):
    return {name: value.clone() for name, value in judge.named_buffers()}


def changed(judge, before):
    return any(not torch.equal(value, before[name]) for name, value in judge.named_buffers())


def look(name):
    judge = made(name)
    before = buffers(judge)
    try:
        slopes = grad(lambda x: judge(x).sum())(SAMPLES)
    except RuntimeError as error:
        print(f"  {str(error)[:140]} …")
        return "refused, changed" if changed(judge, before) else "refused"
    twin, x = made(name), SAMPLES.clone().requires_grad_()
    (wanted,) = torch.autograd.grad(twin(x).sum(), x)
    if not torch.allclose(slopes, wanted) or changed(judge, buffers(twin)):
        return "let through, other than torch.autograd.grad"
    return "changed without a word" if changed(judge, before) else "let through"


for name in MAKERS:
    refused = name in {"nn.BatchNorm1d", "add_"}
    note(name, look(name), "refused" if refused else "changed without a word")
counting = nn.InstanceNorm1d(4, track_running_stats=True)
counting(SAMPLES)
note("batches that nn.InstanceNorm1d counted, of one", int(counting.num_batches_tracked), 0)
judge = made("nn.BatchNorm1d")
before = buffers(judge)
grad(lambda x: functional_call(judge, buffers(judge), (x,)).sum())(SAMPLES)
note("batch norm with copies of its buffers, changed", changed(judge, before), False)
PYTHON
