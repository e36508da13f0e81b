#!/usr/bin/env bash
# Question: Four of five seeds end alike. Does scipy's BCa bootstrap give an interval of the
#   median?
# Guess, written first: Yes, as for the mean: the five are not all equal.
# Versions: Python 3.11, SciPy 1.17.1, numpy 2.4.6.
# Seen: It gives (nan, nan) and a DegenerateDataWarning: no one seed left out changes the median,
#   so the acceleration is 0/0. The mean has an interval, and so has the median by the percentile
#   method.
# Matters: Success counts and rounded scores tie often. A NaN interval has to be told, not drawn
#   as none.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 scipy==1.17.1
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
import sys
import warnings

import numpy as np
from scipy.stats import DegenerateDataWarning, bootstrap


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if seen != noted:
        sys.exit(f"changed: {what} was {noted}")


def interval(statistic, method):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found = bootstrap(
            (np.array([1.0, 1, 1, 1, 2]),), statistic, method=method, rng=np.random.default_rng(0)
        ).confidence_interval
    told = any(issubclass(one.category, DegenerateDataWarning) for one in caught)
    print(f"{statistic.__name__}, {method}: {found.low} to {found.high}, warned: {told}")
    return bool(np.isfinite([found.low, found.high]).all()), told


note("mean, BCa: interval, warning", interval(np.mean, "BCa"), (True, False))
note("median, BCa: interval, warning", interval(np.median, "BCa"), (False, True))
note("median, percentile: interval, warning", interval(np.median, "percentile"), (True, False))
PYTHON
