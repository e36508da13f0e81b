"""Arguments of `ganbench.run` as plain values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from numbers import Real
from operator import index
from pathlib import Path
from typing import Any

from ganbench.core.errors import UserError
from ganbench.core.spec import MAX_SEEDS_OF_A_RUN


def number(value: Any, where: str) -> float:
    """Of Python, numpy or the like. Raises UserError for what is none."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise UserError(f"{value!r} is no number", where, "give a number")
    return float(value)


def whole(value: Any, where: str) -> int:
    """The same of a whole number, such as 1e4: rows have no 10000.0."""
    if not number(value, where).is_integer():
        raise UserError(f"{value!r} is no whole number", where, "give a whole number")
    return int(value)


def path_of(path: Path | str | None) -> Path | None:
    """An empty text is no path."""
    return Path(path) if path else None


def texts_of(texts: Sequence[str], what: str) -> tuple[str, ...]:
    """Raises UserError for a bare text, which would be a name a letter."""
    if isinstance(texts, str):
        raise UserError(f"{what} must be a list of texts, not '{texts}'", what, f"['{texts}']")
    return tuple(texts)


def names_of(names: Sequence[str], what: str) -> tuple[str, ...]:
    """The same without repeats."""
    return tuple(dict.fromkeys(texts_of(names, what)))


def seeds_of(seeds: int | Iterable[int] | None) -> tuple[int, ...]:
    """A number n for seeds 0 to n-1, or the seeds; none where it is None. Whole numbers of numpy
    are some, too. Raises UserError for what is none.
    """
    if seeds is None:
        return ()
    try:
        listed = seeds if isinstance(seeds, Iterable) else range(index(seeds))
        distinct = tuple(dict.fromkeys(map(index, listed)))
    except TypeError:  # a text, or a number that is not whole
        distinct = ()
    if not 0 < len(distinct) <= MAX_SEEDS_OF_A_RUN or min(distinct) < 0:
        raise UserError(
            f"these are no seeds: {seeds}",
            "seeds",
            f"a number from 1 to {MAX_SEEDS_OF_A_RUN:,}, or a list of whole numbers, 0 or more",
        )
    return distinct
