"""What holds for every reference."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.reference import Reference
from ganbench.contracts.task import Task
from ganbench.testing.subjects import SPECS, NotApplicable, Subject, require, require_reason
from ganbench.testing.task_checks import DOMAINS, made

TRIED_ON = "toy"


def task_for(subject: Subject) -> Task:
    """Raises NotApplicable where the reference refuses its data."""
    plugin = subject.registry.find("task", TRIED_ON)
    task = made(Subject(plugin, subject.registry, subject.cache_dir), subject.cache_dir)
    reason = subject.loaded.unsupported(task.spec)
    if reason:
        raise NotApplicable(str(reason))
    return task


def check_unsupported_gives_a_reason(subject: Subject) -> None:
    """A reference gives a reason, in words, for data that it is not for."""
    for data, spec in SPECS.items():
        require_reason(subject.loaded.unsupported(spec), data)


def check_samples_of_the_target(subject: Subject) -> None:
    """A sample of the target's shape and kind for each input; the same under the same seed."""
    task = task_for(subject)
    test = task.load("test")
    reference: Reference = subject.loaded()

    def fakes(a: int) -> Tensor:
        source, target = DOMAINS[a], DOMAINS[1 - a]
        return reference.fakes(task, test, source, target, np.random.default_rng(0))

    for a, source in enumerate(DOMAINS):
        samples, target = fakes(a), test.domain(DOMAINS[1 - a]).samples
        shape = (len(test.domain(source)), *target.shape[1:])
        require(
            tuple(samples.shape) == shape and samples.dtype == target.dtype,
            f"fakes() gives {tuple(samples.shape)} {samples.dtype}, not {shape} {target.dtype}",
        )
        require(torch.equal(samples, fakes(a)), "fakes() differs under one seed: draw from `rng`")
