"""What a sheet says of rows that were not made alike: by other code, or of other data."""

from __future__ import annotations

from ganbench.reporting.groups import Group

MADE_BY = {"plugin_hash": "code", "torch": "PyTorch"}  # of a cell's identity, in words


def origin_notes(group: Group) -> list[str]:
    return [*mixed_notes(group), *older_note(group), *samples_note(group)]


def mixed_notes(group: Group) -> list[str]:
    """The models whose mean is over seeds by several states of the code, as where a model was
    changed, and fewer seeds were run again.
    """
    notes = []
    for label, rows in group.by_model.items():
        seeds: dict[tuple[str, ...], list[str]] = {}
        for row in [row for row in rows if row.status == "done"]:
            made = tuple(str(row.provenance.get(name)) for name in MADE_BY)
            seeds.setdefault(made, []).append(str(row.seed))
        unlike = [MADE_BY[name] for i, name in enumerate(MADE_BY) if len({m[i] for m in seeds}) > 1]
        if unlike:
            told = "; ".join(map(", ".join, seeds.values()))
            notes.append(
                f"{label}: seeds by different {' and '.join(unlike)} are in one mean ({told}); "
                "`ganbench run` with all of them makes the older ones anew"
            )
    return notes


def older_note(group: Group) -> list[str]:
    """Of rows that a newer one replaces."""
    if not group.older:
        return []
    return [
        f"{group.older} older rows of the same seeds, by other code, PyTorch or threads, are left "
        "out"
    ]


def samples_note(group: Group) -> list[str]:
    """That the data's name does not tell which data they are."""
    if not group.samples:
        return []
    return [
        f"samples {group.samples}: how data_hash begins in the rows; those of other data of this "
        "name stand apart"
    ]
