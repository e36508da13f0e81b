"""How much memory a step of training takes, told without taking it: the step is done on tensors
without data (`FakeTensorMode`), and the bytes of all that live at a time are counted.

What libraries take inside of an operation, and what an allocator keeps, are not in it.
"""

from __future__ import annotations

import weakref
from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves
from torch.utils.weak import WeakIdKeyDictionary

from ganbench.contracts.model import Model
from ganbench.core.devices import CPU, device_rng, random_states_restored
from ganbench.core.spec import DataSpec, Precision
from ganbench.training.drawing import Repeated
from ganbench.training.multi_seed import alone
from ganbench.training.optimisers import optimisers_of, params_of
from ganbench.training.program import Seed, program

FLOAT_BYTES = 4
MAPS = 150  # of a sample, of its full size and width
CONTRAST = 8_000_000  # of a sample: the embeddings of CUT's places, and what each is compared with
WEIGHTS = 100_000  # over the squared width, with gradients and Adam's state
PARTS = 2  # micro-batches of a step that is counted: the second adds its gradients to the first


class LiveBytes(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Counts the bytes of the tensors that are made meanwhile, as they come and go."""

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.now: int = 0
        self.peak: int = 0
        self._known = WeakIdKeyDictionary()

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        for each in tree_leaves(out):
            if isinstance(each, Tensor):
                self._count(each.untyped_storage())
        return out

    def _count(self, storage: torch.UntypedStorage) -> None:
        if storage in self._known:
            return
        size = storage.nbytes()
        self._known[storage] = size
        self.now += size
        self.peak = max(self.peak, self.now)
        weakref.finalize(storage, self._forget, size)

    def _forget(self, size: int) -> None:
        self.now -= size


def peak_bytes(
    make: Callable[[], Model], spec: DataSpec, precision: Precision, checkpointed: bool
) -> int:
    """The most bytes that a step's tensors hold at a time, those of the model and its optimisers
    among them.

    make: the model to be trained, its hyper-parameters with its batch and micro-batch. It is called
        on tensors without data, so that its networks take no memory either. Raises what a model
        raises that looks at values.
    """
    with random_states_restored(CPU), FakeTensorMode(), LiveBytes() as live:
        model = make()
        hparams = model.hparams
        whole: int = hparams.batch_size
        counted: int = min(whole, PARTS * hparams.micro_batch or whole)
        real = {"A": batch_of(counted, spec.A), "B": batch_of(counted, spec.B)}
        model.train()
        optimisers = optimisers_of(model)
        for optimiser in optimisers.values():
            make_state(optimiser)
        seed = Seed(model, optimisers, device_rng(CPU).get_state())
        steps = program([seed], real, alone, CPU, precision, 1, False, checkpointed)
        step = steps(Repeated(real))
        for number in numbers_of(hparams.phases).values():
            step(number)
        held: int = sum(value.nbytes for value in real.values())
    return int(live.peak) + held * (whole - counted) // counted


def make_state(optimiser: torch.optim.Optimizer) -> None:
    """What it keeps of its parameters from their first update on, such as Adam's means."""
    for param in params_of(optimiser):
        param.grad = torch.zeros_like(param)
    optimiser.step()


def batch_of(n: int, shape: tuple[int, ...]) -> Tensor:
    """Samples (n, *shape), laid out as those that are trained on."""
    batch = torch.zeros(n, *shape)
    return batch.to(memory_format=torch.channels_last) if len(shape) == 3 else batch


def numbers_of(phases: tuple[str, ...]) -> Mapping[str, int]:
    """By phase, a step that has it."""
    return {phase: number for number, phase in enumerate(phases)}


def most_bytes(spec: DataSpec, width: int, batch: int) -> int:
    """More than a step of any built-in model takes, at once: where that is there, nothing has to be
    counted. width: of the networks. batch: samples of a domain at a time.
    """
    pixels = max(shape[-1] * shape[-2] if len(shape) == 3 else 1 for shape in (spec.A, spec.B))
    return FLOAT_BYTES * (batch * (MAPS * pixels * width + CONTRAST) + WEIGHTS * width**2)
