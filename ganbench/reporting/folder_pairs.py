"""Which rows of two result folders belong together, and what these do not have alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ganbench.core.budget import KIMG, STEPS, shared_budget
from ganbench.core.errors import first_few
from ganbench.reporting.groups import Group, model_rows

BUDGET = (STEPS, KIMG, "width", "batch_size", "lr_factor", "network")
PROVENANCE = ("version", "git", "torch", "device", "precision", "threads", "portable")


@dataclass(frozen=True)
class Side:
    """A folder's name and the groups of its rows."""

    name: str
    groups: Sequence[Group]


def matched(one: Side, other: Side) -> tuple[list[tuple[Group, Group]], list[str]]:
    """Groups of equal task and data, and in words those that have no partner.

    Where a folder has several of one task and data, such as two presets, those of equal settings
    belong together.
    """
    pairs, apart = [], []
    left = list(other.groups)
    for group in one.groups:
        partners = [g for g in left if data_of(g) == data_of(group)]
        alike = [g for g in partners if settings_of(g) == settings_of(group)]
        rivals = [g for g in one.groups if data_of(g) == data_of(group)]
        found = alike or (partners if len(partners) == len(rivals) == 1 else [])
        if found:
            pairs.append((group, found[0]))
            left.remove(found[0])
        else:
            apart.append(f"not compared: {group.title}, {why_apart(group, one, other, partners)}")
    apart += [f"not compared: {group.title}, only in {other.name}" for group in left]
    return pairs, apart


def data_of(group: Group) -> dict[str, Any]:
    """What must be equal: what was scored, and what it was trained on."""
    row = group.first
    named = {"task": row.task, "data": row.data, "split": row.split}
    hashes = {r.provenance.get("data_hash", "") for r in group.rows if not r.is_reference}
    return {
        **named,
        **row.options,
        "size": row.budget.get("size"),
        "data_hash": " ".join(sorted(hashes)),
    }


def settings_of(group: Group) -> dict[str, Any]:
    row = group.first
    provenance = {name: row.provenance.get(name) for name in ("precision", "portable")}
    return {"preset": row.preset, **shared_budget(row.budget, row.preset), **provenance}


def why_apart(group: Group, one: Side, other: Side, partners: Sequence[Group]) -> str:
    if partners:
        return f"for {one.name} and {other.name} have several settings of it, which differ"
    rivals = [data_of(g) for g in other.groups if g.first.task == group.first.task]
    if not rivals:
        return f"only in {one.name}"
    own = data_of(group)
    names = sorted({n for rival in rivals for n in own | rival if own.get(n) != rival.get(n)})
    told = [f"{n} {own.get(n)} and {rivals[0].get(n)}" for n in names if n != "data_hash"]
    return f"for the data differ: {', '.join(told) or 'other samples'}"


def model_notes(groups: tuple[Group, Group], names: tuple[str, str]) -> list[str]:
    own = [list(model_rows(group)) for group in groups]
    return [
        f"only in {name}: {first_few(lone)}"
        for name, here, there in zip(names, own, reversed(own), strict=True)
        if (lone := [label for label in here if label not in there])
    ]


def setting_notes(groups: tuple[Group, Group], names: tuple[str, str]) -> list[str]:
    """What the folders do not have alike, other than their numbers; of models that changed in the
    same way at once.
    """
    old, new = map(settings_told, groups)
    models: dict[str, list[str]] = {}
    for whose, name in dict.fromkeys([*old, *new]):
        before, after = (side.get((whose, name), "none") for side in (old, new))
        is_in_both = not whose or all(whose in group.by_model for group in groups)
        if before != after and is_in_both:
            models.setdefault(f"{name} {before} and {after}", []).append(whose)
    unlike = [
        f"{text} ({', '.join(labels)})" if labels != [""] else text
        for text, labels in models.items()
    ]
    return [f"not alike in {' and '.join(names)}: {'; '.join(unlike)}"] if unlike else []


def settings_told(group: Group) -> dict[tuple[str, str], str]:
    """By model and name: recipe and hyper-parameters, and for all models, "", preset, budget and
    provenance; all values where the rows have several.
    """
    rows = [row for same in group.trained.values() for row in same]
    shared: dict[str, dict[str, None]] = {}
    for row in rows:
        own = shared_budget(row.budget, row.preset)
        budget = {name: own[name] for name in BUDGET if name in own}
        made = {name: row.provenance[name] for name in PROVENANCE if name in row.provenance}
        made["compiled"] = "yes" if row.provenance.get("compiled") else "no"
        for name, value in {"preset": row.preset, **budget, **made}.items():
            shared.setdefault(name, {})[str(value)] = None
    return {("", name): "/".join(values) for name, values in shared.items()} | {
        (label, name): str(value)
        for label, same in group.trained.items()
        for name, value in {"recipe": same[0].recipe, **same[0].hparams}.items()
    }
