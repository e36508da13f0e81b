#!/usr/bin/env bash
# Question: One of three differences between two models is NaN. Which p does scipy's permutation_test give?
# Guess, written first: NaN, as ttest_1samp and wilcoxon do.
# Versions: Python 3.11, SciPy 1.17.1, numpy 2.4.6.
# Seen: p = 0, without a warning, for any numbers and either direction: the mean of every permutation is
#   NaN, no comparison with NaN holds, and so none counts as extreme. With random permutations p is the
#   smallest that there can be (2 / 10,000). There is no nan_policy. The same p comes out of pearsonr when
#   it is asked for permutations: a correlation of NaN with p = 0. ttest_ind with permutations gives NaN.
# Matters: A diverged seed, or a score of a set that was too small, turns "no result" into the strongest
#   evidence that the table can show. Look for NaN before the test.
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
from scipy import stats


def note(what, seen, noted):
    print(f"{what}: {seen}")
    if not np.array_equal(seen, noted, equal_nan=True):
        sys.exit(f"changed: {what} was {noted}")


def flips(values, alternative="two-sided"):
    return stats.permutation_test(
        (values,),
        lambda x, axis: x.mean(axis=axis),
        permutation_type="samples",
        vectorized=True,
        alternative=alternative,
        rng=np.random.default_rng(0),
    ).pvalue


warnings.simplefilter("error")  # one would end the script
few = np.array([1, np.nan, 2])
many = np.append(np.random.default_rng(1).normal(size=29), np.nan)
note("t", float(stats.ttest_1samp(few, 0).pvalue), np.nan)
note("Wilcoxon", float(stats.wilcoxon(few).pvalue), np.nan)
for alternative in ("two-sided", "less", "greater"):
    note(f"sign flips, {alternative}", float(flips(few, alternative)), 0.0)
note("30 values, random sign flips", round(float(flips(many)), 6), 0.0002)
other, permuted = np.array([3.0, 4, 5]), stats.PermutationMethod()
note("correlation", float(stats.pearsonr(few, other).pvalue), np.nan)
correlation = stats.pearsonr(few, other, method=permuted)
note("correlation by permutations", [float(number) for number in correlation], [np.nan, 0.0])
note("t of two samples by permutations", float(stats.ttest_ind(few, other, method=permuted).pvalue), np.nan)
PYTHON
