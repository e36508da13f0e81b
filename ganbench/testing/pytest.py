"""The kit in a test suite of pytest."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from ganbench.testing.find import find_plugins
from ganbench.testing.report import Check, checks_of, run_check
from ganbench.testing.subjects import Subject


def parametrize_with_checks(
    names: Sequence[str | Path], cache_dir: Path | None = None
) -> Callable[[Callable[..., Any]], Any]:
    """A decorator for `def test_plugin(check): check()`: a test for each plugin and check.

    names: as `ganbench check` takes them: names of plugins, files, or folders.
    cache_dir: the folder of made data; None for a temporary one. A test that knows only when it
    runs, by a fixture, hands its folder on: `check(folder)`.

    A check that the plugin's `expected_failures` names is an expected failure, and a strict one.
    """
    import pytest

    registry, plugins = find_plugins(names)
    folder = cache_dir or Path(tempfile.mkdtemp(prefix="ganbench-"))
    subjects = [Subject(plugin, registry, folder) for plugin in plugins]
    cases = [_case(subject, check) for subject in subjects for check in checks_of(subject.plugin)]
    return pytest.mark.parametrize("check", cases)


def _case(subject: Subject, check: Check) -> Any:
    import pytest

    def run(cache_dir: Path | None = None) -> None:
        result = run_check(check, replace(subject, cache_dir=cache_dir or subject.cache_dir))
        if result.status == "not applicable":
            pytest.skip(result.reason)
        if result.status == "expected failure":
            pytest.xfail(result.reason)
        assert result.status == "passed", result.reason

    return pytest.param(run, id=f"{subject.plugin.name}-{check.__name__}")
