"""Sheets that fit a width: nothing is cut, words alone are folded, lines and columns may change."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ganbench.reporting.layout import GAP, column_widths, fitted, fold, transposed
from ganbench.reporting.sheets import Sheet

WORDS = st.text("ab _-↑é", min_size=1, max_size=30)
NUMBERS = st.sampled_from(["0.735 ± 0.210", "0 ± 0", "skipped", "0.00668 ± 0.00105"])
SHEET = Sheet(
    "a task",
    ("metric", "standard", "discogan"),
    (("kd_visible ↓", "0.535 ± 0.067", "0.0509 ± 0.0118"), ("seeds done", "10", "10")),
    ("a note",),
    (),
    frozenset({1}),
    across="model",
    turns=True,
)


@st.composite
def sheets(draw: st.DrawFn) -> Sheet:
    columns, lines = draw(st.integers(1, 8)), draw(st.integers(0, 5))
    body = tuple((draw(WORDS), *(draw(NUMBERS) for _ in range(columns - 1))) for _ in range(lines))
    across = draw(st.sampled_from(["", "model"]))
    return Sheet(
        "t",
        tuple(draw(WORDS) for _ in range(columns)),
        body,
        (),
        (),
        across=across,
        turns=bool(across),
    )


def total(sheet: Sheet) -> int:
    widths = column_widths(sheet)
    return sum(widths) + GAP * (len(widths) - 1)


def plain(text: str) -> str:
    return text.replace("\n", "").replace(" ", "")


@given(sheet=sheets(), width=st.integers(20, 120))
def test_nothing_is_lost_and_what_can_fit_fits(sheet: Sheet, width: int) -> None:
    found = fitted(sheet, width)
    turned = found[0].across != sheet.across
    whole = transposed(sheet) if turned else sheet
    for column in range(sheet.keys, len(whole.head)):
        cells = [plain(line[column]) for line in (whole.head, *whole.lines)]
        parts = [
            [plain(text) for text in of_part]
            for part in found
            for of_part in list(zip(part.head, *part.lines, strict=True))[part.keys :]
        ]
        assert cells in parts
    for part in found:
        assert total(part) <= width or len(part.head) <= sheet.keys + 1
        assert all("\n" not in text for line in part.lines for text in line[part.texts :])


@given(text=WORDS, width=st.integers(1, 40))
def test_a_fold_keeps_every_letter_and_every_word(text: str, width: int) -> None:
    lines = fold(text, width).split("\n")
    assert plain("".join(lines)) == plain(text)


@given(words=st.lists(st.text("abc", min_size=1, max_size=9), min_size=1), width=st.integers(9, 40))
def test_lines_are_filled_and_no_word_is_parted(words: list[str], width: int) -> None:
    lines = fold(" ".join(words), width).split("\n")
    assert [word for line in lines for word in line.split()] == words
    for line, following in pairwise(lines):
        assert len(line) <= width < len(line) + 1 + len(following.split()[0])


def test_an_arrow_stays_with_its_name() -> None:
    assert fold("mode_collisions ↓", 6) == "mode_\ncollisions ↓"


def test_as_much_as_there_is_room_for_stands_side_by_side() -> None:
    (one,) = fitted(SHEET, 44)
    assert one.head == SHEET.head
    assert [part.head for part in fitted(SHEET, 32)] == [
        ("model", "kd_visible ↓", "seeds\ndone"),
    ]


def test_lines_keep_their_names_in_every_part() -> None:
    first, second = fitted(SHEET, 28)
    assert first.head == ("metric", "standard") and second.head == ("metric", "discogan")
    assert [line[0] for line in second.lines] == ["kd_visible ↓", "seeds done"]


def test_twice_transposed_is_the_sheet() -> None:
    sheet = replace(SHEET, bold=frozenset({(0, 2)}), column_rules=frozenset({2}))
    turned = transposed(sheet)
    assert turned.lines[1] == ("discogan", "0.0509 ± 0.0118", "10")
    assert turned.bold == {(1, 1)} and turned.rules == {1}
    assert transposed(turned) == sheet


def test_what_is_bold_stays_so_in_its_part() -> None:
    first, second = fitted(replace(SHEET, bold=frozenset({(0, 2)}), marked=frozenset({(0, 1)})), 28)
    assert (first.bold, first.marked) == (frozenset(), {(0, 1)})
    assert (second.bold, second.marked) == ({(0, 1)}, frozenset())
