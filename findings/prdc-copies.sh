#!/usr/bin/env bash
# Question: What precision has a set compared with itself, if each picture is there six times (k =
#   5)?
# Guess, written first: 0 with prdc: the distance to the fifth neighbour is 0, and nothing is
#   strictly nearer.
# Versions: Python 3.11, prdc 0.2, scikit-learn 1.9.1, numpy 2.4.6.
# Seen: 0 for features that are small whole numbers, but something between 0 and 1 (0.25 here) for
#   features with fractions. scikit-learn's distance of a point to its copy is not 0 but rounding
#   noise, so precision, recall, density and coverage are noise too. Without copies all four are
#   1.
# Matters: Data sets with copies (augmented, oversampled, video frames) get numbers that depend on
#   rounding. Find copies before scoring.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  numpy==2.4.6 \
  scipy==1.17.1 \
  scikit-learn==1.9.1 \
  prdc==0.2
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys

import numpy as np
from prdc import compute_prdc


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def scores(features):
    found = compute_prdc(real_features=features, fake_features=features, nearest_k=5)
    return {name: round(float(value), 4) for name, value in found.items()}


features = np.random.default_rng(0).normal(size=(20, 8))
note("each once", set(scores(features).values()), {1.0})
whole = scores(np.repeat(np.round(features * 4), 6, axis=0))
note("whole numbers, each six times", set(whole.values()), {0.0})
noise = scores(np.repeat(features, 6, axis=0))
print("fractions, each six times:", noise)
note("fractions: neither 0 nor 1", all(0 < value < 1 for value in noise.values()), True)
PYTHON
