"""Which columns and models of the rows a table shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from ganbench.core.spec import Column, ColumnKey, column_of


@dataclass(frozen=True)
class Choice:
    """Empty parts leave everything in.

    metrics: these columns, in this order. models: these models and references, with all their
        variants, in this order. minor: without `metrics`, these are left out and all columns of B
        to A, but for those by which validation chose a checkpoint.
    """

    metrics: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    minor: Mapping[str, Column] = field(default_factory=dict)

    def of(self, names: Sequence[str], selected_by: Collection[str] = ()) -> tuple[str, ...]:
        """The chosen ones of columns; all where only minor ones are there."""
        if self.metrics:
            return tuple(name for name in self.metrics if name in names)
        if not self.minor:
            return tuple(names)
        main = [n for n in names if n in selected_by or is_main(n, self.minor)]
        return tuple(main or names)


EVERYTHING = Choice()


def is_main(name: str, minor: Mapping[str, Column]) -> bool:
    """A column that no plugin at hand declares is one, too."""
    return ColumnKey.parse(name).direction == "AB" and column_of(name, minor) is None
