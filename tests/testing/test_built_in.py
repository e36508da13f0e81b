"""Every built-in plugin passes the kit, through its own decorator."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ganbench.registry.registry import discover
from ganbench.testing import parametrize_with_checks, training_checks
from ganbench.testing.report import checks_in
from tests.broad import broad

TASKS = sorted(discover().of_kind("task"))
# One of each base class; tests/plugins looks at all of them in its own way.
FEW = ["toy", "ring8", "car2car", "gender", "shoes2edges"]
OTHERS = [plugin.name for plugin in discover().plugins if plugin.kind != "task"]
MODELS = discover().of_kind("model").keys()
TRAINED = ("discogan", "wgan_gp")
TRAINS = {"check_discriminator_learns_to_tell", *(c.__name__ for c in checks_in(training_checks))}


def trained_few(kit: Any) -> Any:
    """The kit, of which checks that train are for some of the models in a default run."""
    name, cases = kit.args

    def is_broad(case: Any) -> bool:
        plugin, _, check = case.id.partition("-")
        return check in TRAINS and plugin in MODELS and plugin not in TRAINED

    return pytest.mark.parametrize(
        name, [broad(*case.values, id=case.id) if is_broad(case) else case for case in cases]
    )


@trained_few(parametrize_with_checks(OTHERS))
def test_plugin(check: Callable[[Path], None], cache_dir: Path) -> None:
    check(cache_dir)


@parametrize_with_checks(FEW)
def test_task(check: Callable[[Path], None], cache_dir: Path) -> None:
    check(cache_dir)


@pytest.mark.slow
@parametrize_with_checks([name for name in TASKS if name not in FEW])
def test_every_other_task(check: Callable[[Path], None], cache_dir: Path) -> None:
    check(cache_dir)
