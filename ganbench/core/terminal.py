"""What is drawn on a terminal. Names come from users' files, so nothing is read as markup."""

from __future__ import annotations

from rich.console import Console
from rich.progress import TextColumn

PIPE_WIDTH = 160


def console(*, stderr: bool = False) -> Console:
    """A console that shows every text as it is, square brackets and `:names:` too, and does not
    squeeze tables into 80 columns where nothing limits them.
    """
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = PIPE_WIDTH
    return made


def text_column(template: str) -> TextColumn:
    """A column of a progress bar whose texts are shown as they are.

    template: filled from the bar's `task`, as by `str.format`.
    """
    return TextColumn(template, markup=False)
