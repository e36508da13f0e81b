"""What a default run takes of a long list of cases; `pytest -m broad` has the others."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import pytest

from ganbench.registry.registry import discover

# Two directions and batch norm; noise of its own; gradients of gradients.
SOME_MODELS = ("discogan", "munit", "wgan_gp")


def few_of(cases: Iterable[Any], few: Collection[Any]) -> list[Any]:
    """All cases, for `pytest.mark.parametrize`, of which a default run takes the few. A tuple is
    the arguments of one case.
    """
    known = list(cases)
    assert all(case in known for case in few), few
    arguments = (case if isinstance(case, tuple) else (case,) for case in known)
    return [c if c in few else broad(*a) for c, a in zip(known, arguments, strict=True)]


def broad(*arguments: Any, id: str | None = None) -> Any:
    """One case that a default run leaves out."""
    return pytest.param(*arguments, id=id, marks=pytest.mark.broad)


def some_models() -> list[Any]:
    """All models, of which a default run takes those that differ most."""
    return few_of(sorted(discover().of_kind("model")), SOME_MODELS)
