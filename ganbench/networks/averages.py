"""Running averages of the generators' weights, with which a trained model is scored and applied."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import torch
from torch import Tensor, nn

AVERAGES, GENERATORS = "averages.", "generators."  # how names in a model begin
DOT = "/"  # in the names of buffers, which have no dots


class Averages(nn.Module):
    """A buffer for each floating-point parameter and buffer of `generators`, equal to it at first;
    tied ones have a single buffer.
    """

    def __init__(self, generators: nn.Module) -> None:
        super().__init__()
        for name, value in (*generators.named_parameters(), *generators.named_buffers()):
            if value.is_floating_point():
                self.register_buffer(name.replace(".", DOT), value.detach().clone())


def pairs_of(tensors: Mapping[str, Tensor]) -> tuple[list[Tensor], list[Tensor]]:
    """Averages, and what each is the average of, among a model's tensors by name."""
    names = [name for name in tensors if name.startswith(AVERAGES)]
    sources = [GENERATORS + name.removeprefix(AVERAGES).replace(DOT, ".") for name in names]
    return [tensors[name] for name in names], [tensors[name] for name in sources]


def named_tensors(model: nn.Module) -> dict[str, Tensor]:
    """Parameters and buffers by name; a tied one stands once."""
    return dict((*model.named_parameters(), *model.named_buffers()))


@contextmanager
def averaged(model: nn.Module) -> Iterator[None]:
    """The averages in the place of the generators' weights, and back; as it is for a model that has
    none.
    """
    averages, sources = pairs_of(named_tensors(model))
    exchange(averages, sources)
    try:
        yield
    finally:
        exchange(averages, sources)


@contextmanager
def evaluation_mode(model: nn.Module) -> Iterator[None]:
    """Without gradients, and back in the former mode, however it ends: scoring a model between two
    steps must not change its training.
    """
    was_training = model.training
    model.eval()
    try:
        with torch.inference_mode():
            yield
    finally:
        model.train(was_training)


def take_averages(model: nn.Module) -> None:
    """The averages in the place of the generators' weights, for a model that is not trained on."""
    exchange(*pairs_of(named_tensors(model)))


def exchange(first: Sequence[Tensor], second: Sequence[Tensor]) -> None:
    """Of values, tensor by tensor; each keeps its memory, which captured steps and stacks know."""
    with torch.no_grad():
        for a, b in zip(first, second, strict=True):
            before = a.clone()
            a.copy_(b)
            b.copy_(before)
