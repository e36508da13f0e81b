"""Labels that users put beside their images, in a CSV file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ganbench.data.image_folder import LABELS, ImageFolder
from ganbench.errors import UserError
from ganbench.types import ANGLE_ENDING

FILE = "file"
NAMED_FILES = 3


def labels_path(folder: ImageFolder) -> Path | None:
    """The folder's `labels.csv`, or None where it has none."""
    path = folder.path / LABELS
    return path if path.is_file() else None


def read_labels(folder: ImageFolder) -> Mapping[str, np.ndarray]:
    """The columns of the folder's `labels.csv`, each (n,) in the order of its images.

    The column `file` holds each image's path below the folder. Columns whose names end in `_deg`
    are float degrees, all others texts. Nothing where there is no such file. Raises UserError
    that names the column or the images at fault.
    """
    path = labels_path(folder)
    if path is None:
        return {}
    import pandas as pd

    try:
        table = pd.read_csv(path, dtype=str, keep_default_na=False, skipinitialspace=True)
    except (OSError, ValueError) as error:
        raise UserError(
            f"the labels are no table: {error}", str(path), "write comma-separated columns"
        ) from error
    if FILE not in table.columns:
        columns = ", ".join(map(str, table.columns))
        raise UserError(
            f"no column '{FILE}' among: {columns}", str(path), "name each image's file in it"
        )
    table = table.drop_duplicates(FILE).set_index(FILE)
    lacking = [name for name in folder.names if name not in table.index]
    if lacking:
        raise UserError(
            f"{len(lacking)} of {len(folder.names)} images have no label: "
            + ", ".join(lacking[:NAMED_FILES]),
            f"{path}, column {FILE}",
            "add a row for each, with its path below the folder",
        )
    table = table.loc[list(folder.names)]
    return {
        str(name): _values(str(name), column.to_numpy(), path) for name, column in table.items()
    }


def _values(name: str, texts: np.ndarray, path: Path) -> np.ndarray:
    if not name.endswith(ANGLE_ENDING):
        return np.array([str(text).strip() for text in texts])
    try:
        return texts.astype(np.float64)
    except ValueError as error:
        raise UserError(
            f"not all are degrees: {error}", f"{path}, column {name}", "write numbers"
        ) from error
