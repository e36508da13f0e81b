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
