"""The trackers of a run: processes that are told of its cells, and that it never waits for."""

from __future__ import annotations

import json
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path

from ganbench.core.own_process import python_command
from ganbench.results.folder import TRACKING, cell_folder
from ganbench.results.records import Cell, Row, number_of
from ganbench.results.run_state import PlannedCell, finite
from ganbench.running.job import Job
from ganbench.running.progress import Progress
from ganbench.tracking.events import CellBegins, CellEnds, Event, Losses, line_of
from ganbench.tracking.tracker import Say

LAST_SEC, INTERRUPTED_SEC = 60.0, 5.0  # for what a tracker has still to write at the end
RUN = "from ganbench.tracking.process import main; main(sys.argv[1], Path(sys.argv[2]))"


class TrackerProcess:
    """One tracker. say: takes its lines for the user."""

    def __init__(self, name: str, folder: Path, say: Say) -> None:
        self.name, self._say = name, say
        self._process = subprocess.Popen(
            [*python_command(f"from pathlib import Path; {RUN}"), name, str(folder)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            start_new_session=True,  # Ctrl-C is for the run
        )
        self._listening = threading.Thread(target=self._listen, daemon=True)
        self._listening.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._say(line.decode(errors="replace").rstrip("\n"))

    def tell(self, event: Event) -> None:
        """Of a tracker that has failed, and has said so, nothing more is heard."""
        assert self._process.stdin is not None
        with suppress(OSError, ValueError):
            self._process.stdin.write(line_of(event))
            self._process.stdin.flush()

    def end(self, most_sec: float) -> None:
        """Waits for what it still writes, but not for ever."""
        assert self._process.stdin is not None
        with suppress(OSError):
            self._process.stdin.close()
        try:
            self._process.wait(most_sec)
            self._listening.join(most_sec)
        except subprocess.TimeoutExpired:
            self._say(f"{self.name}: still writing; process {self._process.pid} goes on with it")


@dataclass
class Trackers:
    """planned: what the cells are called. output: the result folder. known: cells told of."""

    processes: Sequence[TrackerProcess]
    cells: Mapping[str, Cell]
    planned: Mapping[str, PlannedCell]
    output: Path
    known: set[str] = field(default_factory=set)

    def progress(self, progress: Progress) -> None:
        if self.processes and progress.losses:
            self._begin(self.cells[progress.cell])
            self._tell(Losses(progress.cell, progress.step, finite(progress.losses)))

    def ended(self, row: Row) -> None:
        if not self.processes:
            return
        self._begin(self.cells[row.cell])
        steps = int(row.cost.get("steps", 0) or row.budget.get("budget_steps", 0))
        self._tell(CellEnds(row.cell, steps, row.status, row.reason, final_numbers(row)))

    def _begin(self, cell: Cell) -> None:
        if cell.id in self.known:
            return
        self.known.add(cell.id)
        folder = str(cell_folder(self.output, cell.id).absolute())
        planned = self.planned[cell.id]
        self._tell(CellBegins(cell.id, planned.name, planned.group, folder, config_of(cell)))

    def _tell(self, event: Event) -> None:
        for process in self.processes:
            process.tell(event)


def final_numbers(row: Row) -> dict[str, float]:
    """Metrics on the scored split, what training told, and costs; without reasons."""
    metrics = {f"{row.split}/{name}": value for name, value in row.metrics.items()}
    training = {f"training/{name}": value for name, value in row.training.items()}
    numbers = {name: number_of(value) for name, value in (metrics | training).items()}
    costs = {f"cost/{name}": float(value) for name, value in row.cost.items()}
    return {name: value for name, value in numbers.items() if value is not None} | costs


def config_of(cell: Cell) -> dict[str, object]:
    """Its settings, flat, by names such as "hparams.lr"."""
    flat: dict[str, object] = {}
    plain = json.loads(json.dumps(asdict(cell)))
    for name, value in plain.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": each for key, each in value.items()}
        else:
            flat[name] = value
    return flat


@contextmanager
def tracked(
    names: Sequence[str],
    output: Path,
    jobs: Sequence[Job],
    planned: Sequence[PlannedCell],
    say: Say,
) -> Iterator[Trackers]:
    """Starts the trackers of these names, and lets them end with the context. planned: the cells
    of the jobs.
    """
    processes = [TrackerProcess(name, output / TRACKING, say) for name in names]
    most_sec = INTERRUPTED_SEC
    try:
        cells = {job.cell.id: job.cell for job in jobs}
        yield Trackers(processes, cells, {cell.cell: cell for cell in planned}, output)
        most_sec = LAST_SEC
    finally:
        for process in processes:
            process.end(most_sec)
