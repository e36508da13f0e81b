"""Rows' new identities, after a change of how cells are known: `python benchmarks/reidentify.py`.

    python benchmarks/reidentify.py results/reference            # only tells
    python benchmarks/reidentify.py results/reference --write    # and writes

Takes rows files and folders of them. For each row it makes the cell that the present code would
run, and puts that cell's id and hashes (`cell`, and `plugin_hash`, `data_hash` and
`evaluation_hash` of the provenance) in the place of the old ones. Before a file is written its rows
are compared field by field with the old ones, and nothing else may differ.

It claims that the present code gives these numbers, and cannot know it: use it where only the way
of hashing changed, and train some cells again (`python -m pytest -m slow
tests/end_to_end/test_reference_results.py`). The provenance keeps the commit that the
numbers come from.

Left as they are, and listed: rows that the present code would not run so, because a preset, a
hyper-parameter or an option is another one today, the plugin is gone, or the data are a user's own.
Where a row lacks a column that would be scored today, its `evaluation_hash` stays, so that a run
scores it again.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any

from ganbench.contracts.hparams import INGREDIENT, HParams
from ganbench.contracts.task import Task
from ganbench.core.budget import KIMG, STEPS, name_and_changes
from ganbench.core.cache import default_cache_dir
from ganbench.core.errors import UserError
from ganbench.core.files import write_atomically
from ganbench.core.source_hash import source_hash
from ganbench.core.spec import (
    JSON,
    PLAIN,
    Column,
    ColumnKey,
    Preset,
    canonical_json,
    column_of,
    content_hash,
)
from ganbench.registry.registry import Kind, Registry, discover
from ganbench.results.records import Cell
from ganbench.running.fingerprint import evaluation_files, training_files
from ganbench.running.resolve import resolve_metrics

HASHES = ("plugin_hash", "data_hash", "evaluation_hash")
MAY_CHANGE = frozenset({"cell", *(f"provenance.{name}" for name in HASHES)})
ANY = Column("", None, "")


class Unlike(Exception):
    """The present code would not run this cell; told is why."""


class Hashes:
    """Of the code that trains and that scores; each is made once, for many rows have the same."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.known: dict[tuple[str, ...], str] = {}

    def training(self, cell: Cell) -> str:
        kind: Kind = "reference" if cell.is_reference else "model"
        key = (kind, cell.model, cell.task, canonical_json(asdict(cell.preset)))
        if key not in self.known:
            files = training_files(self.registry, kind, cell.model, cell)
            self.known[key] = source_hash(files)
        return self.known[key]

    def evaluation(self, metrics: tuple[str, ...]) -> str:
        if metrics not in self.known:
            self.known[metrics] = source_hash(evaluation_files(self.registry, metrics))
        return self.known[metrics]


@dataclass(frozen=True)
class Found:
    """row: with its new identity. told: what to know of the row, or empty.

    proved: whether the old id follows from the row's own fields, so that it is these, with no
        difference but the hashes, that get the new one.
    """

    row: JSON
    proved: bool
    told: str = ""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("places", nargs="+", type=Path, help="rows files, or folders of them")
    parser.add_argument("--write", action="store_true", help="write the files")
    given = parser.parse_args()
    registry = discover()
    for file in rows_files(given.places):
        for line in reidentify(file, registry, write=given.write):
            print(line)


def rows_files(places: Sequence[Path]) -> list[Path]:
    return [f for p in places for f in (sorted(p.rglob("*.jsonl")) if p.is_dir() else [p])]


def reidentify(file: Path, registry: Registry, *, write: bool) -> Iterator[str]:
    """What was found, line by line; the file is written at the end. Raises AssertionError, and
    writes nothing, where something else would change.
    """
    before = [json.loads(line) for line in file.read_text("utf-8").splitlines()]
    after: list[JSON] = []
    hashes = Hashes(registry)
    counts: Counter[str] = Counter()
    for row in before:
        try:
            found = identified(row, hashes)
        except Unlike as error:
            found = Found(row, proved=False, told=f"left as it is: {error}")
            counts["left"] += 1
        else:
            counts["identified"] += 1
            counts["proved"] += found.proved
        counts[found.told] += 1
        after.append(found.row)
    changed = changes_of(before, after)
    yield f"{file}: {len(before)} rows"
    yield (
        f"  {counts['identified']} with the identity of today, {counts['proved']} of them with an "
        f"old id that follows from their fields; {counts['left']} left as they are"
    )
    yield from (f"  {counts[told]} x {told}" for told in dict.fromkeys(counts) if " " in told)
    yield f"  fields that differ: {', '.join(f'{k} ({n})' for k, n in changed.items()) or 'none'}"
    if write:
        write_atomically(file, "".join(f"{json.dumps(row)}\n" for row in after).encode())
        yield "  written"


def changes_of(before: Sequence[JSON], after: Sequence[JSON]) -> Counter[str]:
    """How many rows differ in each field. Raises AssertionError where another field than those of
    the identity does, or two cells become one.
    """
    changed: Counter[str] = Counter()
    for old, new in zip(before, after, strict=True):
        changed.update(differences(old, new))
    assert changed.keys() <= MAY_CHANGE, f"{sorted(changed.keys() - MAY_CHANGE)} would change"
    ids = [len({row["cell"] for row in rows}) for rows in (before, after)]
    assert ids[0] == ids[1], f"{ids[0]} cells would become {ids[1]}"
    return changed


