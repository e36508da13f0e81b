"""The cell that a user names."""

from __future__ import annotations

from pathlib import Path

from ganbench.core.errors import UserError
from ganbench.running.staleness import find_cells

RESULTS = Path("results")


def one_cell(cell: str, output: Path | None) -> tuple[Path, str]:
    """The result folder and the id of a cell. Raises UserError where none or several are meant.

    cell: an id or how it begins. output: None looks in every folder below `results`.
    """
    outputs = [output] if output else sorted(p for p in RESULTS.glob("*") if p.is_dir())
    where = str(output or f"{RESULTS}/*")
    if not cell.isalnum():
        raise UserError(f"'{cell}' is no id of a cell", where, "give how a folder in cells/ begins")
    cells = find_cells(cell, outputs)
    if not cells:
        raise UserError(
            f"no cell '{cell}…'", where, "`ls` the cells/ of a result, or give --output"
        )
    if len(cells) > 1:
        names = ", ".join(name for _, name in cells[:3])
        raise UserError(f"{len(cells)} cells begin so: {names}", where, "give more of the id")
    return cells[0]
