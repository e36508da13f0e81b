"""Which trained model of a result folder is meant, and what is read of its translations."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from ganbench.contracts.task import Domain
from ganbench.core.errors import UserError
from ganbench.core.spec import DataSpec
from ganbench.results.folder import append_row
from ganbench.running.translate import read_attributes, stored_row
from tests.reporting.test_tables import row


def test_a_setting_is_never_chosen_without_a_word(tmp_path: Path) -> None:
    for place, value in enumerate((1.0, 3.0)):
        hparams = {"lambda_rec": value}
        append_row(tmp_path, row("recon", 0, value, cell=f"{place:016}", hparams=hparams))
    append_row(tmp_path, row("standard", 0, 1.0, cell="a" * 16))
    with pytest.raises(UserError, match=r"several settings.*=1\.0\), recon \(lambda_rec=3") as told:
        stored_row(tmp_path, "recon", 0)
    assert told.value.fix == "say which, such as --model 'recon (lambda_rec=1.0)'"
    assert stored_row(tmp_path, "recon (lambda_rec=3.0)", 0).hparams == {"lambda_rec": 3.0}
    assert stored_row(tmp_path, "standard", 0).cell == "a" * 16
    with pytest.raises(UserError, match="has no seed 4 here") as told:
        stored_row(tmp_path, "recon", 4)
    assert told.value.fix == "seeds: 0"


def test_of_one_setting_the_latest_is_taken(tmp_path: Path) -> None:
    for cell in ("b" * 16, "a" * 16):
        append_row(tmp_path, row("recon", 0, 1.0, cell=cell))
    assert stored_row(tmp_path, "recon", 0).cell == "a" * 16


def test_attributes_of_which_nothing_can_be_told_are_left_out() -> None:
    """Such as the only one of car2car, of which an empty table was printed."""
    shape, truth = (3, 8, 8), np.zeros(2)
    inputs = Domain(torch.zeros(2, *shape), {"azimuth_deg": truth, "smiling": truth})
    assert read_attributes(DataSpec("image", shape, shape, ("azimuth_deg",)), inputs) == []
    kept = ("azimuth_deg", "smiling", "unknown")
    assert read_attributes(DataSpec("image", shape, shape, kept), inputs) == ["smiling"]
