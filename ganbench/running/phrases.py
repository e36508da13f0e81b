"""Phrases of a user's own, one a line of a text file, as a model of words takes them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganbench.contracts.task import Task
from ganbench.core.errors import UserError
from ganbench.core.kinds import one_hot
from ganbench.core.spec import DomainName

OPTION = "--phrases"


def read_phrases(path: Path, task: Task, domain: DomainName) -> Tensor:
    """The phrases of a file as bools (n, positions, words). Empty lines are left out.

    Raises UserError, with the line, for a phrase that the domain's grammar does not have: of
    another length, with a word that it does not know, or with one that never stands there in the
    train phrases.
    """
    words = np.array(task.spec.words(domain))
    there = task.load("train").domain(domain).samples.any(0).numpy()
    grammar = [words[place].tolist() for place in there]
    phrases = [
        numbers(line.split(), words.tolist(), grammar, f"{path}, line {number}")
        for number, line in enumerate(lines_of(path), 1)
        if line.strip()
    ]
    if not phrases:
        raise UserError("the file has no phrase", str(path), "write one a line")
    return one_hot(torch.tensor(phrases), len(words))


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
