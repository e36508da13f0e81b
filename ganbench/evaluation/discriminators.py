"""Does a discriminator know its train samples by heart? What it says of them, of samples that it
has never seen, and of translations (Karras et al., 2020, "limited data", r_v).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import get_args

import torch
from torch import Tensor

from ganbench.contracts.model import Batch, Model
from ganbench.contracts.task import Split
from ganbench.core.devices import drawing_from
from ganbench.core.spec import ColumnKey, DomainName, sides
from ganbench.networks.inputs import as_input
from ganbench.results.records import number_or_reason

MAX_SAMPLES, MAX_BATCHES = 500, 64  # of a set; a batch of one would make too many of them
SEED = 0
STANDARD_ERRORS = 2.0  # that the means of train samples and translations must lie apart
OVERFIT = "overfit_D"

Sets = dict[str, Tensor]


def overfitting(model: Model, train: Split, held_out: Split, device: str) -> dict[str, float | str]:
    """Of each direction's discriminator, by the text of a ColumnKey: its mean scores `D_train`,
    `D_validation` and `D_fake`, and `overfit_D`, r_v = (train - validation) / (train - fake): 0 for
    one that judges unseen samples as it judges its train samples, 1 for one that takes them for
    translations. Numbers or reasons; model and random state stay as they are.
    """
    if sizes(model.hparams.batch_size, train, held_out)[0] < min(2, model.hparams.batch_size):
        names = [str(ColumnKey(OVERFIT, direction)) for direction in model.directions]
        return dict.fromkeys(names, "undefined: a set has but one sample")
    judged = logits_in_training(model, train, held_out, device)
    found: dict[str, float | str] = {}
    for direction in model.directions:
        _, target = sides(direction)
        entries = (
            summary(judged[target])
            if target in judged
            else {OVERFIT: f"skipped: the model has no D_{target} that judges fakes"}
        )
        found |= {str(ColumnKey(name, direction)): value for name, value in entries.items()}
    return found


def summary(sets: Sets) -> dict[str, float | str]:
    """sets: scores (n,) of `train`, `validation` and `fake`."""
    means = {f"D_{name}": number_or_reason(float(x.mean())) for name, x in sets.items()}
    return {OVERFIT: overfit(**sets), **means}


def overfit(train: Tensor, validation: Tensor, fake: Tensor) -> float | str:
    """r_v of scores (n,). It does not exist where D does not clearly score train samples above
    fakes: the quotient would be one of two noises.
    """
    if not all(x.isfinite().all() for x in (train, validation, fake)):
        return "undefined: some outputs of D are not finite"
    apart = train.mean() - fake.mean()
    error = ((train.var(correction=0) + fake.var(correction=0)) / len(train)).sqrt()
    if len(train) < 2 or not apart > STANDARD_ERRORS * error:
        return "undefined: D does not score train samples above translations"
    return float((train.mean() - validation.mean()) / apart)


def logits_in_training(
    model: Model, train: Split, held_out: Split, device: str
) -> dict[DomainName, Sets]:
    """Scores (n,) as training has them, by the domain of the discriminator.

    Each set has batches of its own, of the training's size, which batch norm normalises by
    themselves: this is what D sees, and what the running statistics, of real and fake together,
    are not. n is the same for all, so that no batch is smaller than another. The fakes are
    translations of train samples, those that D has been trained against.
    """
    size, n = sizes(model.hparams.batch_size, train, held_out)
    found: dict[DomainName, dict[str, list[Tensor]]] = {}
    with as_in_training(model, device):
        for start in range(0, n, size):
            place = slice(start, start + size)
            seen, unseen = (batch_of(split, place, device) for split in (train, held_out))
            fakes = model.judged(model.fakes(seen))
            for name in (name for name in get_args(DomainName) if name in fakes):
                judge = model.discriminators[f"D_{name}"]
                of_set = {"train": seen[name], "validation": unseen[name], "fake": fakes[name]}
                sets = found.setdefault(name, {key: [] for key in of_set})
                for key, samples in of_set.items():
                    sets[key].append(judge(samples).scores.cpu().double())
    return {name: {k: torch.cat(v) for k, v in sets.items()} for name, sets in found.items()}


def batch_of(split: Split, place: slice, device: str) -> Batch:
    return {
        name: as_input(split.domain(name).samples[place], device) for name in get_args(DomainName)
    }


def sizes(batch_size: int, *splits: Split) -> tuple[int, int]:
    """Of a batch and of a set, in whole batches."""
    most = min(MAX_SAMPLES, *(len(d) for split in splits for d in (split.A, split.B)))
    size = min(batch_size, most)
    return size, min(most // size, MAX_BATCHES) * size


@contextmanager
def as_in_training(model: Model, device: str) -> Iterator[None]:
    """In training mode without gradients; buffers, mode and random state come back as they were,
    however it ends.
    """
    was_training = model.training
    before = [(buffer, buffer.clone()) for buffer in model.buffers()]
    rng = torch.Generator(device).manual_seed(SEED)
    model.train()
    try:
        with torch.no_grad(), torch.random.fork_rng(devices=[]), drawing_from(rng):
            yield
    finally:
        model.train(was_training)
        with torch.no_grad():
            for buffer, value in before:
                buffer.copy_(value)
