"""How far what is told and what is read agree, where what stands for what may be open."""

from __future__ import annotations

import numpy as np
from scipy.optimize import linear_sum_assignment

from ganbench.core.errors import Undefined


def contingency(told: np.ndarray, read: np.ndarray) -> np.ndarray:
    """How often each value that is told (rows) is read as which (columns), float (k, k), of labels
    (n,). Both have the values of both, sorted.
    """
    values, number = np.unique(np.concatenate([told, read]), return_inverse=True)
    counts = np.zeros((len(values), len(values)))
    np.add.at(counts, (number[: len(told)], number[len(told) :]), 1)
    return counts


def agreement_up_to_renaming(told: np.ndarray, read: np.ndarray) -> float:
    """The share of labels (n,) that agree after the one-to-one renaming that makes them agree most.

    The renaming is found on one half of the samples and scored on the other, and the other way
    round, so that it cannot follow chance. Raises Undefined for fewer than two samples.
    """
    if len(told) < 2:
        raise Undefined("a renaming is found on one half of the samples, and there is one sample")
    values = np.unique(np.concatenate([told, read]))
    places = np.arange(len(told)) % 2 == 0
    right = 0.0
    for half in (places, ~places):
        pairs = [np.concatenate([x[half], values]) for x in (told, read)]
        renamed = linear_sum_assignment(contingency(*pairs), maximize=True)[1]
        right += (values[renamed][np.searchsorted(values, told[~half])] == read[~half]).sum()
    return float(right / len(told))


def balanced_agreement(told: np.ndarray, read: np.ndarray) -> np.ndarray:
    """How far attributes agree, (k,) of bools (n, k): the mean of the shares that agree among the
    samples that have one and among those that do not. So what does not follow what is told comes to
    0.5, however rare the attribute, and the opposite to 0. NaN of one that all samples have, or
    none.
    """
    return np.diag(crossed_agreement(told, read))


def crossed_agreement(told: np.ndarray, read: np.ndarray) -> np.ndarray:
    """The same of each attribute that is told (rows) with each that is read (columns)."""
    shares = []
    for has, reads in ((told, read), (~told, ~read)):
        count = has.sum(0)[:, None]
        shares.append(np.where(count, has.T.astype(float) @ reads / np.maximum(count, 1), np.nan))
    both: np.ndarray = (shares[0] + shares[1]) / 2
    return both


def agreement_up_to_exchange(told: np.ndarray, read: np.ndarray) -> np.ndarray:
    """The balanced agreement (k,) of attributes, bools (n, k), after the one-to-one exchange of
    attributes, and of presence and absence, that makes them agree most in sum.

    The exchange is found on one half of the samples and scored on the other, and the other way
    round, so that it cannot follow chance. A half in which all samples have the attribute, or
    none, neither finds nor scores; NaN where neither half can. Raises Undefined for fewer than two
    samples.
    """
    if len(told) < 2:
        raise Undefined("an exchange is found on one half of the samples, and there is one sample")
    even = np.arange(len(told)) % 2 == 0
    scores = []
    for half in (even, ~even):
        found = np.nan_to_num(crossed_agreement(told[half], read[half]), nan=0.5)
        rows, chosen = linear_sum_assignment(np.maximum(found, 1 - found), maximize=True)
        other = crossed_agreement(told[~half], read[~half])[rows, chosen]
        scores.append(np.where(found[rows, chosen] < 0.5, 1 - other, other))
    counted = ~np.isnan(scores)
    total = np.where(counted, scores, 0).sum(0)
    return np.where(counted.any(0), total / np.maximum(counted.sum(0), 1), np.nan)


def mutual_information(told: np.ndarray, read: np.ndarray) -> float:
    """Of labels (n,), in nats, by Miller and Madow's entropies, which have no bias of the first
    order: about 0, of either sign, where one tells nothing of the other. Raises Undefined for none.
    """
    if not len(told):
        raise Undefined("no sample tells anything")
    counts = contingency(told, read)
    return entropy(counts.sum(1)) + entropy(counts.sum(0)) - entropy(counts.ravel())


def entropy(counts: np.ndarray) -> float:
    """In nats, of counts (k,): the plug-in estimate and (values that occur - 1) / (2 samples)."""
    seen = counts[counts > 0]
    share = seen / seen.sum()
    return float(-(share * np.log(share)).sum() + (len(seen) - 1) / (2 * seen.sum()))
