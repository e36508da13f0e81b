"""Numbers of two protocols never share a column, and what a table tells of the one it has."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import structs

from ganbench.core.errors import UserError
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.comparisons import comparison_sheets
from ganbench.reporting.protocols import protocol_notes, protocol_of
from ganbench.reporting.tables import table_sheets
from ganbench.results.records import Row
from tests.reporting.test_tables import BASE

FD = "fd_efficientnet_lite0"


def row(model: str, seed: int, n: int = 50, **changed: Any) -> Row:
    plugin = {
        "columns": [FD],
        "extractor": "efficientnet_lite0",
        "layer": "1280",
        "resizer": "to 128 px",
        "weights": "sha256:aa",
        **changed,
    }
    samples = {"AB": {"real": n, "fake": n}, "BA": {"real": n, "fake": n - 1}}
    return structs.replace(
        BASE,
        cell=f"{model}{seed}",
        model=model,
        seed=seed,
        metrics={FD: 1.0 + seed, f"{FD}_BA": 2.0, "score": 1.0},
        protocol={"samples": samples, "metrics": {"efficientnet_lite0": plugin}},
    )


def test_a_number_is_told_with_its_direction() -> None:
    one = row("standard", 0)
    assert protocol_of(one, FD)["n_fake"] == 50
    assert protocol_of(one, f"{FD}_BA")["n_fake"] == 49
    assert protocol_of(one, FD)["weights"] == "sha256:aa"
    assert protocol_of(one, "score") == {"n_real": 50, "n_fake": 50}


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"weights": "sha256:bb"}, ("weights sha256:aa", "weights sha256:bb")),
        ({"resizer": "to 64 px"}, ("resizer to 128 px", "resizer to 64 px")),
        ({"n": 20}, ("n_real 50", "n_real 20")),
    ],
)
def test_tables_tests_and_claims_refuse_a_mixture(
    changes: dict[str, Any], told: tuple[str, ...]
) -> None:
    rows = [row("standard", 0), row("standard", 1), row("recon", 0, **changes)]
    for use in (
        lambda: table_sheets(rows, {}),
        lambda: comparison_sheets(rows, {}, "", (), "t"),
        lambda: claim_sheets((), rows, {}),
    ):
        with pytest.raises(UserError) as caught:
            use()
        message = str(caught.value)
        assert f"the rows have {FD} by 2 protocols" in message
        assert "standard seed 0 (standard0), standard seed 1" in message
        assert "recon seed 0 (recon0)" in message
        assert all(word in message for word in told)


def test_older_rows_that_tell_nothing_may_stay() -> None:
    (sheet,) = table_sheets([row("standard", 0), structs.replace(row("recon", 0), protocol={})], {})
    assert len(sheet.head) == 3


def test_other_settings_are_other_tables() -> None:
    other = structs.replace(row("standard", 0, weights="sha256:bb"), split="validation")
    assert len(table_sheets([row("standard", 0), other], {})) == 2


def test_the_footer_tells_the_protocol_and_warns_of_few_images() -> None:
    notes = protocol_notes([row("standard", 0)], [FD])
    assert "efficientnet_lite0: layer 1280, to 128 px, weights sha256:aa" in notes[0]
    assert "50 real, 49 to 50 translated images, test split" in notes[0]
    assert "kernel distance" in notes[1]
    assert len(protocol_notes([row("standard", 0, n=9_000)], [FD])) == 1
    assert protocol_notes([row("standard", 0)], ["score"]) == []


def test_no_more_images_are_told_than_were_compared() -> None:
    many = row("standard", 0, n=9_000, at_most="5000")
    assert protocol_of(many, FD)["n_real"] == protocol_of(many, FD)["n_fake"] == 5_000
    assert protocol_of(many, "score") == {"n_real": 9_000, "n_fake": 9_000}
    assert "5,000 real, 5,000 translated images" in protocol_notes([many], [FD])[0]
