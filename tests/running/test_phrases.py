"""A user's own phrases: what the grammar has, and what is refused with its line."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch

from ganbench.contracts.task import Domain, Split
from ganbench.core.errors import UserError
from ganbench.core.spec import DataSpec
from ganbench.running.phrases import read_phrases

WORDS = ("red", "boot", "blue", "pump")
SPEC = DataSpec(("tokens", "image"), (2, 4), (3, 16, 16), words_A=WORDS)


@dataclass(frozen=True)
class Known:
    """Kinds stand first, colours second."""

    spec: DataSpec = field(default=SPEC)

    def load(self, name: str) -> Split:
        numbers = np.array([[1, 0], [3, 2]])
        phrases = Domain(torch.from_numpy(numbers[..., None] == np.arange(4)))
        return Split(phrases, Domain(torch.zeros(2, 3, 16, 16, dtype=torch.uint8)))


def read(tmp_path: Path, text: str | bytes) -> list[list[int]]:
    path = tmp_path / "phrases.txt"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    made = read_phrases(path, Known(), "A")  # type: ignore[arg-type]
    assert made.dtype == torch.bool and made.shape[1:] == (2, 4)
    numbers: list[list[int]] = made.int().argmax(-1).tolist()
    return numbers


def test_phrases_are_read_line_by_line(tmp_path: Path) -> None:
    assert read(tmp_path, "boot red\n\n  pump   blue\r\nboot blue") == [[1, 0], [3, 2], [1, 2]]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("boot red\nboot", "a phrase of 1 words, not 2"),
        ("boot red\nboot crimson", "unknown word 'crimson'"),
        ("boot red\nred boot", "'red' never stands as word 1 of a phrase"),
    ],
)
def test_what_is_outside_of_the_grammar_is_refused_with_its_line(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(UserError) as error:
        read(tmp_path, text)
    assert told in error.value.what and "line 2" in str(error.value)


@pytest.mark.parametrize("text", ["", "\n \n", b"\xff\xfe\x00"])
def test_a_file_without_phrases_is_refused(tmp_path: Path, text: str | bytes) -> None:
    with pytest.raises(UserError):
        read(tmp_path, text)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        read_phrases(tmp_path / "none.txt", Known(), "A")  # type: ignore[arg-type]


NAMES = ("male", "long_hair", "glasses")
FACES = DataSpec(("attributes", "image"), (3,), (3, 16, 16), words_A=NAMES)
UNNAMED = DataSpec(("attributes", "image"), (3,), (3, 16, 16))


def attributes_of(path: Path, text: str, spec: DataSpec = FACES) -> list[list[bool]]:
    path.write_text(text, encoding="utf-8")
    made = read_phrases(path, Known(spec), "A")  # type: ignore[arg-type]
    assert made.dtype == torch.bool
    lists: list[list[bool]] = made.tolist()
    return lists


def test_attributes_are_read_line_by_line(tmp_path: Path) -> None:
    """In any order, as translations write them."""
    path, text = tmp_path / "some.txt", "glasses  male\n\nnone\r\nlong_hair\n"
    found = attributes_of(path, text)
    assert found == [[True, False, True], [False] * 3, [False, True, False]]
    kind = FACES.kinds["A"]
    shown = kind.to_array(torch.tensor(found).float(), NAMES).tolist()
    assert attributes_of(path, "\n".join(shown)) == found
    assert attributes_of(path, "2 0", UNNAMED) == [[True, False, True]]


@pytest.mark.parametrize("line", ["hat", "male none", "Male"])
def test_an_attribute_that_is_not_known_is_refused_with_its_line(tmp_path: Path, line: str) -> None:
    with pytest.raises(UserError, match="unknown attribute") as error:
        attributes_of(tmp_path / "some.txt", f"male\n{line}\n")
    assert "line 2" in str(error.value) and "male, long_hair, glasses; or none" in error.value.fix
