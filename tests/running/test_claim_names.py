"""What a claim names is looked up before anything is trained."""

from __future__ import annotations

from pathlib import Path

import pytest

import ganbench
from ganbench.running.request import Request
from ganbench.running.runner import planned

CLAIM = {"task": "toy", "metric": "reverse_kl", "better": "recon", "worse": "standard"}


def plan_of(folder: Path, claim: dict[str, str]) -> None:
    """Of one model, which need not be one of the claim's."""
    told = {"id": "c", "figure": "4", "text": "A sentence.", **claim}
    lines = ["[[claims]]", *(f'{name} = "{value}"' for name, value in told.items())]
    path = folder / "mine.toml"
    path.write_text("\n".join(lines))
    planned(Request(("recon",), ("toy",), (0,), folder, benchmark=path, output=folder / "out"))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"worse": "standrd"}, "unknown model 'standrd'"),
        ({"task": "toyy"}, "unknown task 'toyy'"),
        ({"metric": "reverse_kll"}, "unknown metric 'reverse_kll'"),
        ({"metric": "train_sec"}, "unknown metric 'train_sec'"),
    ],
)
def test_what_there_is_none_of_is_told(tmp_path: Path, change: dict[str, str], told: str) -> None:
    with pytest.raises(ganbench.UserError, match=told) as raised:
        plan_of(tmp_path, {**CLAIM, **change})
    assert raised.value.where == "claim c"
    assert not (tmp_path / "out").exists()


def test_models_and_references_of_no_run_may_be_named(tmp_path: Path) -> None:
    plan_of(tmp_path, CLAIM)
    plan_of(tmp_path, {**CLAIM, "worse": "untrained", "metric": "modes_covered_BA"})
