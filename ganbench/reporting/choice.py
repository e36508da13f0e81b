"""Which columns and models of the rows a table shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from ganbench.core.spec import ColumnKey


@dataclass(frozen=True)
class Choice:
    """Empty parts leave everything in.

    metrics: these columns, in this order. models: these models and references, with all their
        variants, in this order. main: without `metrics`, of the columns of A to B these alone and
        those by which validation chose a checkpoint.
    """

    metrics: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    main: frozenset[str] = frozenset()

    def of(self, names: Sequence[str], selected_by: Collection[str] = ()) -> tuple[str, ...]:
        """The chosen ones of columns; all where no main one is among them."""
        if self.metrics:
            return tuple(name for name in self.metrics if name in names)
        main = tuple(n for n in names if self.main and is_main(n, {*self.main, *selected_by}))
        return main or tuple(names)


EVERYTHING = Choice()


def is_main(name: str, main: Collection[str]) -> bool:
    return ColumnKey.parse(name).direction == "AB" and name in main
