"""The one exception a user ever sees: what is wrong, where, and how to fix it."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

NAMED = 3


def printable(text: str) -> str:
    """Bytes of a file's name that are no UTF-8, which Python carries as lone surrogates, as escapes
    that can be printed, encoded and read back by strict readers of JSON.
    """
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


class UserError(Exception):
    """A mistake in what the user gave, as one message.

    what: the fault, in one sentence.
    where: the file, option or name with the fault; may be empty.
    fix: what to do about it; may be empty.
    exit_code: of a command that ends with it.
    """

    exit_code = 2

    def __init__(self, what: str, where: str = "", fix: str = "") -> None:
        super().__init__(what, where, fix)
        self.what = what
        self.where = where
        self.fix = fix

    def __str__(self) -> str:
        parts = [self.what]
        if self.where:
            parts.append(f"  where: {self.where}")
        if self.fix:
            parts.append(f"  fix:   {self.fix}")
        return printable("\n".join(parts))


class Undefined(UserError):
    """These samples have no such number; a row has the reason in its place."""


def first_few(items: Iterable[str], between: str = ", ") -> str:
    """The first of a list, and how many more there are."""
    listed = list(items)
    more = f" and {len(listed) - NAMED} more" if len(listed) > NAMED else ""
    return between.join(listed[:NAMED]) + more


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """A hint that names the closest known spelling, or else all of them."""
    names = sorted(known)
    close = difflib.get_close_matches(wrong, names, n=1, cutoff=0.5)
    if close:
        return f"did you mean '{close[0]}'?"
    return f"known: {', '.join(names)}" if names else "nothing is known under that kind"


def unknown(kind: str, wrong: str, known: Iterable[str], where: str = "") -> UserError:
    """The error for a name that is not in `known`."""
    return UserError(f"unknown {kind} '{wrong}'", where, did_you_mean(wrong, known))
