"""Ways of computing the same thing on a GPU, timed beside each other: `python -m
benchmarks.gpu.candidates [DEVICE] [FIELD=N ...]`, fields size, width, batch and seeds.

Each is the forward and backward pass of something that a training step has, and is captured as a
step is. The first way of each case is what ganbench does today; one that is faster, on the device
that counts, is worth being built into the steps. Before they are timed all ways of a case give the
same numbers in double precision, or this fails. On a CPU nothing is captured and streams take
turns.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from statistics import median
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ganbench.core.devices import autocast, is_gpu, on_stream, parted, stream_on, synchronise
from ganbench.networks.convolutions import PADDING, STRIDE, channels_last_rows, patches
from ganbench.running.speed import timed
from ganbench.training.cuda_graphs import CudaGraph

TOLERANCE = 1e-9
ROUNDS = 5
CHANNELS = 3

Way = Callable[[], Sequence[Tensor]]


@dataclass(frozen=True)
class Sizes:
    """px of a picture's side, channels of the first layer, pictures of a batch, seeds at once."""

    size: int = 32
    width: int = 16
    batch: int = 16
    seeds: int = 8


@dataclass(frozen=True)
class Where:
    device: str
    dtype: torch.dtype

    def random(self, *shape: int) -> Tensor:
        """A leaf, channels last where it is a batch of pictures or a convolution's weight."""
        value = torch.randn(*shape, device=self.device, dtype=self.dtype)
        if value.ndim == 4:
            value = value.contiguous(memory_format=torch.channels_last)
        return value.requires_grad_()


def with_gradients(function: Callable[..., Tensor], inputs: Sequence[Tensor]) -> Sequence[Tensor]:
    out = function(*inputs)
    return out.detach(), *torch.autograd.grad(out.square().mean(), inputs)


def halved(x: Tensor, weight: Tensor) -> Tensor:
    return F.conv2d(x, weight, None, STRIDE, PADDING)


