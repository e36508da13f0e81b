"""Which GPU a worker has, and how many cells share one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import cycle, islice

from ganbench.core.device_choice import Devices
from ganbench.core.devices import gpu_memory, use_gpu
from ganbench.core.errors import UserError
from ganbench.results.records import Row

AS_MEMORY_HOLDS = 0  # cells on a GPU
USED_AT_MOST = 0.95  # of a GPU's memory
KEPT_OVER_HELD = 1.25  # what PyTorch keeps of it, over what tensors held at most
CONTEXT_BYTES = 2**30  # of a process on a GPU, without its tensors: the driver's and the libraries'


@dataclass(frozen=True)
class Gpus:
    """indices: those that cells run on; none for cells on a CPU. per_gpu: cells at a time on each,
    AS_MEMORY_HOLDS for as many as fit.

    enter: makes a GPU that of the calling process. memory: what one has, in bytes.
    """

    indices: tuple[int, ...] = ()
    per_gpu: int = 1
    enter: Callable[[int], None] = use_gpu
    memory: Callable[[int], int] = gpu_memory

    @property
    def measures(self) -> bool:
        """Whether the first cells run one on each GPU, to see what they take."""
        return bool(self.indices) and self.per_gpu != 1

    @property
    def option(self) -> str:
        """As the command line has it."""
        return f"--per-device {self.per_gpu or 'auto'}"

    def places(self, rows: Sequence[Row]) -> list[int]:
        """The GPU of each worker; rows: of those cells, none yet before they have run.

        Raises UserError where more cells are asked for than the smallest of the GPUs holds.
        """
        peaks = [peak for row in rows if (peak := row.cost.get("peak_memory_bytes"))]
        if not (self.measures and peaks):
            return list(self.indices)
        least = min(map(self.memory, self.indices))
        fitting = cells_that_fit(max(peaks), least)
        if self.per_gpu > fitting:
            raise UserError(
                f"a cell takes {max(peaks) / 2**30:.1f} GiB beside what its process takes, "
                f"and a GPU has {least / 2**30:.1f} GiB",
                self.option,
                f"give --per-device {fitting} or less; the same command then continues",
            )
        return self.dealt((self.per_gpu or fitting) * len(self.indices))

    def dealt(self, workers: int) -> list[int]:
        """The GPU of each of so many workers, one after the other."""
        return list(islice(cycle(self.indices), workers))


NO_GPUS = Gpus()


def gpus_asked(devices: Devices, per_device: int) -> Gpus:
    """Raises UserError for several cells a device of what is no GPU."""
    gpus = Gpus(devices.gpus, per_device)
    if per_device != 1 and not devices.gpus:
        raise UserError(
            f"the number of cells on a {devices.kind} is that of its workers",
            gpus.option,
            "drop it, or give --workers",
        )
    return gpus


def cells_that_fit(peak_bytes: float, gpu_bytes: int) -> int:
    """Cells side by side on a GPU, one at least: that one has run there."""
    one = KEPT_OVER_HELD * peak_bytes + CONTEXT_BYTES
    return max(1, int(USED_AT_MOST * gpu_bytes / one))


def bytes_for_tensors(gpu_bytes: int, cells: int) -> int:
    """How much the tensors of a cell may take at most where so many share a GPU."""
    return max(0, int((USED_AT_MOST * gpu_bytes / cells - CONTEXT_BYTES) / KEPT_OVER_HELD))
