"""Values from text: what is taken, what is refused, and that JSON keeps them."""

from __future__ import annotations

import dataclasses
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ganbench.contracts.discogan import ReconstructionHParams
from ganbench.contracts.hparams import HParams
from ganbench.core.errors import UserError
from ganbench.core.options import replace_from_text


def test_values_take_their_fields_type() -> None:
    changes = {"lr": "1e-3", "batch_size": "7", "distance": "huber", "schedule": "D,G"}
    found = replace_from_text(ReconstructionHParams(), changes, "recon")
    assert (found.lr, found.batch_size, found.distance) == (1e-3, 7, "huber")
    assert found.phases == ("D", "G")


@pytest.mark.parametrize("text", [".5", "5e-1", "+0.5", "0.50", "00.5"])
def test_a_number_may_be_written_as_python_reads_it(text: str) -> None:
    assert replace_from_text(HParams(), {"beta1": text}, "x").beta1 == 0.5


@pytest.mark.parametrize(
    ("key", "text"),
    [
        ("lr", "0"),
        ("lr", "inf"),
        ("beta1", "1"),
        ("batch_size", "0"),
        ("batch_size", "2.5"),
        ("batch_size", "1.0"),
        ("batch_size", "1e3"),
        ("lr", "nan"),
        ("lr", "1e400"),
        ("distance", "l3"),
        ("schedule", ""),
        ("schedule", "D,,G"),
        ("feat_share", "1.1"),
        ("lambda_rec", "-1"),
        ("warmup_steps", "-1"),
        ("lambda", "1"),
    ],
)
def test_what_makes_no_sense_is_refused(key: str, text: str) -> None:
    with pytest.raises(UserError):
        replace_from_text(ReconstructionHParams(), {key: text}, "recon")


@given(
    value=st.text(max_size=8), key=st.sampled_from([f.name for f in dataclasses.fields(HParams)])
)
def test_any_text_gives_a_value_or_a_user_error(key: str, value: str) -> None:
    try:
        found = replace_from_text(HParams(), {key: value}, "x")
    except UserError:
        return
    kept: dict[str, Any] = json.loads(json.dumps(dataclasses.asdict(found)))
    assert HParams(**kept) == found
