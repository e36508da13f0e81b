"""Arguments of `ganbench.run` become plain values, and mistakes in them are told."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from ganbench.core.errors import UserError
from ganbench.core.spec import Reading
from tests.running.test_request import asked


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"models": "recon"}, r"models must be a list of texts, not 'recon'"),
        ({"sets": "recon.lr=1"}, r"sets must be a list"),
        ({"on_sets": "mem_gb=1"}, r"on_sets must be a list"),
        ({"time_limit_sec": -1}, "a limit is 0 or more"),
        ({"seeds": []}, "no seeds"),
        ({"seeds": [0, -1]}, "no seeds"),
        ({"seeds": 2.0}, "no seeds"),
        ({"seeds": "2"}, "no seeds"),
        ({"seeds": [0.5]}, "no seeds"),
        ({"threads": 1.5}, "1.5 is no whole number"),
        ({"workers": "2"}, "'2' is no number"),
        ({"time_limit_sec": "9m"}, "'9m' is no number"),
        ({"checkpoint_every": 500}, "is an Every"),
        ({"budget": {"budget_steps": 10.5}}, "10.5 is no whole number"),
        ({"budget": {"lr_factor": "2"}}, "'2' is no number"),
        ({"split": "train"}, "unknown split 'train'"),
        ({"device": "gpu"}, "'gpu' is no device"),
        ({"precision": "bf61"}, "did you mean 'bf16'"),
        ({"compiled": "aut"}, "did you mean 'auto'"),
        ({"compiled": 1}, "unknown choice of steps '1'"),
        ({"budget": {"step": 10}}, "field of a preset 'step'"),
        ({"log": ["tensorbord"]}, "did you mean 'tensorboard'"),
        ({"log": "wandb"}, "log must be a list of texts"),
    ],
)
def test_mistakes_in_python_are_told(given: dict[str, Any], message: str) -> None:
    with pytest.raises(UserError, match=message):
        asked(**given)


@pytest.mark.parametrize("name", ["compiled", "split", "device", "threads", "overwrite"])
def test_none_is_told_as_none_where_it_says_nothing(name: str) -> None:
    with pytest.raises(UserError, match=f"{name} cannot be None") as raised:
        asked(**{name: None})
    assert raised.value.where == f"{name}=None" and "leave it out" in raised.value.fix


def test_whole_numbers_of_any_kind_are_one_number() -> None:
    """1e3 and numpy's numbers are no others than 1000: of a cell's identity, and in rows."""
    plain = asked(seeds=[0, 1], threads=2, budget={"budget_steps": 1000, "width": 8})
    for kind in (float, np.int64, np.float64):
        given = asked(
            seeds=np.arange(2),
            threads=kind(2),
            budget={"budget_steps": kind(1000), "width": kind(8)},
        )
        assert given == plain
        numbers = (*given.seeds, given.threads, *(given.budget or {}).values())
        assert {*map(type, numbers)} == {int}


def test_none_leaves_a_choice_open() -> None:
    left_open = ("preset", "recipe", "workers", "together", "micro_batch", "time_limit_sec")
    assert asked(**dict.fromkeys(left_open)) == asked()


def test_arguments_become_plain_values(tmp_path: Path) -> None:
    request = asked(
        models=["recon", "standard", "recon"],
        seeds=[3, 1, 3],
        sets=["toy.sigma_A=1", "toy.sigma_A=2", "toy.sigma_A=1"],
        data={"A": "photos"},
        budget={"width": 8, "size": None},
        output=str(tmp_path),
        weights_dir="",
        references=[],
        workers=None,
        skip_unreadable=True,
        max_megapixels=2.0,
    )
    assert request.models == ("recon", "standard") and request.seeds == (3, 1)
    assert request.sets[-1] == "toy.sigma_A=1" and len(request.sets) == 3  # the last one counts
    assert request.data == {"A": Path("photos")} and request.budget == {"width": 8}
    assert (request.output, request.weights_dir, request.workers) == (tmp_path, None, 0)
    assert request.references == () and request.reading == Reading(True, 2.0)
    assert asked(seeds=2).seeds == (0, 1)
