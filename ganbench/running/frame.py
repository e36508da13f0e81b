"""Rows for pandas."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from ganbench.results.records import Row

if TYPE_CHECKING:
    import pandas as pd


def frame(rows: Sequence[Row]) -> pd.DataFrame:
    """Rows as a data frame: one line a cell, a column for each metric, for
    what its training told, and for each cost.
    """
    import pandas as pd

    fields = (
        *("cell", "model", "task", "data", "split", "preset", "recipe", "seed", "status"),
        "reason",
    )
    return pd.DataFrame(
        [
            {**{f: getattr(row, f) for f in fields}, **row.metrics, **row.training, **row.cost}
            for row in rows
        ]
    )
