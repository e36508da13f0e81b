"""MLflow: the server of MLFLOW_TRACKING_URI, else a database in the result folder."""

from __future__ import annotations

import os
import re
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from mlflow import MlflowClient, __version__
from mlflow.entities import Metric, Param, RunTag

from ganbench.core.cache import cached_arrays, default_cache_dir
from ganbench.core.errors import UserError
from ganbench.tracking.events import CellBegins, CellEnds
from ganbench.tracking.tracker import PROJECT, Point, Say

CELL = "ganbench.cell"  # the tag by which a cell's run is found again
ODD = re.compile(r"[^\w\-. /]", re.ASCII)  # which no name may have
A_BATCH = 800  # numbers of a request, of which 1,000 with parameters and tags are the most
MAX_TEXT = 500
Find = Callable[[str], str | None]
EVERY_SEC = 20.0  # a request takes as long as a hundred numbers


class MLflow:
    """find: gives the id of a cell's run that the experiment had before, or None."""

    def __init__(self, client: MlflowClient, experiment: str, find: Find) -> None:
        self._client, self._experiment, self._find = client, experiment, find
        self._begun: dict[str, str] = {}
        self._runs: dict[str, str] = {}
        self._params: dict[str, list[Param]] = {}  # of runs that have sent nothing since they began
        self._held: dict[str, list[Metric]] = {}
        self._sent = time.monotonic()

    def begin(self, cell: CellBegins, first_step: int) -> None:
        params = [Param(named(k), str(v)[:MAX_TEXT]) for k, v in cell.config.items()]
        self._params[cell.cell] = params[:100]
        if known := self._begun.get(cell.cell) or self._find(cell.cell):
            self._begun[cell.cell] = self._runs[cell.cell] = known
            self._client.update_run(known, status="RUNNING")
            return
        tags = {CELL: cell.cell, "group": cell.group}
        run = self._client.create_run(self._experiment, run_name=cell.name, tags=tags)
        self._begun[cell.cell] = self._runs[cell.cell] = run.info.run_id

    def scalars(self, point: Point) -> None:
        self._hold(point.cell, point.values, point.step)
        if time.monotonic() - self._sent > EVERY_SEC:
            self._send()

    def picture(self, cell: str, step: int, name: str, file: Path) -> None:
        self._client.log_artifact(self._runs[cell], str(file), named(name))

    def end(self, cell: CellEnds) -> None:
        self._hold(cell.cell, cell.numbers, cell.step)
        tags = [RunTag("status", cell.status), RunTag("reason", cell.reason[:MAX_TEXT])]
        self._send(cell.cell, tags)
        run = self._runs.pop(cell.cell)
        self._client.set_terminated(run, "FINISHED" if cell.status == "done" else "FAILED")

    def close(self) -> None:
        self._send()
        for run in self._runs.values():
            self._client.set_terminated(run, "KILLED")

    def _hold(self, cell: str, values: Mapping[str, float], step: int) -> None:
        now = round(time.time() * 1000)
        held = self._held.setdefault(cell, [])
        held += [Metric(named(name), value, now, step) for name, value in values.items()]

    def _send(self, ending: str = "", tags: Sequence[RunTag] = ()) -> None:
        """All that is held. tags: of the run that ends with it."""
        for cell, metrics in self._held.items():
            for i in range(0, max(1, len(metrics)), A_BATCH):
                some, params = metrics[i : i + A_BATCH], self._params.pop(cell, ())
                self._client.log_batch(
                    self._runs[cell], some, params, tags if cell == ending else ()
                )
        self._held.clear()
        self._sent = time.monotonic()


def named(name: str) -> str:
    """A name that MLflow takes."""
    return ODD.sub("_", name)


def empty_database() -> dict[str, np.ndarray]:
    """The bytes of one, as MLflow makes it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        MlflowClient(tracking_uri=f"sqlite:///{folder}/mlflow.db")
        return {"database": np.fromfile(f"{folder}/mlflow.db", dtype=np.uint8)}


def begin_database(path: Path) -> None:
    """An empty one from the cache, for MLflow leads a new one through all its past forms, which
    takes two seconds of CPU. Where the cache cannot be used it makes its own.
    """
    if not path.exists():
        with suppress(UserError):
            made = cached_arrays(
                default_cache_dir(), "mlflow", {"mlflow": __version__}, empty_database
            )
            made["database"].tofile(path)


def tracker(folder: Path, say: Say) -> MLflow:
    # It would try an unreachable server for minutes.
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "2")
    os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "20")
    where, artifacts = os.environ.get("MLFLOW_TRACKING_URI"), None
    if not where:
        folder.mkdir(parents=True, exist_ok=True)
        begin_database(folder / "mlflow.db")
        where = f"sqlite:///{folder.absolute() / 'mlflow.db'}"
        artifacts = (folder.absolute() / "artifacts").as_uri()
    client = MlflowClient(tracking_uri=where)
    known = client.get_experiment_by_name(PROJECT)
    if not known:
        return MLflow(client, client.create_experiment(PROJECT, artifacts), lambda cell: None)

    def find(cell: str) -> str | None:
        runs = client.search_runs([known.experiment_id], f"tags.`{CELL}` = '{cell}'")
        return str(runs[0].info.run_id) if runs else None

    return MLflow(client, known.experiment_id, find)