def halved_by_product(x: Tensor, weight: Tensor) -> Tensor:
    n, _, height, width = x.shape
    product = patches(x) @ channels_last_rows(weight).T
    return product.view(n, height // STRIDE, width // STRIDE, -1).permute(0, 3, 1, 2)


def in_turn(layer: Callable[..., Tensor], *stacks: Tensor) -> Tensor:
    return torch.stack([layer(*own) for own in zip(*stacks, strict=True)])


def on_streams(device: str, layer: Callable[..., Tensor], *stacks: Tensor) -> Tensor:
    own = list(zip(*stacks, strict=True))
    streams = [stream_on(device) for _ in own]
    made = []
    with parted(streams):
        for stream, each in zip(streams, own, strict=True):
            with on_stream(stream):
                made.append(layer(*each))
    return torch.stack(made)


def layers_of_seeds(sizes: Sizes, where: Where, seeds: int) -> Iterator[tuple[str, list[Tensor]]]:
    """The halving layers of a network, of so many seeds: pictures and weights."""
    size, channels, wider = sizes.size, CHANNELS, sizes.width
    while size > 4:
        name = f"{channels} to {wider} channels at {size} px"
        images = where.random(seeds, sizes.batch, channels, size, size)
        yield name, [images, where.random(seeds, wider, channels, 4, 4)]
        size, channels, wider = size // 2, wider, 2 * wider


def seeds_at_once(sizes: Sizes, where: Where) -> Iterator[tuple[str, Mapping[str, Way]]]:
    for name, inputs in layers_of_seeds(sizes, where, sizes.seeds):
        ways: Mapping[str, Callable[..., Tensor]] = {
            "on streams": partial(on_streams, where.device, halved),
            "in turn": partial(in_turn, halved),
            "grouped convolution": torch.vmap(halved),
            "batched product": torch.vmap(halved_by_product),
        }
        yield (
            f"{sizes.seeds} seeds, {name}",
            {way: partial(with_gradients, function, inputs) for way, function in ways.items()},
        )


def both_directions(sizes: Sizes, where: Where) -> Iterator[tuple[str, Mapping[str, Way]]]:
    """Two networks that do not wait for each other, as the translators of both directions."""
    layers = [inputs for _, inputs in layers_of_seeds(sizes, where, 2)]
    images, weights = layers[0][0], [weight for _, weight in layers]

    def network(image: Tensor, *own: Tensor) -> Tensor:
        for weight in own:
            image = F.leaky_relu(halved(image, weight), 0.2)
        return image

    ways: Mapping[str, Callable[..., Tensor]] = {
        "in turn": partial(in_turn, network),
        "on two streams": partial(on_streams, where.device, network),
    }
    yield (
        "both directions",
        {way: partial(with_gradients, f, [images, *weights]) for way, f in ways.items()},
    )


def batch_norms(sizes: Sizes, where: Where) -> Iterator[tuple[str, Mapping[str, Way]]]:
    side, channels = sizes.size // 2, 2 * sizes.width
    x = where.random(sizes.batch, channels, side, side)
    scale, shift = where.random(channels), where.random(channels)

    def norm(cudnn: bool, x: Tensor, scale: Tensor, shift: Tensor) -> Tensor:
        with torch.backends.cudnn.flags(enabled=cudnn):
            return F.batch_norm(x, None, None, scale, shift, training=True)

    yield (
        f"batch norm of {channels} channels at {side} px",
        {
            name: partial(with_gradients, partial(norm, cudnn), [x, scale, shift])
            for name, cudnn in (("PyTorch's choice", True), ("without cuDNN", False))
        },
    )


def padded_channels(sizes: Sizes, where: Where) -> Iterator[tuple[str, Mapping[str, Way]]]:
    x = where.random(sizes.batch, CHANNELS, sizes.size, sizes.size)
    weight = where.random(sizes.width, CHANNELS, 4, 4)

    def padded(to: int, *inputs: Tensor) -> Tensor:
        return halved(*(F.pad(each, (0, 0, 0, 0, 0, to - CHANNELS)) for each in inputs))

    yield (
        "the first layer's channels",
        {
            "3": partial(with_gradients, halved, [x, weight]),
            **{str(to): partial(with_gradients, partial(padded, to), [x, weight]) for to in (4, 8)},
        },
    )


def copies_of_weights(sizes: Sizes, where: Where) -> Iterator[tuple[str, Mapping[str, Way]]]:
    """What all weights of a network cost to be rounded, as autocast does for each update."""
    weights = [own.detach() for _, (_, own) in layers_of_seeds(sizes, where, 1)]
    kept = [torch.empty_like(weight, dtype=torch.bfloat16) for weight in weights]

    def at_once() -> Sequence[Tensor]:
        torch._foreach_copy_(kept, weights)
        return kept

    yield (
        "weights in bf16",
        {"one by one": lambda: [weight.bfloat16() for weight in weights], "at once": at_once},
    )


CASES: Sequence[Callable[[Sizes, Where], Iterator[tuple[str, Mapping[str, Way]]]]] = (
    seeds_at_once,
    both_directions,
    batch_norms,
    padded_channels,
    copies_of_weights,
)


def difference(one: Sequence[Tensor], other: Sequence[Tensor]) -> float:
    """The largest, of the largest value; not a number where one of them is none."""
    pairs = [(a.double(), b.double()) for a, b in zip(one, other, strict=True)]
    return largest([float((a - b).abs().max() / a.abs().max()) for a, b in pairs])


def largest(values: Sequence[float]) -> float:
    """As `max`, but what is not a number is not passed over."""
    return float(torch.tensor(values, dtype=torch.float64).max())


def worst_difference(sizes: Sizes, device: str) -> float:
    """Between the ways of any case, in double precision."""
    found = []
    for case in CASES:
        for _, ways in case(sizes, Where(device, torch.float64)):
            first, *others = (way() for way in ways.values())
            found += [difference(first, other) for other in others]
    return largest(found)


def as_cast(device: str, way: Way) -> Sequence[Tensor]:
    """In bf16 on a GPU, with weights rounded anew each time, as in each phase of a step."""
    with autocast(device, "bf16" if is_gpu(device) else "fp32"):
        return way()


def replayed(way: Way, device: str) -> Callable[[], Any]:
    """As steps are launched there: captured, on a GPU."""
    if not is_gpu(device):
        return way
    stream = stream_on(device)
    with parted([stream]), on_stream(stream):
        for _ in range(3):
            way()
    return CudaGraph(lambda: [{str(i): value for i, value in enumerate(way())}], ()).replay


def main(device: str = "cpu", *fields: str) -> None:
    sizes = Sizes(**{name: int(value) for name, _, value in (f.partition("=") for f in fields)})
    worst = worst_difference(sizes, device)
    if not worst <= TOLERANCE:
        sys.exit(f"ways of the same case differ by {worst:.1e} in double precision")
    print(f"{device}, {sizes}: all ways are the same to {worst:.0e} in double precision")
    for case in CASES:
        for name, ways in case(sizes, Where(device, torch.float32)):
            work = {
                key: replayed(partial(as_cast, device, way), device) for key, way in ways.items()
            }
            ms = {k: 1e3 * median(v) for k, v in timed(work, ROUNDS, device).items()}
            first = next(iter(ms.values()))
            told = ", ".join(f"{k} {v:.3f} ms ({first / v:.2f})" for k, v in ms.items())
            print(f"{name}: {told}", flush=True)
    synchronise(device)


if __name__ == "__main__":
    main(*sys.argv[1:])
