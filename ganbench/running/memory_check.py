"""Whether the steps of cells fit into the memory that there is, told before anything is trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from ganbench.core.devices import CPU, cells_at_a_time
from ganbench.core.errors import UserError
from ganbench.core.memory import free_bytes
from ganbench.results.records import Cell
from ganbench.running.backends.gpus import Gpus, bytes_for_tensors
from ganbench.running.build import build_task, model_of_shapes
from ganbench.running.job import Job
from ganbench.running.request import LOCAL, Request
from ganbench.running.sample_shapes import Shapes, shapes_of
from ganbench.running.seed_ids import setting_ids
from ganbench.training.step_memory import most_bytes, peak_bytes

GIB = 2**30
PROCESS_BYTES = GIB // 2  # of a process on a CPU, without its tensors
TAKEN_OVER_HELD = 1.5  # what a process on a CPU takes, over what tensors hold (docs/speed.md)
FEW, SOME = 2, 8  # micro-batches that are counted, to see what a sample adds


@dataclass(frozen=True)
class Room:
    """bytes: for the tensors of one cell. cells: that share the memory. where: such as "a GPU"."""

    bytes: int
    cells: int
    where: str

    @property
    def alone(self) -> int:
        """Bytes for one cell at a time."""
        return self.bytes * self.cells


def require_memory(jobs: Sequence[Job], request: Request, gpus: Gpus) -> None:
    """Raises UserError for the first kind of cell whose step takes more than there is.

    jobs: what is to be trained. Nothing is counted where a rough bound fits, as it does but for
    large images, so that other runs lose no time.
    """
    kinds: dict[str, Job] = {}
    for job, setting in zip(jobs, setting_ids(jobs), strict=True):
        if not (job.cell.is_reference or job.unsupported):
            kinds.setdefault(setting, job)
    room = room_for(request, gpus, len(jobs)) if kinds else None
    if room:
        for job in kinds.values():
            require_room(job, room)


def room_for(request: Request, gpus: Gpus, cells: int) -> Room | None:
    """None where the memory is not known. cells: how many there are to be trained."""
    if request.on != LOCAL:
        return None
    if gpus.indices:
        sharing = max(1, gpus.per_gpu)
        least = min(map(gpus.memory, gpus.indices))
        return Room(bytes_for_tensors(least, sharing), sharing, "a GPU")
    free = free_bytes() if request.device in (CPU, "auto") else None
    if free is None:
        return None
    workers = request.workers or cells_at_a_time(CPU, request.threads)
    at_once = 1 if request.backend == "here" else min(workers, cells)
    held = (free / at_once - PROCESS_BYTES) / TAKEN_OVER_HELD
    return Room(max(0, int(held)), at_once, "this machine")


def require_room(job: Job, room: Room) -> None:
    """Raises UserError where a step of the cell takes more."""
    cell, shapes = job.cell, shapes_of(build_task(job.cell, job.context))
    batch = cell.hparams["batch_size"]
    at_a_time = cell.hparams.get("micro_batch") or batch
    if most_bytes(shapes.spec, shapes.architecture.width, at_a_time) <= room.bytes:
        return
    count = partial(counted, job, shapes)
    try:
        needed = count(job.checkpoint_activations, cell.hparams.get("micro_batch", 0))
        if needed <= room.bytes:
            return
        ways = ways_that_fit(job, room, needed, count)
    except UserError:
        raise
    except Exception:  # a model that looks at values; its own run will show what it needs
        return
    sharing = f" for each of {room.cells} cells at a time" if room.cells > 1 else ""
    raise UserError(
        f"a step of {cell.model} with batch {batch} holds about {needed / GIB:.1f} GiB, and "
        f"{room.where} has room for {room.bytes / GIB:.1f} GiB{sharing}",
        where_of(cell),
        " or ".join(ways) or "give a smaller --batch-size, --size or --width",
    )


def where_of(cell: Cell) -> str:
    size = f"--size {cell.preset.size}, " if cell.preset.size else ""
    return f"{size}--width {cell.preset.width}, task {cell.task}"


def counted(job: Job, shapes: Shapes, checkpointed: bool, micro_batch: int) -> int:
    """Bytes of a step of the job with these ways to save memory."""
    hparams = {**job.cell.hparams, "micro_batch": micro_batch}
    cell = replace(job.cell, hparams=hparams)
    make = partial(model_of_shapes, cell, job.context.registry, shapes)
    return peak_bytes(make, shapes.spec, cell.precision, checkpointed)


def ways_that_fit(job: Job, room: Room, needed: int, count: partial[int]) -> list[str]:
    """What the user may add to the command."""
    batch, is_checkpointed = job.cell.hparams["batch_size"], job.checkpoint_activations
    ways = []
    if room.cells > 1 and needed <= room.alone:
        ways.append("give --per-device 1" if room.where == "a GPU" else "give --workers 1")
    if not is_checkpointed and count(True, job.cell.hparams.get("micro_batch", 0)) <= room.bytes:
        ways.append("give --checkpoint-activations")
    size = largest_micro_batch(batch, room.bytes, partial(count, is_checkpointed))
    if size:
        ways.append(f"give --micro-batch {size} or less")
    elif not is_checkpointed and (
        size := largest_micro_batch(batch, room.bytes, partial(count, True))
    ):
        ways.append(f"give --checkpoint-activations --micro-batch {size} or less")
    return ways


def largest_micro_batch(batch: int, room: int, count: partial[int]) -> int:
    """The largest that fits, on the straight line through two that are counted; 0 for none.

    count: bytes with a micro-batch of a size.
    """
    if batch <= FEW:
        return 0
    few = count(FEW)
    if few > room or batch <= SOME:
        return FEW if few <= room else 0
    a_sample = max(1, (count(SOME) - few) // (SOME - FEW))
    return int(min(batch - 1, FEW + (room - few) // a_sample))
