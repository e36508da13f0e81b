"""Weights & Biases: online where the user has logged in, else in files that `wandb sync` takes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import wandb

from ganbench.tracking.events import CellBegins, CellEnds
from ganbench.tracking.tracker import PROJECT, Point, Say


class WeightsAndBiases:
    """folder: for its files. mode: "online" or "offline", or None for that of the environment."""

    def __init__(self, folder: Path, mode: Any) -> None:
        self._folder, self._mode = folder, mode
        self._runs: dict[str, Any] = {}
        self._is_first = True

    def _settings_of_next(self) -> wandb.Settings:
        """The first run alone has the list of installed packages, which is the same for all, for
        making it takes longer than all else of a run (wandb 0.31).
        """
        is_first, self._is_first = self._is_first, False
        return wandb.Settings(console="off", silent=True, x_save_requirements=is_first)

    def begin(self, cell: CellBegins, first_step: int) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._runs[cell.cell] = wandb.init(
            project=os.environ.get("WANDB_PROJECT", PROJECT),
            id=cell.cell,
            name=cell.name,
            group=cell.group,
            config=cell.config,
            dir=self._folder.parent,  # it adds a folder of its own name
            mode=self._mode,
            resume="allow" if self._mode == "online" else None,
            reinit="create_new",  # cells train side by side
            settings=self._settings_of_next(),
        )

    def scalars(self, point: Point) -> None:
        self._runs[point.cell].log(dict(point.values), step=point.step)

    def picture(self, cell: str, step: int, name: str, file: Path) -> None:
        self._runs[cell].log({name: wandb.Image(str(file))}, step=step)

    def end(self, cell: CellEnds) -> None:
        run = self._runs.pop(cell.cell)
        run.summary.update({**cell.numbers, "status": cell.status, "reason": cell.reason})
        run.finish(exit_code=0 if cell.status == "done" else 1)

    def close(self) -> None:
        for run in self._runs.values():
            run.finish(exit_code=1)


def tracker(folder: Path, say: Say) -> WeightsAndBiases:
    mode = None
    if "WANDB_MODE" not in os.environ:
        is_known = wandb.login(prompt=False)
        mode = "online" if is_known else "offline"
        if not is_known:
            say(
                "wandb: not logged in, so its runs are kept offline; `wandb login`, then "
                f"`wandb sync {folder}/offline-run-*`, shows them"
            )
    return WeightsAndBiases(folder, mode)
