"""The result folders of a report, and their rows as settings that may stand side by side."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ganbench.core.errors import UserError
from ganbench.reporting.curves import distinct_names
from ganbench.reporting.frames import stored_rows
from ganbench.reporting.groups import Group, by_setting, place, told_apart, variant_labels
from ganbench.reporting.protocols import require_one_protocol
from ganbench.results.records import Row


@dataclass(frozen=True)
class Folder:
    """A result folder. name: its own, or its path where two are alike. torn: as `Rows` has it."""

    name: str
    path: Path
    rows: tuple[Row, ...]
    torn: str


@dataclass(frozen=True)
class Setting:
    """Rows that are compared with each other, of one folder or of several.

    group: a variant of a model in one folder has a label of its own. folders: by label.
    apart: why other rows of the same setting are not among them; or empty.
    """

    name: str
    group: Group
    folders: Mapping[str, Folder]
    apart: str = ""

    @property
    def title(self) -> str:
        return self.group.title


def folders_of(paths: Sequence[Path]) -> list[Folder]:
    """Raises UserError for a folder that is not there, has no rows, or is given twice."""
    if len({path.resolve() for path in paths}) < len(paths):
        raise UserError("the same folder twice", ", ".join(map(str, paths)), "give each once")
    found = []
    for path, name in zip(paths, distinct_names(paths), strict=True):
        stored = stored_rows(path)
        found.append(Folder(name, path, stored.rows, stored.torn))
    return found


def settings_of(folders: Sequence[Folder]) -> list[Setting]:
    """In the order of the rows. Rows whose protocols do not compare are settings of their own."""
    owners = {id(row): folder for folder in folders for row in folder.rows}
    rows = [row for folder in folders for row in folder.rows]
    found: list[Setting] = []
    for variants in by_setting(rows).values():
        same = [row for rows_of_variant in variants.values() for row in rows_of_variant]
        parties, why = by_protocol(same, owners)
        for party in parties:
            labelled, older = labelled_rows(party, owners)
            found.append(
                Setting(
                    name=f"setting-{len(found) + 1}",
                    group=Group({label: own for label, (_, own) in labelled.items()}, older),
                    folders={label: folder for label, (folder, _) in labelled.items()},
                    apart=why,
                )
            )
    groups = told_apart([setting.group for setting in found])
    return [replace(one, group=group) for one, group in zip(found, groups, strict=True)]


def by_protocol(rows: Sequence[Row], owners: Mapping[int, Folder]) -> tuple[list[list[Row]], str]:
    """Rows of one setting, in as few parties as their protocols allow, and why they are several.

    A party that has rows of the same folder already is tried first: rows that tell no protocol go
    with any.
    """
    alike: dict[tuple[int, str], list[Row]] = {}
    for row in rows:
        alike.setdefault((id(row.protocol), owners[id(row)].name), []).append(row)
    parties: list[list[Row]] = []
    why = ""
    for (_, name), same in alike.items():
        known = [any(owners[id(row)].name == name for row in party) for party in parties]
        tried = sorted(range(len(parties)), key=lambda i: not known[i])
        for i in tried:
            fault = fault_of([*parties[i], *same])
            why = why or fault
            if not fault:
                parties[i] += same
                break
        else:
            parties.append(list(same))
    return parties, why if len(parties) > 1 else ""


def fault_of(rows: Iterable[Row]) -> str:
    """Why the protocols of these rows do not compare, or nothing."""
    try:
        require_one_protocol(rows)
    except UserError as error:
        return f"{error.what}: {' · '.join(' '.join(error.where.split()).split(' / '))}"
    return ""


def labelled_rows(
    rows: Sequence[Row], owners: Mapping[int, Folder]
) -> tuple[dict[str, tuple[Folder, list[Row]]], int]:
    """The latest row of each seed by label, with the label's folder; and how many were left out.

    A label that several folders have is told apart by their names.
    """
    names = variant_labels(rows)
    same: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        same.setdefault((names[row.cell], owners[id(row)].name), []).append(row)
    several = set(repeated(label for label, _ in same))
    latest = {key: list({row.seed: row for row in own}.values()) for key, own in same.items()}
    older = sum(map(len, same.values())) - sum(map(len, latest.values()))
    ordered = sorted(latest.items(), key=lambda item: place(item[1]))
    labelled = {
        f"{label} · {name}" if label in several else label: (
            owners[id(own[0])],
            sorted(own, key=lambda row: row.seed),
        )
        for (label, name), own in ordered
    }
    return labelled, older


def repeated(names: Iterable[str]) -> Iterator[str]:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            yield name
        seen.add(name)
