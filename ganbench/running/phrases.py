"""Phrases and attributes of a user's own, one sample a line of a text file, as models take them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.task import Task
from ganbench.core.errors import UserError
from ganbench.core.kinds import NONE, DataKind, one_hot
from ganbench.core.spec import DomainName

OPTION = "--phrases"
Reader = Callable[[Sequence[str], str], Tensor]  # of the words of a line, and where it stands


def read_phrases(path: Path, task: Task, domain: DomainName) -> Tensor:
    """The phrases of a file as bools (n, positions, words), or the attributes of each line as bools
    (n, attributes), as `phrases.txt` of a translation has them. Empty lines are left out.

    Raises UserError, with the line, for an attribute that the domain does not know, and for a
    phrase that its grammar does not have: of another length, with a word that it does not know, or
    with one that never stands there in the train phrases.
    """
    read = READERS[task.spec.kinds[domain].name](task, domain)
    made = [
        read(line.split(), f"{path}, line {number}")
        for number, line in enumerate(lines_of(path), 1)
        if line.strip()
    ]
    if not made:
        raise UserError("the file has no phrase", str(path), "write one a line")
    return torch.stack(made)


def phrases(task: Task, domain: DomainName) -> Reader:
    """Reads the words of a phrase."""
    words = np.array(task.spec.words(domain))
    there = task.load("train").domain(domain).samples.any(0).numpy()
    grammar = [words[place].tolist() for place in there]

    def read(given: Sequence[str], where: str) -> Tensor:
        known = numbers(given, words.tolist(), grammar, where)
        return one_hot(torch.tensor(known), len(words))

    return read


def attributes(task: Task, domain: DomainName) -> Reader:
    """Reads the names of those that a sample has, in any order, or `none`."""
    count = task.spec.shape(domain)[-1]
    names = task.spec.words(domain) or tuple(map(str, range(count)))

    def read(given: Sequence[str], where: str) -> Tensor:
        has = [] if [*given] == [NONE] else given
        for name in has:
            if name not in names:
                fix = f"write some of {', '.join(names)}; or {NONE}"
                raise UserError(f"unknown attribute '{name}'", where, fix)
        return torch.tensor([name in has for name in names])

    return read


def lines_of(path: Path) -> list[str]:
    """Raises UserError for a file that cannot be read as text."""
    try:
        return path.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not text in UTF-8"
        raise UserError(
            f"the phrases cannot be read: {reason}", str(path), "give a text file, one a line"
        ) from error


def numbers(
    given: Sequence[str], words: Sequence[str], grammar: Sequence[Sequence[str]], where: str
) -> list[int]:
    """The numbers of a phrase's words. Raises UserError for a phrase outside of the grammar."""
    example = f"write such as '{' '.join(known[0] for known in grammar)}'"
    if len(given) != len(grammar):
        raise UserError(f"a phrase of {len(given)} words, not {len(grammar)}", where, example)
    for place, (word, known) in enumerate(zip(given, grammar, strict=True), 1):
        if word not in known:
            is_word = word in words
            what = f"'{word}' never stands as word {place} of a phrase"
            raise UserError(
                what if is_word else f"unknown word '{word}'",
                where,
                f"write one of {', '.join(known)} there",
            )
    return [list(words).index(word) for word in given]


READERS: Mapping[DataKind, Callable[[Task, DomainName], Reader]] = {
    "tokens": phrases,
    "attributes": attributes,
}
