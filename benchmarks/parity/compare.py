"""Is each model here its authors' model? Runs their code beside ours and writes a table.

    python -m benchmarks.parity.compare --authors FOLDER [--only NAME] [--output FOLDER]

FOLDER has a checkout of each repository, as OWNER+NAME. Both sides train on a CPU in double
precision from the same weights, on the same batches and from the same random state. A row tells the
largest relative difference of a loss, and of a weight, within the first 1, 2 and 20 updates. Ends
with 1 where a row is not as it ought to be: equal within 1e-9, or different where a departure is
left in on purpose.
"""

from __future__ import annotations

import argparse
import csv
import io
import warnings
from collections.abc import Sequence
from contextlib import redirect_stdout
from pathlib import Path

import torch

from benchmarks.parity import (
    cogan,
    cut,
    discogan,
    distancegan,
    gcgan,
    munit,
    pytorch_gan,
    starganv2,
    ugatit,
    unit,
    uvcgan,
    wgan_gp,
)
from benchmarks.parity.authors import commit_of
from benchmarks.parity.pair import (
    UPDATES,
    Case,
    Difference,
    differences,
    double_precision,
    largest,
    seed_everything,
)

MODULES = (
    *(discogan, distancegan, cut, gcgan, munit, cogan, unit, wgan_gp, pytorch_gan),
    *(starganv2, uvcgan, ugatit),
)
AT = (1, 2, UPDATES)
BOUND = 1e-9
HERE = Path(__file__).parent
Row = dict[str, str]


def row_of(case: Case, commit: str, found: Sequence[Difference]) -> Row:
    """A row of the table. found: as `differences` gives them."""
    numbers = {
        f"{kind}_{updates}": f"{largest(found, kind, updates).relative:.1e}"
        for kind in ("loss", "weight")
        for updates in AT
    }
    worst = max(found, key=lambda one: one.relative)
    terms = dict.fromkeys(one.name for one in found if one.kind == "loss")
    weights = {one.name for one in found if one.kind == "weight"}
    return {
        "row": case.name,
        "model": case.model,
        "repository": case.repository,
        "commit": commit,
        "files": case.files,
        "settings": case.settings,
        "terms": " ".join(terms),
        "weights": str(len(weights)),
        **numbers,
        "agrees": "yes" if worst.relative <= BOUND else "no",
        "worst": f"{worst.kind} {worst.name}, update {worst.update}",
        "departure": case.departure,
        "adapted": case.adapted,
    }


def contradictions(rows: Sequence[Row]) -> list[str]:
    """Rows that ought to agree and do not, and those that ought to depart and agree."""
    return [row["row"] for row in rows if (row["agrees"] == "yes") == bool(row["departure"])]


def run(case: Case, folder: Path) -> tuple[str, list[Difference]]:
    """The commit of theirs and what differs; what their code says on the way is not shown."""
    with double_precision(), warnings.catch_warnings(), redirect_stdout(io.StringIO()):
        warnings.simplefilter("ignore")
        seed_everything(0)
        return commit_of(folder, case.branch), differences(case.make(folder))


def as_markdown(rows: Sequence[Row]) -> str:
    """The rows that agree, the departures that were left in, and what was adapted and compared."""
    agreeing, departing = ([r for r in rows if bool(r["departure"]) == has] for has in (0, 1))
    blocks = [
        table([shown(row) for row in agreeing], ("ours", "their code", "losses", "weights")),
        table([shown(row) for row in departing], ("ours", "departure", "losses", "weights")),
        [f"- {row['row']}: {row['settings']}; {row['adapted']}." for row in rows],
    ]
    return "\n\n".join("\n".join(block) for block in blocks) + "\n"


def shown(row: Row) -> Row:
    """The same in fewer columns: differences within 1, 2 and 20 updates side by side."""
    losses, weights = (
        " / ".join(row[f"{kind}_{updates}"] for updates in AT) for kind in ("loss", "weight")
    )
    code = f"{row['repository']} `{row['commit'][:7]}`"
    return {
        "ours": row["row"],
        "their code": code,
        "departure": row["departure"],
        "losses": losses,
        "weights": weights,
    }


def table(rows: Sequence[Row], names: Sequence[str]) -> list[str]:
    lines = [f"| {' | '.join(names)} |", f"| {' | '.join('---' for _ in names)} |"]
    return [*lines, *(f"| {' | '.join(row[name] for name in names)} |" for row in rows)]


def read_table(file: Path) -> list[Row]:
    with file.open(newline="") as lines:
        return list(csv.DictReader(lines))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--authors", type=Path, required=True, help="folder of the checkouts")
    parser.add_argument("--only", default="", help="rows whose name has this; others stay")
    parser.add_argument("--output", type=Path, default=HERE, help="where the table goes")
    arguments = parser.parse_args()
    torch.set_num_threads(1)  # the networks are small
    cases = [case for module in MODULES for case in module.CASES]
    file = arguments.output / "parity.csv"
    rows = {row["row"]: row for row in (read_table(file) if file.exists() else [])}
    chosen = [case for case in cases if arguments.only in case.name]
    if not chosen:
        parser.error(f"no row has {arguments.only!r} in its name")
    for case in chosen:
        rows[case.name] = row_of(case, *run(case, arguments.authors / case.folder))
        print(*rows[case.name].values(), sep=" | ", flush=True)
    kept = [rows[case.name] for case in cases if case.name in rows]
    write(file, kept)
    if wrong := contradictions(kept):
        raise SystemExit(f"not as it ought to be: {', '.join(wrong)}")


def write(file: Path, rows: Sequence[Row]) -> None:
    """The table, and beside it the same in Markdown."""
    with file.open("w", newline="") as lines:
        writer = csv.DictWriter(lines, rows[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    file.with_suffix(".md").write_text(as_markdown(rows))


if __name__ == "__main__":
    main()
