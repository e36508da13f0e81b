"""How a run that is under way looks on a terminal: a bar a cell, and one for all of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rich.cells import cell_len, set_cell_size
from rich.console import Group, RenderableType
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ganbench.results.run_state import CellState, PlannedCell, Run

BAR, MAX_BAR, GAP = 8, 30, 2  # letters
INDENT = "  "
MAX_BELOW = 2  # lines of losses
LINES_BELOW = 3  # of the screen, which are not the cells'
ALL = "all cells"
WHOLE_TASK, WHOLE_MODEL = 4, 6  # letters that are left of long names
DAY_SEC, HOUR_SEC, MINUTE_SEC = 86_400, 3_600, 60


@dataclass(frozen=True)
class Line:
    """share: of the work that is done, from 0 to 1. texts: beside the bar. below: what is told in
    lines of its own, if there is room.
    """

    name: str
    share: float
    texts: tuple[str, str, str]
    below: tuple[str, ...] = ()


def run_view(run: Run, now: float, width: int, height: int) -> RenderableType:
    """Bars of the cells under way and of the whole run. width, height: of the screen, in letters;
    where lines are few, losses are left out, and then cells. now: seconds since 1970.
    """
    room = max(1, height - LINES_BELOW)
    states = run.state.cells
    shown = states if len(states) <= room else states[: room - 1]
    planned = {cell.cell: cell for cell in run.plan.cells}
    tasks = {cell.task for cell in run.plan.cells}
    lines = [cell_line(planned[state.cell], state, now) for state in shown]
    lines.append(whole_line(run, now, next(iter(tasks)) if len(tasks) == 1 else ""))
    columns = [max(cell_len(line.texts[i]) for line in lines) for i in range(3)]
    left = width - sum(columns) - 4 * GAP
    cut = [cut_name(planned[state.cell], left - BAR, len(tasks) > 1) for state in shown]
    names = [*cut, set_cell_size(lines[-1].name, min(left - BAR, cell_len(lines[-1].name)))]
    widest = max(map(cell_len, names))
    widths = [widest, max(BAR, min(MAX_BAR, left - widest)), *columns]
    below = min(MAX_BELOW, room // max(1, len(states)) - 1)
    parts: list[RenderableType] = []
    for name, line in zip(names, lines, strict=True):
        told = (line.name, *line.below) if "…" in name else line.below
        parts.append(drawn(line, name, widths))
        parts += [Text(text, "dim", no_wrap=True) for text in filled(told, width - 1, below)]
    if len(shown) < len(states):
        parts.insert(-1, Text(f"… and {len(states) - len(shown)} more cells", "dim"))
    if run.state.doing:
        doing = f"{run.state.doing}, {duration(now - run.plan.started)}"
        parts.append(Text(cell_text(doing, width - 1), "dim", no_wrap=True))
    return Group(*parts)


def filled(texts: Sequence[str], width: int, most: int) -> list[str]:
    """The texts in lines of so many letters, a mark where some do not fit into `most` lines."""
    lines: list[str] = []
    for text in texts:
        longer = f"{lines[-1]}{INDENT}{text}" if lines else ""
        if lines and cell_len(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(cell_text(INDENT + text, width))
    if len(lines) > most > 0:
        lines[most - 1] = set_cell_size(lines[most - 1], width - 2).rstrip() + " …"
    return lines[: max(0, most)]


def drawn(line: Line, name: str, widths: Sequence[int]) -> Table:
    grid = Table.grid(padding=(0, GAP, 0, 0))
    for column, each in enumerate(widths):
        grid.add_column(width=each, no_wrap=True, justify="right" if column > 1 else "left")
    bar = ProgressBar(total=1.0, completed=line.share, width=widths[1])
    grid.add_row(Text(name), bar, *map(Text, line.texts))
    return grid


def cell_line(cell: PlannedCell, state: CellState, now: float) -> Line:
    """A cell's bar, with its step and the time that its training still takes."""
    share = state.step / cell.steps if cell.steps else 0.0
    steps = f"{state.step:,}/{cell.steps:,}" if cell.steps else ""
    left = ""
    if state.sec_per_step and state.step < cell.steps:
        left = f"{duration((cell.steps - state.step) * state.sec_per_step)} left"
    doing = f"{state.doing}, {duration(now - state.since)}" if state.doing else ""
    told = (doing, speed(cell, state), *losses_texts(state.losses))
    percent = f"{share:.0%}" if cell.steps else ""
    return Line(cell.name, share, (percent, steps, left), tuple(filter(None, told)))


def whole_line(run: Run, now: float, task: str) -> Line:
    """The bar of all that is to be done. task: of all cells, or empty."""
    steps = {cell.cell: cell.steps for cell in run.plan.cells}
    total, number = sum(steps.values()), len(run.plan.cells)
    done = number - run.state.left
    trained = sum(min(state.step, steps[state.cell]) for state in run.state.cells)
    of_done = total - run.state.left_steps
    share = (of_done + trained) / total if total else done / max(1, number)
    end = run.state.expected_end
    left = f"{duration(max(0.0, end - now))} left" if end is not None and run.state.left else ""
    name = f"{task}, {ALL}" if task else ALL
    return Line(name, share, (f"{share:.0%}", f"{done:,}/{number:,} cells", left))


def cut_name(cell: PlannedCell, width: int, with_task: bool) -> str:
    """The cell's name in so many letters; its seed is never cut."""
    seed = f" seed {cell.seed}"
    head = f"{cell.task} {cell.model}" if with_task else cell.model
    room = max(1, width - len(seed))
    if with_task and cell_len(head) > room:
        task = cell_text(cell.task, max(WHOLE_TASK, room - cell_len(cell.model) - 1))
        head = f"{task} {cell.model}"
    return cell_text(head, room) + seed


def cell_text(text: str, width: int) -> str:
    """Cut to so many letters of the terminal, with a mark where something is left out."""
    if cell_len(text) <= width:
        return text
    return set_cell_size(text, width - 1).rstrip() + "…"


def speed(cell: PlannedCell, state: CellState) -> str:
    """Samples of both domains a second."""
    if not (state.sec_per_step and cell.samples):
        return ""
    return f"{significant(cell.samples / state.sec_per_step)} {cell.unit}/s"


def significant(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"


def losses_texts(losses: Mapping[str, float | None]) -> list[str]:
    def shown(value: float | None) -> str:
        return "not finite" if value is None else f"{value:.3g}"

    return [f"{name} {shown(value)}" for name, value in losses.items()]


def duration(sec: float) -> str:
    """Such as "42 s", "3:07 min", "1:02 h" and "2 d 3 h"."""
    whole = round(sec)
    if whole < MINUTE_SEC:
        return f"{whole} s"
    if whole < HOUR_SEC:
        return "{}:{:02} min".format(*divmod(whole, MINUTE_SEC))
    if whole < DAY_SEC:
        return "{}:{:02} h".format(*divmod(whole // MINUTE_SEC, 60))
    return "{} d {} h".format(*divmod(whole // HOUR_SEC, 24))
