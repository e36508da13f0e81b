"""All that depends on devices: which there are, which is taken, and how work is done there.

Elsewhere a device is a name that is passed on, or a question to `is_gpu`. A GPU is one that PyTorch
calls "cuda"; a process has one of them. Other accelerators are used as a CPU is: in fp32, step by
step, without streams or captured graphs. They have not been tried.
"""

from __future__ import annotations

import os
import platform
import resource
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganbench.core.errors import UserError
from ganbench.core.spec import Precision

CPU, GPU = "cpu", "cuda"
UNTRIED = ("mps", "xpu")  # Apple's and Intel's

Stream = torch.cuda.Stream


def is_gpu(device: str | torch.device) -> bool:
    return torch.device(device).type == GPU


# What there is, and what is taken.


def resolve_precision(asked: str, device: str) -> Precision:
    """fp32 unless bf16 is asked for: a score must not change with the machine's taste."""
    if asked == "bf16":
        if is_gpu(device) and not torch.cuda.is_bf16_supported():
            raise UserError("this GPU has no bf16", "--precision bf16", "use --precision fp32")
        if device in UNTRIED:
            raise UserError(f"{device} is used in fp32 alone", "--precision bf16", "drop it")
        return "bf16"
    return "fp32"


def cores() -> int:
    """Processor cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def cells_at_a_time(device: str, threads: int) -> int:
    """How many cells train side by side, in processes of their own: one on an accelerator, which it
    fills; else one for each `threads` cores.
    """
    return max(1, cores() // threads) if device == CPU else 1


def device_name(device: str) -> str:
    """What results depend on in the last digit: the GPU, or the processor and its instructions."""
    if is_gpu(device):
        return torch.cuda.get_device_name()
    if device in UNTRIED:
        return f"{device} {platform.machine()} {processor_name()} (untried)".replace("  ", " ")
    capability = torch.backends.cpu.get_cpu_capability()
    return f"cpu {platform.machine()} {processor_name()} {capability}".replace("  ", " ")


def devices_there() -> dict[str, str]:
    """The devices of this machine: a description of each by its PyTorch name."""
    names = {CPU: f"{cores()} cores, {torch.backends.cpu.get_cpu_capability()}"}
    names |= {kind: "untried" for kind in UNTRIED if _is_there(kind)}
    if not torch.cuda.is_available():
        return names | {GPU: "no device"}
    count = torch.cuda.device_count()
    return names | {f"{GPU}:{i}": torch.cuda.get_device_name(i) for i in range(count)}


def use_gpu(index: int) -> None:
    """From now on `GPU` means this one, in the calling thread."""
    torch.cuda.set_device(index)


def gpu_memory(index: int) -> int:
    """Bytes that the GPU has."""
    return int(torch.cuda.get_device_properties(index).total_memory)


@cache
def processor_name() -> str:
    """The processor's own name where the system tells it, else nothing."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if "model name" in line), "")


# Memory.


def memory() -> int:
    """The most memory in bytes that this process, or on a GPU its tensors, ever held."""
    if torch.cuda.is_available() and torch.cuda.max_memory_allocated():
        return torch.cuda.max_memory_allocated()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024


def free_unused_memory() -> None:
    """Give back what PyTorch keeps of a GPU's memory for later tensors."""
    if torch.cuda.is_available():
        torch.cuda.empty_cache()


# How work is done there.


def autocast(device: str, precision: Precision) -> AbstractContextManager[object]:
    """Computes in the precision; fp32 is as without it."""
    return torch.autocast(torch.device(device).type, torch.bfloat16, enabled=precision == "bf16")


def without_autocast(device: str) -> AbstractContextManager[object]:
    """Computes in the precision of what it is given, also where autocast is on."""
    if not torch.amp.is_autocast_available(device):  # as on "meta", where nothing is computed
        return nullcontext()
    return torch.autocast(device, enabled=False)


