"""Folders drawn at random: nothing is wrong without a word, no traceback, no input is changed.

Some dozens in the suite; 1,000 with `pytest -m slow tests/cli/test_fuzz_folders.py`.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ganbench.core.errors import UserError
from ganbench.core.spec import Reading
from ganbench.data.decoded import decode
from ganbench.data.image_folder import read_image_folder
from tests.cli.test_fuzz import told
from tests.drawn_folders import ON_DISK, Drawn, Made, entries, make, make_disk, state

SHORT, LONG = 30, 500
LEAST = 6  # images a side that scores need
# Enough whole pictures that a draw is not always too few.
WHOLE = [Drawn((), f"whole {i}", "png", 1_000 + i) for i in range(LEAST)]


def examples(n: int) -> settings:
    return settings(
        max_examples=n,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        database=None,
        derandomize=True,
    )


def drawn_side(enough: bool) -> st.SearchStrategy[list[Drawn]]:
    few = st.lists(entries(), max_size=8)
    return few.map(lambda found: [*(WHOLE if enough else []), *found])


def bounds(made: Made) -> tuple[int, int]:
    """How many pictures there are, least and most."""
    certain = len(made.grey) + ON_DISK * made.links_disk
    return certain, certain + len(made.perhaps)


def check_score(real: list[Drawn], fake: list[Drawn], skip: bool, nested: bool) -> None:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "data"
        make_disk(root)
        sides = root / "real", root / "real" / "gen" if nested else root / "fake"
        made = [make(path, drawn) for path, drawn in zip(sides, (real, fake), strict=True)]
        before = state(root)
        options = ["--skip-unreadable"] if skip else []
        found = told(
            *("score", *sides, "--size", "16", "--json", "--offline", "--metrics", "kd"),
            *("--cache-dir", Path(folder) / "cache", *options),
        )
        assert state(root) == before, "an input was changed"
    overlap = nested or all(side.links_disk for side in made)
    must_fail = overlap or (any(side.broken for side in made) and not skip)
    must_fail |= any(bounds(side)[1] < LEAST for side in made)
    if found.exit_code:
        assert found.exit_code == 2, found.output
        may_fail = any(side.perhaps for side in made)
        assert must_fail or may_fail or nested, found.output
        assert "Error: " in found.stderr and "fix:" in found.stderr
        return
    assert not must_fail, found.output
    protocol = json.loads(found.stdout)["protocol"]
    for side, name in zip(made, ("n_real", "n_fake"), strict=True):
        low, high = bounds(side)
        assert low <= protocol[name] <= high


def check_pixels(drawn: list[Drawn], skip: bool) -> None:
    """Each picture is what was drawn, at its own place."""
    with tempfile.TemporaryDirectory() as folder:
        root, cache = Path(folder) / "data", Path(folder) / "cache"
        make_disk(root)
        made = make(root / "side", drawn)
        before = state(root)
        try:
            found = read_image_folder(root / "side", 1, Reading(skip), cache)
            images = decode(found.listing(), 16)
        except UserError as error:
            assert error.what and error.where and error.fix
            nothing = not bounds(made)[0]
            assert nothing or made.perhaps or (made.broken and not skip), error
            return
        finally:
            assert state(root) == before, "an input was changed"
    assert skip or not made.broken
    names = set(found.names)
    assert set(made.grey) <= names and not names & made.broken
    by_name = dict(zip(found.names, images, strict=True))
    for name, grey in made.grey.items():
        assert np.array_equal(by_name[name], np.stack([grey] * 3)), name


SCORED = (st.booleans().flatmap(drawn_side), st.just(True).flatmap(drawn_side), st.booleans())


@examples(SHORT)
@given(*SCORED, st.sampled_from([False, False, False, True]))
def test_scores_of_drawn_folders(
    real: list[Drawn], fake: list[Drawn], skip: bool, nested: bool
) -> None:
    check_score(real, fake, skip, nested)


@examples(SHORT)
@given(drawn_side(False), st.booleans())
def test_pixels_of_drawn_folders(drawn: list[Drawn], skip: bool) -> None:
    check_pixels(drawn, skip)


@pytest.mark.slow
@examples(LONG)
@given(*SCORED, st.sampled_from([False, False, False, True]))
def test_scores_of_many_drawn_folders(
    real: list[Drawn], fake: list[Drawn], skip: bool, nested: bool
) -> None:
    check_score(real, fake, skip, nested)


@pytest.mark.slow
@examples(LONG)
@given(drawn_side(False), st.booleans())
def test_pixels_of_many_drawn_folders(drawn: list[Drawn], skip: bool) -> None:
    check_pixels(drawn, skip)
