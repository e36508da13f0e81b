#!/usr/bin/env bash
# Question: does an image batch get the same noise from the same seed in channels_last as in the usual
#   memory format? Networks train faster in channels_last, and "noise like the batch" is everywhere:
#   instance noise, augmentation, dropout, noise inputs of StyleGAN.
# Guess, written first: Numbers are drawn in the order of memory, so the same numbers come at other places,
#   by every function alike.
# Versions: Python 3.11, torch 2.15.0 (as the package index gives it for Linux), on a CPU.
# Seen: It depends on the function. rand_like, uniform_, exponential_, bernoulli_ and dropout do as guessed.
#   randn_like and normal_ draw other numbers altogether: not one value of one batch need be in the other.
#   bernoulli and poisson (not in place) and dropout2d give the same numbers at the same places, and the
#   first two hand back the usual format instead of channels_last.
# Matters: A model that is moved to channels_last for speed is another experiment with the same seed, and
#   a comparison of the two formats number by number fails for models that draw noise. torch.randn(x.shape)
#   gives the same numbers for both.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 numpy==2.4.6
cd "$work"
CUDA_VISIBLE_DEVICES="" "$work/venv/bin/python" - <<'PYTHON'
import sys

import torch
import torch.nn.functional as F

LAST = torch.channels_last
SHAPES = (2, 3, 4, 4), (4, 3, 32, 32)
DRAWN = {
    "randn_like": (torch.randn_like, "other numbers"),
    "normal_": (lambda x: torch.empty_like(x).normal_(), "other numbers"),
    "rand_like": (torch.rand_like, "the same in the order of memory"),
    "uniform_": (lambda x: torch.empty_like(x).uniform_(), "the same in the order of memory"),
    "exponential_": (lambda x: torch.empty_like(x).exponential_(), "the same in the order of memory"),
    "bernoulli_": (lambda x: torch.empty_like(x).bernoulli_(0.5), "the same in the order of memory"),
    "dropout": (lambda x: F.dropout(x, 0.5), "the same in the order of memory"),
    "bernoulli": (torch.bernoulli, "the same at the same places, in the usual format"),
    "poisson": (torch.poisson, "the same at the same places, in the usual format"),
    "dropout2d": (lambda x: F.dropout2d(x, 0.5), "the same at the same places"),
    "randn of the shape": (lambda x: torch.randn(x.shape).to(memory_format=LAST), "the same at the same places"),
}


def drawn(draw, shape, memory_format):
    batch = torch.full(shape, 0.5).to(memory_format=memory_format)
    torch.manual_seed(5)
    return draw(batch)


def compared(draw, shape):
    usual, last = (drawn(draw, shape, form) for form in (torch.contiguous_format, LAST))
    form = "" if last.is_contiguous(memory_format=LAST) else ", in the usual format"
    if torch.equal(usual, last):
        return f"the same at the same places{form}"
    if torch.equal(usual.flatten(), last.permute(0, 2, 3, 1).flatten()):
        return f"the same in the order of memory{form}"
    is_moved = torch.equal(usual.flatten().sort().values, last.flatten().sort().values)
    return "the same, moved" if is_moved else f"other numbers{form}"


for name, (draw, noted) in DRAWN.items():
    for shape in SHAPES:
        seen = compared(draw, shape)
        print(f"{name}, {shape}: {seen}")
        if seen != noted:
            sys.exit(f"changed: {name} of {shape} was {noted}")
PYTHON