def synchronise(device: str) -> None:
    """Wait until the device has finished its queued work; a CPU has no queue."""
    if device != CPU:
        torch.get_device_module(device).synchronize()


def sent(values: Tensor, device: str) -> Tensor:
    """A CPU's tensor on the device. To a GPU it travels behind the work that is queued there, and
    nothing waits for it.
    """
    if is_gpu(device):
        return values.pin_memory().to(device, non_blocking=True)
    return values.to(device)


def stream_on(device: str) -> Stream | None:
    """A new one; None on a CPU, which has none."""
    return Stream() if is_gpu(device) else None  # type: ignore[no-untyped-call]


def on_stream(stream: Stream | None) -> AbstractContextManager[object]:
    """What is launched meanwhile is launched there; None changes nothing."""
    return torch.cuda.stream(stream)


@contextmanager
def parted(streams: Sequence[Stream | None]) -> Iterator[None]:
    """The streams wait for the present one at the start, and it waits for them at the end."""
    own = [stream for stream in streams if stream]
    for stream in own:
        stream.wait_stream(torch.cuda.current_stream())
    yield
    for stream in own:
        torch.cuda.current_stream().wait_stream(stream)


# Random numbers.


def seed_all(seed: int) -> None:
    """Seed the generators of all devices, the CPU's among them; from then on they draw the same.

    Without another device it is the CPU's alone: `torch.manual_seed` would keep the seed for the
    others, with the Python stack as text, which takes longer than a small network's first weights.
    """
    if torch.accelerator.is_available():
        torch.manual_seed(seed)
    else:
        torch.default_generator.manual_seed(seed)


def device_rng(device: str) -> torch.Generator:
    """The device's default random generator; of an untried accelerator one that stands where it
    does, and moves on by itself.
    """
    if device in UNTRIED:
        return rng_at(device, _random(device).get_rng_state())
    if not is_gpu(device):
        return torch.default_generator
    torch.cuda.init()  # type: ignore[no-untyped-call]
    return torch.cuda.default_generators[torch.cuda.current_device()]


def rng_at(device: str, state: Tensor) -> torch.Generator:
    """A generator of its own that stands at the state."""
    return torch.Generator(device).set_state(state)


@contextmanager
def drawing_from(rng: torch.Generator) -> Iterator[None]:
    """What would be drawn from the device's own generator is drawn from this one."""
    if is_gpu(rng.device):  # by reference, which a captured graph finds again
        own = device_rng(rng.device.type)
        before = own.graphsafe_get_state()
        own.graphsafe_set_state(rng)
        try:
            yield
        finally:
            own.graphsafe_set_state(before)
    else:
        module = _random(rng.device.type)
        state = module.get_rng_state()
        module.set_rng_state(rng.get_state())
        try:
            yield
        finally:
            rng.set_state(module.get_rng_state())
            module.set_rng_state(state)


@contextmanager
def random_states_restored(device: str) -> Iterator[None]:
    """Restores the states of the CPU's and the device's generators at the end."""
    states = _states({CPU, torch.device(device).type})
    try:
        yield
    finally:
        set_random_states(states)


def random_states() -> dict[str, Tensor]:
    """Where the generators of this machine's devices stand, uint8 on the CPU."""
    return _states({CPU, *filter(_is_there, (GPU, *UNTRIED))})


def set_random_states(states: Mapping[str, Tensor]) -> None:
    """Puts them back; a device that is not there now is left out."""
    for kind, state in states.items():
        if _is_there(kind):
            _random(kind).set_rng_state(state)


def _states(kinds: Iterable[str]) -> dict[str, Tensor]:
    return {kind: _random(kind).get_rng_state() for kind in kinds}


def _random(kind: str) -> Any:
    """The module with the functions of the kind's default generator."""
    return torch if kind == CPU else torch.get_device_module(kind)


def _is_there(kind: str) -> bool:
    return kind == CPU or bool(torch.get_device_module(kind).is_available())
