"""Compiled steps are the steps."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import pytest
import torch
from torch._dynamo.testing import CompileCounterWithBackend
from torch.torch_version import TorchVersion

from ganbench.contracts.model import Model
from ganbench.core.errors import UserError
from ganbench.core.spec import DataSpec
from ganbench.registry.registry import discover
from ganbench.training.compiled import INDUCTOR, Compile, Compiled
from ganbench.training.multi_seed import Join, alone, on_streams, stacked
from ganbench.training.optimisers import optimisers_of
from ganbench.training.step import Program
from tests.broad import broad, few_of
from tests.plugins.test_models import IMAGES, POINTS
from tests.training.test_streams import SEEDS, batch_of_step, same
from tests.training.test_vmap_stack import largest_difference, of_seeds

pytestmark = pytest.mark.numeric

MODELS = sorted(discover().of_kind("model"))
LAYERS_TWICE_IN_FAKES = {"starganv2", "unit"}
has_compiler = pytest.mark.skipif(not shutil.which("g++"), reason="needs a C++ compiler")


@pytest.fixture(autouse=True)
def fresh_compiler() -> Iterator[None]:
    """That compiles in this process, and starts none to share a few kernels with."""
    torch._dynamo.reset()
    with torch._inductor.config.patch(compile_threads=1):
        yield


def program(join: Join, models: Sequence[Model], spec: DataSpec) -> Program:
    states = [torch.Generator().manual_seed(seed).get_state() for seed in SEEDS][: len(models)]
    seeds = [(model, optimisers_of(model)) for model in models]
    return join(seeds, states, batch_of_step(0, spec, "cpu"), "cpu", "fp32", 10)


def train(program: Program, models: Sequence[Model], spec: DataSpec) -> None:
    for number in range(len(program.phases) + 1):
        reals = batch_of_step(number, spec, "cpu")
        program({k: v[0] if len(models) == 1 else v for k, v in reals.items()}, number)


def of_models(name: str, spec: DataSpec, join: Join) -> list[Model]:
    return of_seeds(name, spec, SEEDS[:1] if join is alone else SEEDS)


def both_ways(
    name: str, spec: DataSpec, join: Join, compile_: Compile
) -> tuple[list[Model], list[Model]]:
    """Models after training by plain steps and by compiled ones."""
    plain, compiled = of_models(name, spec, join), of_models(name, spec, join)
    train(program(join, plain, spec), plain, spec)
    train(Compiled(program(join, compiled, spec), compile_), compiled, spec)
    return plain, compiled


@pytest.mark.parametrize("name", few_of(MODELS, ("discogan",)))
def test_what_is_traced_is_the_whole_step(name: str) -> None:
    """Traced in one piece and run by PyTorch's own kernels, it gives the very same weights; where
    `fakes` uses one layer twice and losses use it too, but for the order of three gradients.
    """
    counter = CompileCounterWithBackend("aot_eager")
    whole = partial(torch.compile, backend=counter, fullgraph=True)
    plain, compiled = both_ways(name, IMAGES, alone, whole)
    if name in LAYERS_TWICE_IN_FAKES:
        assert largest_difference(plain[0], compiled[0]) < 1e-6
    else:
        assert same(plain[0], compiled[0])
    assert counter.frame_count >= 3  # fakes, and the losses of D and of G


@pytest.mark.parametrize(
    ("name", "join", "whole"),
    [
        broad("munit", on_streams, True),
        broad("recon", stacked, True),
        ("wgan_gp", stacked, False),
    ],
)
def test_seeds_together_are_traced_once(name: str, join: Join, whole: bool) -> None:
    """A stack's draws, which are of many generators, stay outside."""
    counter = CompileCounterWithBackend("aot_eager")
    compile_ = partial(torch.compile, backend=counter, fullgraph=whole)
    try:
        plain, compiled = both_ways(name, POINTS, join, compile_)
    except UserError:  # the message is what a user gets there
        assert name == "wgan_gp" and TorchVersion(torch.__version__) < "2.15"
        pytest.skip("this PyTorch does not trace a function that is handed its draws")
    assert all(same(a, b) for a, b in zip(plain, compiled, strict=True))
    assert counter.frame_count == 3 or not whole


@has_compiler
def test_kernels_of_its_own_give_the_same_within_rounding() -> None:
    """Random numbers included, and gradients of gradients."""
    plain, compiled = both_ways("wgan_gp", POINTS, alone, INDUCTOR)
    assert largest_difference(plain[0], compiled[0]) < 1e-5


def test_a_model_that_cannot_be_compiled_says_so() -> None:
    def refuse(graph: torch.fx.GraphModule, inputs: Sequence[torch.Tensor]) -> Callable[..., None]:
        raise ValueError("no kernel for this")

    models = of_seeds("standard", POINTS, SEEDS[:1])
    refused = Compiled(program(alone, models, POINTS), partial(torch.compile, backend=refuse))
    with pytest.raises(UserError, match=r"(?s)no kernel for this.*drop --compile"):
        train(refused, models, POINTS)