def differences(old: Any, new: Any, path: str = "") -> Iterator[str]:
    """Paths of the fields that are not the same, `reason` and `provenance.git` for example."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in old.keys() | new.keys():
            inner = f"{path}.{key}" if path else key
            if key not in old or key not in new:
                yield inner
            else:
                yield from differences(old[key], new[key], inner)
    elif type(old) is not type(new) or old != new:
        yield path


def identified(row: JSON, hashes: Hashes) -> Found:
    """Raises Unlike."""
    try:
        cell = cell_today(row, hashes)
        evaluation, told = evaluation_today(row, hashes)
    except (UserError, KeyError, TypeError) as error:
        raise Unlike(" ".join(str(error).split())) from error
    source = row["provenance"]
    was = replace(cell, data_hash=source["data_hash"], code_hash=source["plugin_hash"])
    new = (cell.code_hash, cell.data_hash, evaluation or source["evaluation_hash"])
    known = {**source, **dict(zip(HASHES, new, strict=True))}
    return Found({**row, "cell": cell.id, "provenance": known}, row["cell"] in ids(was), told)


def ids(cell: Cell) -> set[str]:
    """The cell's id, and those from before there were `compiled` and the preset's `network`, which
    such a cell has as they are by default.
    """
    found = {cell.id}
    if not cell.compiled:
        fields = asdict(cell)
        del fields["compiled"]
        found.add(content_hash(fields)[:16])
        if fields["preset"].pop("network") == PLAIN:
            found.add(content_hash(fields)[:16])
    return found


def cell_today(row: JSON, hashes: Hashes) -> Cell:
    """The row's cell, as the present code would run it. Raises Unlike where it would not."""
    registry = hashes.registry
    task_type: type[Task] = registry.load("task", row["task"])
    if task_type.sources.get(row["data"], ("",)):
        raise Unlike(f"the data '{row['data']}' of {row['task']} are not made here")
    preset = preset_today(row, task_type)
    options = task_type.options_type(**row["options"])
    task = task_type(options, preset, row["data"], {}, default_cache_dir() / "data")
    require_same("options", row["options"], task.options_json())
    source = row["provenance"]
    cell = Cell(
        model=row["model"],
        task=row["task"],
        data=row["data"],
        data_hash=content_hash(task.data_key()),
        preset=preset,
        recipe=row["recipe"],
        hparams=hparams_today(row, registry, task),
        options=task.options_json(),
        precision=source["precision"],
        device="cpu" if source["device"].startswith("cpu") else "cuda",
        threads=source["threads"],
        split=row["split"],
        seed=row["seed"],
        code_hash="",
        torch=source["torch"],
        compiled=bool(source.get("compiled")),
        portable=source.get("portable", ""),
    )
    return replace(cell, code_hash=hashes.training(cell))


def preset_today(row: JSON, task_type: type[Task]) -> Preset:
    """The row's preset. A field that is newer than the row has its default, as it was then.

    Raises Unlike where the preset of that name, with the changes that the name tells, is another.
    """
    preset = Preset(**row["budget"])
    name, changes = name_and_changes(preset.name)
    told = {*changes, *([STEPS] if KIMG in changes else [])}
    base = asdict(task_type.presets[name])
    same = {f.name for f in fields(Preset)} - told - {"name"}
    require_same("preset", {k: getattr(preset, k) for k in same}, {k: base[k] for k in same})
    return preset


def hparams_today(row: JSON, registry: Registry, task: Task) -> JSON:
    """Ingredients that the row leaves out were off, be it that the recipe has them."""
    if not row["recipe"]:
        return {}
    recipe = registry.load("model", row["model"]).recipes(task.spec)[row["recipe"]]
    off = {f.name: f.default for f in fields(HParams) if f.metadata.get(INGREDIENT)}
    hparams = replace(recipe, **{**off, **row["hparams"]}).record()
    require_same("hparams", row["hparams"], hparams)
    return hparams


def require_same(what: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> None:
    names = sorted(differences(dict(old), json.loads(json.dumps(new))))
    if names:
        raise Unlike(f"{what} {', '.join(names)}: another today")


def evaluation_today(row: JSON, hashes: Hashes) -> tuple[str, str]:
    """Hash of the code that would score the row; or nothing, and why it would be scored again."""
    registry = hashes.registry
    by_column = {c: p.name for p in registry.of_kind("metric").values() for c in p.columns}
    names = {ColumnKey.parse(name).name for name in row["metrics"]}
    asked = [column for column in by_column if any(column_of(n, {column: ANY}) for n in names)]
    if unknown := [n for n in names if not any(column_of(n, {c: ANY}) for c in asked)]:
        return "", f"no metric gives {', '.join(sorted(unknown))} today"
    task: type[Task] = registry.load("task", row["task"])
    own = registry.load("model", row["model"]).metrics if row["recipe"] else ()
    metrics = resolve_metrics(asked, (*task.metrics, *own), registry)
    columns = [c for name in metrics for c in registry.find("metric", name).columns]
    lacking = [column for column in columns if "*" not in column and column not in names]
    if lacking and row["metrics"]:
        return "", f"scored before there was {', '.join(lacking)}"
    return hashes.evaluation(metrics), ""


if __name__ == "__main__":
    main()
