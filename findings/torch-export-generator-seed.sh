#!/usr/bin/env bash
# Question: a module draws its noise from a torch.Generator that it seeds in forward, so that each call gives
#   the same. Is the program that torch.export makes of it the same, before and after torch.export.save?
# Guess, written first: torch.export refuses the generator, or keeps the drawn numbers as a constant; either way a
#   stored program gives in each call what the module gives.
# Versions: Python 3.11, torch 2.15.0.
# Seen: Neither. The seeding is left out: the generator itself becomes a constant of the program, with the place
#   where it stood. The first call gives what the module gives, the second other numbers, for the generator has gone
#   on; stored after two calls and read again, it gives the third draw, then the fourth. No warning, no error.
# Matters: A check of the program beside the module, once, passes; and the file that is shared after such a check is
#   another model from its first call on. Of models with several outputs, whose style is drawn with a seed, each batch
#   has another style than was chosen.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check torch==2.15.0 numpy==2.4.6
cd "$work"
cat > make.py <<'PYTHON'
import sys
import warnings

import torch
from torch import nn

warnings.simplefilter("ignore")


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


class Styled(nn.Module):
    def forward(self, x):
        style = torch.randn(1, 8, generator=torch.Generator().manual_seed(7))
        return x + style


module, x = Styled(), torch.zeros(2, 8)
note("the module gives the same in each call", torch.equal(module(x), module(x)), True)
program = torch.export.export(module, (x,))
called = program.module()
first, second = called(x), called(x)
note("the program's first call is the module's", torch.equal(first, module(x)), True)
note("its second call is the first one again", torch.equal(second, first), False)
torch.export.save(program, "styled.pt2")
read = torch.export.load("styled.pt2").module()
rng = torch.Generator().manual_seed(7)
draws = [torch.randn(1, 8, generator=rng) for _ in range(4)]
calls = [read(x)[:1] for _ in range(2)]
found = [[i for i, draw in enumerate(draws) if torch.equal(draw, call)] for call in calls]
note("stored after two calls and read again, its calls are the draws of number", found, [[2], [3]])
PYTHON
"$work/venv/bin/python" make.py
echo "as noted"
