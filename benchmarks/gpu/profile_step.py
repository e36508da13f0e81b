"""What a model's steps spend their time on: kernels, launches and gaps, and the operators by time.

`python benchmarks/gpu/profile_step.py TASK MODEL [DEVICE] [NAME=NUMBER ...]` profiles one cycle of
the schedule, after five that do not count. NAME is a field of the preset, such as batch_size. On a
CPU, which has no launches, operators are told alone.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from torch.profiler import ProfilerActivity, profile

from ganbench.core.cache import default_cache_dir
from ganbench.core.devices import is_gpu, synchronise
from ganbench.registry.registry import discover
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.running.workload import repeat, workload_of
from ganbench.training.drawing import Repeated

TOP = 25


def busy_and_span_us(spans: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Microseconds in which some (start, end) is under way, and from the first to the last."""
    busy, reached = 0.0, min(start for start, _ in spans)
    first = reached
    for start, end in sorted(spans):
        busy += max(0.0, end - max(start, reached))
        reached = max(reached, end)
    return busy, reached - first


def kernels(profiled: profile) -> list[tuple[float, float]]:
    events: Any = profiled.events()
    return [
        (event.time_range.start, event.time_range.end)
        for event in events
        if event.device_type.name == "CUDA"
    ]


def main(task: str, model: str, device: str = "cuda", *fields: str) -> None:
    budget = {name: int(value) for name, _, value in (field.partition("=") for field in fields)}
    request = Request(
        *((model,), (task,), (0,), default_cache_dir()),
        budget=budget,
        device=device,
        references=(),
        precision="bf16" if is_gpu(device) else "fp32",
    )
    (job,) = resolve(request, discover()).jobs
    with tempfile.TemporaryDirectory() as made:
        load = workload_of(job, 1, Path(made))
        step, cycle = load.step_on(Repeated(load.draw(0))), range(len(load.model.hparams.phases))
        for _ in range(5):  # a step is captured after three cycles
            repeat(step, cycle)
        synchronise(device)
        here = [ProfilerActivity.CPU, *([ProfilerActivity.CUDA] if is_gpu(device) else [])]
        with profile(activities=here) as profiled:
            repeat(step, cycle)
            synchronise(device)
    title = f"{task} {model} {device} {' '.join(fields)}"
    print(f"{title}: operators of a step by phase {load.operators}")
    print(step.not_captured or "captured" if is_gpu(device) else "not captured on a CPU")
    if spans := kernels(profiled):
        busy, span = busy_and_span_us(spans)
        print(
            f"{len(spans) / len(cycle):.0f} kernels a step, busy {busy / len(cycle):.0f} us of "
            f"{span / len(cycle):.0f} us: {1 - busy / span:.0%} gaps"
        )
    by = "self_cuda_time_total" if is_gpu(device) else "self_cpu_time_total"
    print(profiled.key_averages().table(sort_by=by, row_limit=TOP, max_name_column_width=60))


if __name__ == "__main__":
    main(*sys.argv[1:])
