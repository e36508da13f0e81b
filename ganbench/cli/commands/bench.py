"""`ganbench bench`: how fast models train here, as ratios within one run."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

import click
from rich.box import SIMPLE_HEAD
from rich.table import Table as RichTable

from ganbench.core.cache import default_cache_dir
from ganbench.core.device_choice import device_of_this_process
from ganbench.core.devices import cores
from ganbench.core.terminal import console
from ganbench.registry.registry import Registry
from ganbench.running.request import Request
from ganbench.running.resolve import resolve
from ganbench.running.speed import Speed, measure

HEADS = (
    *("model", "steps/s", "bare ms", "ref. ms", "ratio", "operators", "peak", "harness"),
    "memory",
)


def bench_command(
    registry: Registry,
    models: tuple[str, ...],
    tasks: tuple[str, ...],
    budget: dict[str, int],
    threads: int | None,
    rounds: int,
    together: int,
    micro_batch: int | None,
    as_json: bool,
    **same_names: Any,
) -> None:
    request = Request(
        models=models,
        tasks=tasks,
        seeds=(0,),
        cache_dir=default_cache_dir(),
        references=(),
        budget=budget,
        threads=threads or cores(),
        together=together,
        micro_batch=micro_batch or 0,
        **same_names,
    )
    device_of_this_process(request.device)
    grid = resolve(request, registry)
    for task in grid.tasks:
        task.prepare(lambda line: click.echo(line, err=True))
    speeds = []
    for job in grid.jobs:
        name = f"{job.cell.task} {job.cell.model}"
        if job.unsupported:
            click.echo(f"{name}: {job.unsupported}", err=True)
        else:
            click.echo(f"{name}: {rounds} rounds", err=True)
            speeds.append(measure(job, rounds, together))
    if as_json:
        click.echo(json.dumps({"results": [record(speed) for speed in speeds]}, indent=2))
    else:
        print_table(speeds)


def record(speed: Speed) -> dict[str, Any]:
    """All fields, and what follows from them."""
    derived = (
        *("steps_per_sec", "real_ms_per_step", "ratio_to_reference", "samples_per_sec"),
        *("share_of_peak", "harness_share"),
    )
    return {**{name: getattr(speed, name) for name in derived}, **asdict(speed)}


def print_table(speeds: list[Speed]) -> None:
    out = console()
    tables: dict[str, list[Speed]] = {}
    for speed in speeds:
        tables.setdefault(title_of(speed), []).append(speed)
    for title, those in tables.items():
        table = RichTable(
            title=title,
            title_justify="left",
            box=SIMPLE_HEAD,
            padding=(0, 1, 0, 0),
            pad_edge=False,
        )
        for head in HEADS:
            table.add_column(head, justify="left" if head == "model" else "right")
        for speed in those:
            table.add_row(*cells(speed))
        out.print(table)
        for speed in those:
            if speed.not_captured:
                out.print(f"{speed.model}: steps could not be captured: {speed.not_captured}")
        peak = max(s.peak_flop_per_sec for s in those) / 1e9
        out.print(f"peak of a large matrix product in this run: {peak:.0f} GFLOP/s")
    out.print("steps/s: of the training loop, with drawing, logging and checkpoints")
    out.print("bare: a step on one batch; harness: what the loop takes beside it, of it")
    out.print("ref.: the authors' algorithm in plain eager fp32, in the same rounds, for as")
    out.print("many updates of D and G as a step has; ratio: its time over a step's in the loop")
    out.print("peak: share of what a large matrix product reaches")
    out.print("operators: that a step of each phase calls, views apart; R: with the R1 penalty")
    if any(speed.together > 1 for speed in speeds):
        out.print("of seeds that train together each number but the memory is one seed's share")


def title_of(speed: Speed) -> str:
    pixels = f" · {speed.size} px" if speed.size else ""
    how = ", ".join([speed.precision, *ways_of(speed)])
    machine = f"{speed.device}, {speed.threads} threads, {how}"
    seeds = f" · {speed.together} seeds together" if speed.together > 1 else ""
    return f"{speed.task}{pixels} · batch {speed.batch_size} · {machine}{seeds}"


def ways_of(speed: Speed) -> list[str]:
    """What is not as in the plain step."""
    ways = {
        "compiled": speed.compiled,
        "checkpointed activations": speed.checkpointed_activations,
        f"micro-batches of {speed.micro_batch}": bool(speed.micro_batch),
    }
    return [way for way, is_taken in ways.items() if is_taken]


def cells(speed: Speed) -> tuple[str, ...]:
    reference, ratio = speed.reference_ms_per_step, speed.ratio_to_reference
    return (
        speed.model,
        f"{speed.steps_per_sec:,.1f}",
        f"{speed.ms_per_step:.1f}",
        "none" if reference is None else f"{reference:.1f}",
        "none" if ratio is None else f"{ratio:.2f}",
        "\n".join(f"{phase} {number}" for phase, number in speed.operators.items()),
        f"{speed.share_of_peak:.0%}",
        f"{speed.harness_share:.1%}",
        f"{speed.peak_memory_bytes / 1e9:.1f} GB",
    )
