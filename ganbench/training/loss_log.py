"""Losses over a window of steps, summed on the device, and the file that they are written to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor

Sums = Mapping[str, Tensor]


class Window:
    """Sums of each loss since the last line, one for each seed, and read once a window.

    begun: for each seed, what `of_seed` gave when the training stopped; empty at a start.
    """

    def __init__(self, begun: Sequence[Sums] = ({},)) -> None:
        self.seeds = len(begun)
        self._sums = {
            name.removeprefix("sum/"): torch.stack([window[name].reshape(()) for window in begun])
            for name in begun[0]
            if name.startswith("sum/")
        }
        self._counts = {
            name.removeprefix("n/"): int(count)
            for name, count in begun[0].items()
            if name.startswith("n/")
        }

    def add(self, terms: Mapping[str, Tensor]) -> None:
        """The terms of one step, without gradients: scalars, or (seeds,)."""
        values = {name: term.reshape(self.seeds) for name, term in terms.items()}
        known = [name for name in values if name in self._sums]
        totals = [self._sums[name].to(values[name].device) for name in known]
        if known:  # one launch on a GPU
            torch._foreach_add_(totals, [values[name] for name in known])
        # Copies, for a captured step puts its next losses where these are.
        begun = {name: value.clone() for name, value in values.items() if name not in self._sums}
        self._sums.update(begun | dict(zip(known, totals, strict=True)))
        self._counts.update({name: self._counts.get(name, 0) + 1 for name in values})

    def means(self) -> list[dict[str, float]]:
        """Of each seed; the next window starts empty."""
        names = sorted(self._sums)
        table = torch.stack([self._sums[name].float() for name in names], dim=1).tolist()
        counts = [self._counts[name] for name in names]
        self._sums, self._counts = {}, {}
        return [
            {name: value / n for name, value, n in zip(names, values, counts, strict=True)}
            for values in table
        ]

    def of_seed(self, i: int) -> dict[str, Tensor]:
        """Sums and counts of one seed, for its checkpoint."""
        sums = {f"sum/{name}": value[i] for name, value in self._sums.items()}
        return sums | {f"n/{name}": torch.tensor(n) for name, n in self._counts.items()}


class LossLog:
    """`losses.csv` of one run: a line a window. Lines after `log_bytes` belong to a lost future."""

    def __init__(self, path: Path, log_bytes: int = 0) -> None:
        self.path = path
        path.touch()
        with open(path, "r+b") as file:
            file.truncate(log_bytes)
            file.seek(0)
            self._names = file.readline().decode().strip().split(",")[1:]

    def write(self, step: int, means: Mapping[str, float]) -> None:
        """A line of the losses; a loss that no step of the window had is left empty. All that the
        model has are in the first window, in which each phase is.
        """
        with open(self.path, "a", encoding="utf-8") as file:
            if not self._names:
                self._names = list(means)
                file.write(",".join(["step", *self._names]) + "\n")
            values = (repr(means[name]) if name in means else "" for name in self._names)
            file.write(",".join([str(step), *values]) + "\n")

    @property
    def bytes(self) -> int:
        return self.path.stat().st_size
