"""One setting as a report shows it: tables, seeds, curves, pictures, footers and commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ganbench.core.errors import first_few
from ganbench.registry.registry import Registry
from ganbench.reporting.budget_notes import budget_notes, micro_batch_notes
from ganbench.reporting.choice import is_main
from ganbench.reporting.designs import comparison_notes
from ganbench.reporting.entries import INTERVAL_TEXT, NO_NUMBER, ONE_SEED
from ganbench.reporting.groups import Group
from ganbench.reporting.origins import origin_notes
from ganbench.reporting.protocols import protocol_notes
from ganbench.reporting.report.charts import Panel, look
from ganbench.reporting.report.commands import Command, commands_of
from ganbench.reporting.report.comparison import Dots, Table, dots_of, tables_of
from ganbench.reporting.report.loading import Setting
from ganbench.reporting.report.pairwise import Pairwise, pairwise_of
from ganbench.reporting.report.pictures import Embedded, Picture
from ganbench.reporting.report.samples import (
    Drawing,
    Grid,
    Key,
    drawings_of,
    figures_in,
    folders_of,
    grids_of,
    without_pictures,
)
from ganbench.reporting.report.tradeoffs import cost_panels
from ganbench.reporting.report.training import training_of
from ganbench.reporting.sheets import seeds_text
from ganbench.reporting.statistics import Interval
from ganbench.reporting.tables import (
    reasons,
    selected_steps,
    selection_notes,
    unlike_notes,
)

MAX_OTHERS = 3


@dataclass(frozen=True)
class Legend:
    """A label and how it looks in the whole report."""

    label: str
    model: str
    recipe: str
    look: str


@dataclass(frozen=True)
class Section:
    """A setting as it is shown. task, preset: by which it is filtered."""

    name: str
    title: str
    task: str
    preset: str
    split: str
    apart: str
    legend: tuple[Legend, ...]  # of what was trained
    tables: tuple[Table, ...]
    pairwise: Pairwise
    dots: tuple[Dots, ...]
    training: tuple[Panel, ...]
    cost: tuple[Panel, ...]
    grids: tuple[Grid, ...]
    drawings: tuple[Drawing, ...]
    notes: tuple[str, ...]
    faults: tuple[str, ...]
    commands: tuple[Command, ...]
    seeds: str


def designs_of(setting: Setting) -> list[str]:
    """Notes on how many seeds the folders of a setting have, and why."""
    folders = dict.fromkeys(folder.path for folder in setting.folders.values())
    notes = [note for path in folders for note in comparison_notes(path)(setting.group)]
    return list(dict.fromkeys(notes))


def main_columns(groups: Sequence[Group], registry: Registry) -> list[str]:
    """The columns with a number that a short table shows; a few others where there is none."""
    numbered = list(dict.fromkeys(name for group in groups for name in group.metrics))
    minor = registry.minor_columns
    return [name for name in numbered if is_main(name, minor)] or numbered[:MAX_OTHERS]


def section_of(
    setting: Setting,
    registry: Registry,
    pictures: Embedded,
    places: Mapping[str, int],
    interval: Interval,
) -> Section:
    group, columns = setting.group, registry.columns
    first = group.first
    main = main_columns([group], registry)
    training = training_of(setting, columns, main, places)
    own = {key: one for key, one in pictures.pictures.items() if key[0] == setting.name}
    labels = [(label, rows[0]) for label, rows in group.trained.items()]
    return Section(
        name=setting.name,
        title=setting.title,
        task=first.task,
        preset=first.preset,
        split=first.split,
        apart=setting.apart,
        legend=tuple(Legend(k, row.model, row.recipe, look(places[k])) for k, row in labels),
        tables=tuple(tables_of(setting, columns, places, interval)),
        pairwise=pairwise_of(group, columns, main, interval, designs_of(setting)),
        dots=tuple(dots_of(setting, columns, main, places, interval)),
        training=training.panels,
        cost=tuple(cost_panels(setting, columns, main, places, interval)),
        grids=tuple(grids_of(setting, own, places)),
        drawings=tuple(drawings_of(own)),
        notes=tuple(footers(group, interval)),
        faults=(*training.notes, *picture_notes(setting, own)),
        commands=tuple(commands_of(setting, registry)),
        seeds=seeds_text(len({row.seed for row in group.rows})),
    )


def footers(group: Group, interval: Interval) -> list[str]:
    """What a table says below itself: budget, protocols, reasons."""
    return [
        *budget_notes(group),
        *micro_batch_notes(group),
        *unlike_notes(group),
        *reasons(group),
        *protocol_notes(group.rows, group.metrics),
        *selection_notes(group, selected_steps(group)),
        *origin_notes(group),
        f"{numbers_text(group, interval)}; ↑ higher is better, ↓ lower; bold: the best mean of the "
        "models, which says nothing of significance",
    ]


def numbers_text(group: Group, interval: Interval) -> str:
    """What the table's numbers are; of intervals only where some seeds make one."""
    most = max((len(m.numbers) for own in group.measured.values() for m in own.values()), default=0)
    return INTERVAL_TEXT[interval] if most > 1 else ONE_SEED if most else NO_NUMBER


def picture_notes(setting: Setting, pictures: Mapping[Key, Picture]) -> list[str]:
    bare = without_pictures(setting)
    if bare:
        which = "no cell" if not pictures else f"no cell of {first_few(bare)}"
        return [f"{which} has its arrays in the folder, so its samples cannot be shown one by one"]
    task = setting.group.first.task
    undrawn = [f.path for f in folders_of(setting) if not any(figures_in(f, task))]
    return [
        f"no figures of metrics in {path}: the same `ganbench run` draws them" for path in undrawn
    ]
