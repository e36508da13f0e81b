"""What holds for every task, checked in its smallest preset on its embedded data."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.task import Domain, Split, Task
from ganbench.core.errors import UserError
from ganbench.core.options import replace_from_text
from ganbench.core.spec import DomainName, SplitName
from ganbench.testing.subjects import NotApplicable, Subject, require

SPLITS: tuple[SplitName, ...] = ("train", "validation", "test")
DOMAINS: tuple[DomainName, ...] = ("A", "B")
PERMUTATIONS = 30
MAX_SIGMAS = 5.0
MAX_PAIRS = 500


def made(subject: Subject, cache_dir: Path) -> Task:
    """The task in preset `smoke`, its data made. Raises NotApplicable where it has none of its
    own.
    """
    kind: type[Task] = subject.loaded
    require("smoke" in kind.presets, "there is no preset 'smoke', in which a task is tried")
    source = next((name for name, needs in kind.sources.items() if not needs), None)
    if source is None:
        raise NotApplicable("the task has no embedded data")
    options = kind.options_type(**kind.preset_options.get("smoke", {}))
    task = kind(options, kind.presets["smoke"], source, {}, cache_dir)
    task.prepare(lambda line: None)
    return task


def domains(task: Task) -> Iterator[tuple[str, Domain, DomainName]]:
    for split in SPLITS:
        loaded = task.load(split)
        for name in DOMAINS:
            yield f"{split} {name}", loaded.domain(name), name


def check_samples_are_as_the_spec_says(subject: Subject) -> None:
    """Each split has samples of the spec's shape: images as uint8, points as finite float32; and
    its truth has a value for each, with no NaN or infinity among them.
    """
    task = made(subject, subject.cache_dir)
    for where, domain, name in domains(task):
        samples = domain.samples
        require(len(samples) > 0, f"{where} is empty")
        shape, dtype = task.spec.shape(name), getattr(torch, task.spec.kinds[name].stored)
        require(
            tuple(samples.shape[1:]) == shape and samples.dtype == dtype,
            f"{where} has {tuple(samples.shape[1:])} {samples.dtype}, not {shape} {dtype}",
        )
        fault = task.spec.kinds[name].fault(samples)
        require(not fault, f"{where} has {fault}")
        for key, values in domain.truth.items():
            require(
                len(values) == len(samples),
                f"{where} has {len(values)} values of '{key}' for {len(samples)} samples",
            )
            numbers = values.dtype.kind == "f"
            require(
                not numbers or bool(np.isfinite(values).all()),
                f"{where} has values of '{key}' that are not finite: refuse such data instead",
            )


def check_attributes_are_known(subject: Subject) -> None:
    """The attributes that the spec names as kept or changed are in the truth of both domains."""
    task = made(subject, subject.cache_dir)
    test = task.load("test")
    for name in (*task.spec.kept, *filter(None, [task.spec.changed])):
        for domain in DOMAINS:
            is_known = name in test.domain(domain).truth
            require(is_known, f"the spec names '{name}', which the truth of {domain} does not have")


def check_nothing_is_in_two_splits(subject: Subject) -> None:
    """No identity is in two splits of a domain, and no sample is in two places at all. (Domains may
    number their identities each on its own.)
    """
    task = made(subject, subject.cache_dir)
    owner: dict[object, str] = {}
    for where, domain, name in domains(task):
        people = set(np.unique(domain.truth.get("identity", np.array([]))).tolist())
        samples = np.ascontiguousarray(domain.samples.numpy())
        repeats = task.spec.kinds[name].can_repeat
        pixels = set() if repeats else {hashlib.sha256(sample).digest() for sample in samples}
        for key in (*((name, identity) for identity in people), *pixels):
            first = owner.setdefault(key, where)
            require(first == where, f"the same is in {first} and in {where}: split by identity")


def check_domains_are_not_paired(subject: Subject) -> None:
    """Samples of A and B of one place are as far apart as any: the order tells nothing."""
    task = made(subject, subject.cache_dir)
    for split in SPLITS:
        pair = comparable(task.load(split))
        if pair is None:
            raise NotApplicable("samples of the two domains have different shapes")
        sigmas = separation_sigmas(*pair)
        require(
            abs(sigmas) < MAX_SIGMAS,
            f"in {split}, samples of A and B of one place are {sigmas:+.0f} standard deviations "
            "from what chance gives: shuffle the domains apart",
        )


def comparable(split: Split) -> tuple[Tensor, Tensor] | None:
    n = min(len(split.A), len(split.B), MAX_PAIRS)
    a, b = split.A.samples[:n].flatten(1).float(), split.B.samples[:n].flatten(1).float()
    return (a, b) if a.shape == b.shape else None


def separation_sigmas(a: Tensor, b: Tensor) -> float:
    """How unusual the mean distance of one place is among those of shuffled places."""
    generator = torch.Generator().manual_seed(0)
    orders = [torch.randperm(len(a), generator=generator) for _ in range(PERMUTATIONS)]
    by_chance = torch.stack([(a - b[order]).square().mean() for order in orders])
    spread = float(by_chance.std())
    return float((a - b).square().mean() - by_chance.mean()) / spread if spread else 0.0


def check_same_data_again(subject: Subject) -> None:
    """Made twice, with nothing in the cache, the data and their fingerprint are the same."""
    first = made(subject, subject.cache_dir)
    with tempfile.TemporaryDirectory() as fresh:
        second = made(subject, Path(fresh))
        require(
            first.fingerprint() == second.fingerprint(),
            "two tasks of equal options have different fingerprints",
        )
        for (where, a, _), (_, b, _) in zip(domains(first), domains(second), strict=True):
            same = torch.equal(a.samples, b.samples) and a.truth.keys() == b.truth.keys()
            same = same and all(np.array_equal(v, b.truth[k]) for k, v in a.truth.items())
            require(same, f"{where} differs when made again: seed what is drawn")


def check_fingerprint_and_options_are_json(subject: Subject) -> None:
    """The cell's identity is JSON over both, and `--set` can spell each option."""
    task = made(subject, subject.cache_dir)
    for what, value in (("fingerprint()", task.fingerprint()), ("options", task.options_json())):
        try:
            require(json.loads(json.dumps(value)) == value, f"{what} is not the same after JSON")
        except TypeError as error:
            require(False, f"{what} cannot be written as JSON: {error}")
    texts = {key: str(value) for key, value in dataclasses.asdict(task.options).items()}
    require(
        replace_from_text(task.options, texts, subject.plugin.name) == task.options,
        "the options cannot be set from text",
    )


