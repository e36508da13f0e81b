"""The whole report: what there is to show, gathered as data, and the file made of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from itertools import chain, zip_longest
from pathlib import Path

from markupsafe import Markup

from ganbench.core.errors import UserError, first_few
from ganbench.core.files import for_shell
from ganbench.core.spec import Column
from ganbench.registry.registry import Registry
from ganbench.reporting.claims import claim_sheets
from ganbench.reporting.designs import design_of
from ganbench.reporting.report.aggregates import Aggregate, aggregates_of
from ganbench.reporting.report.charts import places_of
from ganbench.reporting.report.commands import provenance_lines
from ganbench.reporting.report.loading import Folder, Setting, folders_of, settings_of
from ganbench.reporting.report.pictures import MAX_BYTES, Embedded, Wanted, embedded
from ganbench.reporting.report.samples import (
    wanted_of,
)
from ganbench.reporting.report.sections import Section, main_columns, section_of
from ganbench.reporting.report.tradeoffs import Sweep, sweeps_of
from ganbench.reporting.sheets import Sheet
from ganbench.reporting.statistics import Interval
from ganbench.reporting.tables import (
    STATUSES,
    is_absent_reference,
)
from ganbench.results.benchmark_file import read_benchmark
from ganbench.results.folder import BENCHMARK
from ganbench.results.records import Row

TEMPLATES = Path(__file__).with_name("templates")
MARK = "<!-- made by ganbench report -->"  # by which a report is told from another file
Columns = Mapping[str, Column]


@dataclass(frozen=True)
class Judged:
    """The verdicts of one folder's claims. sheet: as `ganbench claims` prints it."""

    folder: str
    sheet: Sheet
    command: str


@dataclass(frozen=True)
class Ended:
    """A cell that is not done."""

    folder: str
    row: Row


@dataclass(frozen=True)
class Origin:
    """A folder: how its cells ended, and what made them."""

    folder: str
    path: str
    ends: tuple[tuple[str, int], ...]
    lines: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Report:
    title: str
    version: str
    origins: tuple[Origin, ...]
    filters: Mapping[str, tuple[str, ...]]
    sections: tuple[Section, ...]
    claims: tuple[Judged, ...]
    aggregates: tuple[Aggregate, ...]
    sweeps: tuple[Sweep, ...]
    ended: tuple[Ended, ...]
    notes: tuple[str, ...]
    cells: int


@dataclass(frozen=True)
class Made:
    """The file's text, and what could not be shown."""

    html: str
    notes: tuple[str, ...]


def report_of(paths: Sequence[Path], registry: Registry, interval: Interval = "t") -> Made:
    """The report of result folders as one HTML file.

    Raises UserError for a folder that is not there or has no rows. What else is wrong, such as a
    damaged picture, is said in the report.
    """
    folders = folders_of(paths)
    settings = settings_of(folders)
    pictures = embedded(in_order(settings), MAX_BYTES)
    report = gathered(folders, settings, registry, pictures, interval)
    faults = [fault for section in report.sections for fault in section.faults]
    return Made(rendered(report, pictures), (*report.notes, *faults))


def in_order(settings: Sequence[Setting]) -> Iterable[Wanted]:
    """The pictures of all settings, the most important ones of each before the others of any."""
    shown: set[tuple[str, str]] = set()
    tiers = []
    for setting in settings:
        task = setting.group.first.task
        own = {folder.name: folder for folder in setting.folders.values()}
        drawn = [folder for name, folder in own.items() if (name, task) not in shown]
        shown |= {(name, task) for name in own}
        tiers.append(wanted_of(setting, drawn))
    by_tier = zip_longest(*tiers, fillvalue=iter(()))
    return chain.from_iterable(chain.from_iterable(tier) for tier in by_tier)


