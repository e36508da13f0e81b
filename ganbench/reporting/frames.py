"""A result folder's tables as data frames: the Python side of `table`, `compare` and `claims`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ganbench.core.errors import UserError
from ganbench.registry.registry import discover
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.comparisons import comparison_sheets
from ganbench.reporting.designs import design_of
from ganbench.reporting.folder_comparisons import folder_sheets
from ganbench.reporting.sheets import Sheet
from ganbench.reporting.statistics import Interval
from ganbench.reporting.tables import table_sheets
from ganbench.results.benchmark_file import read_benchmark, stored_benchmark
from ganbench.results.folder import Rows, read_rows

if TYPE_CHECKING:
    import pandas as pd


def stored_rows(output: Path) -> Rows:
    """Raises UserError for a folder that is not there or has no rows."""
    if not output.is_dir():
        raise UserError("there is no such result folder", str(output), "give a run's --output")
    stored = read_rows(output)
    if not stored.rows and not stored.torn:
        raise UserError("the folder has no rows yet", str(output), "run `ganbench run` first")
    return stored


def table(output: Path | str, interval: Interval = "t") -> pd.DataFrame:
    """One line a setting, checkpoint, model and metric: mean, interval, n, diverged seeds.

    output: a result folder. interval: "t" or "bca"; see `estimate`. The column `checkpoint` is
    "final", or "selected" where an earlier one has a better validation score. Raises UserError for
    a folder without rows, and for rows of two protocols.
    """
    rows = stored_rows(Path(output)).rows
    return _frame(table_sheets(rows, discover().columns, interval))


def compare(
    output: Path | str,
    baseline: str = "",
    metrics: Sequence[str] = (),
    interval: Interval = "t",
    after: Path | str = "",
) -> pd.DataFrame:
    """One line a paired test: difference, interval, p, and p after Holm's correction.

    baseline: compare with this model only. metrics: test these columns only; empty takes all that
    have a better end. after: a second folder; then each model is compared with itself, `after` less
    `output`. Raises UserError as `table`, for names that the rows do not have, and for two folders
    without numbers that compare.
    """
    rows, columns = stored_rows(Path(output)).rows, discover().columns
    if not after:
        return _frame(comparison_sheets(rows, columns, baseline, metrics, interval))
    if baseline:
        raise UserError("a baseline is a model of one folder", "baseline", "leave it out")
    second = str(after), stored_rows(Path(after)).rows
    return _frame(folder_sheets((str(output), rows), second, columns, metrics, interval))


def verdicts(
    output: Path | str, benchmark: Path | str = "", interval: Interval = "t"
) -> pd.DataFrame:
    """One line a claim: verdict, effect, interval, p and n.

    benchmark: a file with claims; empty takes that of the run. Raises UserError as `table`, for a
    folder without such a file, and for claims on metrics that are unknown or have no better end.
    """
    folder = Path(output)
    rows = stored_rows(folder).rows
    file = read_benchmark(Path(benchmark) if benchmark else stored_benchmark(folder))
    sheets = claim_sheets(file.claims, rows, discover().columns, interval, design_of(folder))
    return _frame(sheets)


def _frame(sheets: Iterable[Sheet]) -> pd.DataFrame:
    import pandas as pd

    return pd.DataFrame([dict(record) for sheet in sheets for record in sheet.records])
