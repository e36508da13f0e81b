"""What is drawn on a terminal. Names come from users' files, so nothing is read as markup."""

from __future__ import annotations

from shutil import get_terminal_size
from textwrap import TextWrapper
from typing import TextIO

from rich.console import Console
from rich.progress import TextColumn

PIPE_WIDTH = 160
TEXT_WIDTH = 100  # where no terminal limits it
INDENT = "  "


def console(*, stderr: bool = False) -> Console:
    """A console that shows every text as it is, square brackets and `:names:` too, and does not
    squeeze tables into 80 columns where nothing limits them.
    """
    made = Console(stderr=stderr, highlight=False, markup=False, emoji=False)
    if not made.is_terminal:
        made.width = PIPE_WIDTH
    return made


def text_width(without: int = TEXT_WIDTH) -> int:
    """Letters of a line that is read. without: where no terminal limits it."""
    return get_terminal_size((without, 0)).columns


def wrapped(text: str, width: int, first: str = "", rest: str = INDENT) -> str:
    """The text in lines of so many letters. first, rest: what a line, and what goes on of it below,
    begins with.
    """
    wrapper = TextWrapper(width, first, rest, break_on_hyphens=False, break_long_words=False)
    return "\n".join(map(wrapper.fill, text.splitlines()))


def message(text: str, out: TextIO) -> str:
    """As wide as the terminal is; whole where `out` is a log or the like, to be searched."""
    width = text_width(0) if out.isatty() else 0
    return wrapped(text, width) if width else text


def text_column(template: str) -> TextColumn:
    """A column of a progress bar whose texts are shown as they are.

    template: filled from the bar's `task`, as by `str.format`.
    """
    return TextColumn(template, markup=False)