def gathered(
    folders: Sequence[Folder],
    settings: Sequence[Setting],
    registry: Registry,
    pictures: Embedded,
    interval: Interval,
) -> Report:
    columns = registry.columns
    places = places_of(label for setting in settings for label in setting.group.by_model)
    sections = tuple(
        section_of(setting, registry, pictures, places, interval) for setting in settings
    )
    claims, claim_notes = claims_of(folders, columns, interval)
    everywhere = main_columns([s.group for s in settings], registry)
    rows = [row for folder in folders for row in folder.rows]
    return Report(
        title=" · ".join(folder.name for folder in folders),
        version=version("ganbench"),
        origins=tuple(origin_of(folder) for folder in folders),
        filters=filters_of(rows),
        sections=sections,
        claims=tuple(claims),
        aggregates=tuple(aggregates_of(settings, columns, everywhere)),
        sweeps=tuple(sweeps_of(settings, columns, everywhere, interval)),
        ended=tuple(ended_of(folders)),
        notes=(*notes_of(folders, settings, pictures), *claim_notes),
        cells=len(rows),
    )


def claims_of(
    folders: Sequence[Folder], columns: Columns, interval: Interval
) -> tuple[list[Judged], list[str]]:
    """Verdicts of each folder that was run from a benchmark file, and why there are none."""
    judged: list[Judged] = []
    notes: list[str] = []
    for folder in folders:
        path = folder.path / BENCHMARK
        if not path.is_file():
            continue
        try:
            claims, design = read_benchmark(path).claims, design_of(folder.path)
            sheets = claim_sheets(claims, folder.rows, columns, interval, design)
        except UserError as error:
            notes.append(f"claims of {folder.name} are not judged: {' '.join(str(error).split())}")
            continue
        command = f"ganbench claims {for_shell(folder.path)}"
        judged += [Judged(folder.name, sheet, command) for sheet in sheets]
    return judged, notes


def filters_of(rows: Sequence[Row]) -> dict[str, tuple[str, ...]]:
    """What rows can be filtered by, where they differ in it."""
    values = {
        "task": dict.fromkeys(row.task for row in rows),
        "preset": dict.fromkeys(row.preset for row in rows),
        "recipe": dict.fromkeys(row.recipe for row in rows if row.recipe),
        "model": dict.fromkeys(row.model for row in sorted(rows, key=lambda r: r.is_reference)),
    }
    return {name: tuple(found) for name, found in values.items() if len(found) > 1}


def ended_of(folders: Sequence[Folder]) -> list[Ended]:
    """Cells that are not done; references that the data do not have are named in the notes."""
    return [
        Ended(folder.name, row)
        for folder in folders
        for row in folder.rows
        if row.status != "done" and not is_absent_reference([row])
    ]


def origin_of(folder: Folder) -> Origin:
    counts = Counter(row.status for row in folder.rows)
    return Origin(
        folder=folder.name,
        path=str(folder.path),
        ends=tuple((status, counts[status]) for status in STATUSES if counts[status]),
        lines=tuple(provenance_lines(folder.rows)),
    )


def notes_of(
    folders: Sequence[Folder], settings: Sequence[Setting], pictures: Embedded
) -> list[str]:
    """What concerns the whole report."""
    notes = [
        f"{folder.name}: the last line of its rows was cut off and is left out; the same "
        "`ganbench run` restores it"
        for folder in folders
        if folder.torn
    ]
    if any(setting.apart for setting in settings):
        notes.append(
            "rows of one setting have numbers by protocols that do not compare: they are shown "
            "apart, each with what differs"
        )
    twice = [cell for cell, n in Counter(r.cell for f in folders for r in f.rows).items() if n > 1]
    if twice:
        notes.append(f"{len(twice)} cells are in more than one folder, and are shown in each")
    if pictures.faults:
        told = first_few(pictures.faults, "; ")
        notes.append(f"{len(pictures.faults)} pictures are damaged and left out: {told}")
    if pictures.is_full:
        notes.append(
            "some pictures are left out, to keep the file small: of first seeds the last ones came "
            "first; all are in the cells' folders"
        )
    return notes


def rendered(report: Report, pictures: Embedded) -> str:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,  # names come from users
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    strips = {
        picture.name: picture
        for section in report.sections
        for grid in section.grids
        for strip in grid.strips
        for _, picture in strip.frames
    }
    return environment.get_template("page.html").render(
        report=report,
        mark=Markup(MARK),
        strips=strips.values(),
        style=Markup((TEMPLATES / "style.css").read_text(encoding="utf-8")),
        script=Markup((TEMPLATES / "script.js").read_text(encoding="utf-8")),
    )
