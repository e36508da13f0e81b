"""Every built-in plugin passes the kit, through its own decorator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from ganbench.registry.registry import discover
from ganbench.testing import parametrize_with_checks

TASKS = sorted(discover().of_kind("task"))
# One of each base class; tests/plugins looks at all of them in its own way.
FEW = ["toy", "ring8", "car2car", "gender", "shoes2edges"]
OTHERS = [plugin.name for plugin in discover().plugins if plugin.kind != "task"]


@parametrize_with_checks(OTHERS)
def test_plugin(check: Callable[[Path], None], cache_dir: Path) -> None:
    check(cache_dir)


@parametrize_with_checks(FEW)
def test_task(check: Callable[[Path], None], cache_dir: Path) -> None:
    check(cache_dir)


@pytest.mark.slow
@parametrize_with_checks([name for name in TASKS if name not in FEW])
def test_every_other_task(check: Callable[[Path], None], cache_dir: Path) -> None:
    check(cache_dir)
