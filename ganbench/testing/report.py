"""Which checks a plugin has to pass, and how each of them went."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from types import ModuleType
from typing import Literal

import torch

from ganbench.core.errors import UserError, unknown
from ganbench.registry.loading import where_raised
from ganbench.registry.registry import Kind, Plugin
from ganbench.testing import (
    figure_checks,
    metric_checks,
    model_checks,
    reference_checks,
    source_checks,
    task_checks,
    training_checks,
    translation_checks,
    undefined_checks,
    visibility_checks,
)
from ganbench.testing.subjects import CheckFailed, NotApplicable, Subject

Check = Callable[[Subject], None]
Status = Literal["passed", "failed", "expected failure", "not applicable"]


def checks_in(*modules: ModuleType) -> tuple[Check, ...]:
    """Every function `check_*` that the modules define, in the order in which they stand there."""
    return tuple(
        check
        for module in modules
        for name, check in vars(module).items()
        if name.startswith("check_") and check.__module__ == module.__name__
    )


CHECKS: Mapping[Kind, tuple[Check, ...]] = {
    "model": checks_in(source_checks, model_checks, translation_checks, training_checks),
    "task": checks_in(source_checks, task_checks),
    "metric": checks_in(
        source_checks, metric_checks, visibility_checks, undefined_checks, figure_checks
    ),
    "reference": checks_in(source_checks, reference_checks),
}


@dataclass(frozen=True)
class Result:
    """The outcome of one check of one plugin. reason: what is wrong, or why it does not apply."""

    plugin: Plugin
    check: str
    status: Status
    reason: str = ""


def checks_of(plugin: Plugin) -> tuple[Check, ...]:
    """In the order in which they are worth reading."""
    return CHECKS[plugin.kind or "model"]


def run_check(check: Check, subject: Subject) -> Result:
    """One check, with torch's random state left as it was. No exception passes."""
    name = check.__name__
    try:
        expected = expected_failures(subject).get(name)
    except UserError as error:
        return Result(subject.plugin, name, "failed", one_line(error))
    status, reason = outcome(check, subject)
    if expected is not None and status == "failed":
        status, reason = "expected failure", expected
    elif expected is not None and status == "passed":
        status, reason = "failed", f"it passes: take it out of expected_failures ('{expected}')"
    return Result(subject.plugin, name, status, reason)


def expected_failures(subject: Subject) -> Mapping[str, str]:
    """Reasons by check, as the plugin gives them. Raises UserError for an unknown check."""
    expected: Mapping[str, str] = getattr(subject.loaded, "expected_failures", {})
    known = {check.__name__ for check in checks_of(subject.plugin)}
    for name in expected.keys() - known:
        raise unknown("check in expected_failures", name, known, str(subject.plugin.path))
    return expected


def outcome(check: Check, subject: Subject) -> tuple[Status, str]:
    try:
        with torch.random.fork_rng(devices=[]), one_thread(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of torch's; what the plugin does wrong, checks tell
            check(subject)
    except NotApplicable as reason:
        return "not applicable", str(reason)
    except (UserError, CheckFailed) as error:
        return "failed", one_line(error)
    except Exception as error:
        where = where_raised(error, subject.plugin.path)
        return "failed", f"{type(error).__name__}: {one_line(error)} ({where})"
    return "passed", ""


@contextmanager
def one_thread() -> Iterator[None]:
    """The kit's networks are so small that threads only wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def one_line(error: BaseException) -> str:
    return " ".join(str(error).split())
