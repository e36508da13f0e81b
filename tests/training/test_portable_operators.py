"""No training step and no translation calls an operator of single floats whose last digit depends
on the processor even under `--portable`: those of MKL's vector functions (docs/portable.md).
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.utils._python_dispatch import TorchDispatchMode

from ganbench.core.roots import square_root
from ganbench.core.spec import DataSpec
from tests.broad import few_of
from tests.networks.test_families import FAMILIES
from tests.plugins.test_models import IMAGES, POINTS
from tests.training.test_less_memory import BUILT_IN, batch_of, losses, model_of

pytestmark = pytest.mark.numeric

aten = torch.ops.aten
OF_MKL = {aten.sqrt, aten.sqrt_, aten.atan, aten.atan_, aten._foreach_sqrt, aten._foreach_sqrt_}
POWERS = {aten.pow, aten.pow_}  # that of 0.5 is a square root
CASES = [(POINTS, "plain"), *((IMAGES, family) for family in FAMILIES)]
FEW = [(POINTS, "plain"), (IMAGES, "plain")]


class OperatorsOfMkl(TorchDispatchMode):
    """The names of those that are called."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        packet = func.overloadpacket
        if packet in OF_MKL or (packet in POWERS and 0.5 in args[1:]):
            self.seen.add(str(packet))
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize(
    ("spec", "family"), few_of(CASES, FEW), ids=lambda one: getattr(one, "kind", one)
)
def test_models_train_and_translate_without_them(spec: DataSpec, family: str) -> None:
    left: dict[str, set[str]] = {}
    for name in sorted(BUILT_IN.of_kind("model")):
        try:
            model = model_of(name, spec, family, r1=1.0, r1_every=1, clip_norm=1.0)
        except pytest.skip.Exception:  # has no such data or networks
            continue
        with OperatorsOfMkl() as operators:
            losses(model, spec, steps=1)
            model.eval()
            for direction in model.directions:
                model.translate(batch_of(0, spec)[direction[0]], direction[1])
        left[name] = operators.seen
    assert len(left) >= 10 and not any(left.values()), left


def test_the_square_root_is_right() -> None:
    x = torch.rand(10_000, generator=torch.Generator().manual_seed(0)) * 1e4
    with OperatorsOfMkl() as operators:
        found = square_root(x)
    assert not operators.seen
    torch.testing.assert_close(found, x.double().sqrt().float(), rtol=3e-7, atol=0)
    assert square_root(torch.zeros(1)).item() == 0


def test_they_are_noticed() -> None:
    with OperatorsOfMkl() as operators:
        torch.ones(3).sqrt()
        torch.ones(3) ** 0.5
    assert operators.seen == {"aten.sqrt", "aten.pow"}