def check_what_it_names_exists(subject: Subject) -> None:
    """The task's metrics and references are plugins, and its selection is a column of them."""
    kind: type[Task] = subject.loaded
    for plugin_kind, names in (("metric", kind.metrics), ("reference", kind.references)):
        for name in names:
            try:
                subject.registry.find(plugin_kind, name)  # type: ignore[arg-type]
            except UserError as error:
                require(False, f"it names a {plugin_kind} that cannot be had: {error.what}")
    metrics = subject.registry.of_kind("metric")
    columns = {column for name in kind.metrics for column in metrics[name].columns}
    require(
        not kind.selected_by or kind.selected_by in columns,
        f"selected_by = '{kind.selected_by}' is no column of the task's metrics",
    )


def check_matches_are_right_ways(subject: Subject) -> None:
    """`matches` gives each input a target, or raises UserError where it does not know."""
    task = made(subject, subject.cache_dir)
    test = task.load("test")
    try:
        right = task.matches(test, "A", "B")
    except UserError as error:
        raise NotApplicable("the task does not know which translations are right") from error
    shape = (len(test.A), len(test.B))
    require(right.shape == shape and right.dtype == bool, f"matches() is no bool array of {shape}")
    require(bool(right.any(axis=1).all()), "matches() leaves an input without a right translation")
