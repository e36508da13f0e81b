"""Rows: what is stored stays, whatever happens to the last line."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs

from ganbench.core.errors import UserError
from ganbench.results.folder import (
    ROWS,
    GrowingRows,
    append_row,
    open_output,
    read_rows,
    set_torn_aside,
)
from ganbench.results.jsonl import RowReader
from ganbench.results.records import Row

ROW = Row(
    *("c0", "standard", "toy", "mixture", "quick", "paper", 0, "done"),
    metrics={"x": 1.5},
    budget={"budget_steps": 10, "width": 8},
)


def rows(n: int) -> list[Row]:
    return [structs.replace(ROW, cell=f"c{i}", seed=i) for i in range(n)]


def test_rows_come_back_in_order(tmp_path: Path) -> None:
    for row in rows(3):
        append_row(tmp_path, row)
    assert read_rows(tmp_path).rows == tuple(rows(3))


def test_the_latest_row_of_a_cell_counts(tmp_path: Path) -> None:
    for row in (ROW, structs.replace(ROW, cell="c1"), structs.replace(ROW, status="failed")):
        append_row(tmp_path, row)
    assert [(r.cell, r.status) for r in read_rows(tmp_path).rows] == [
        ("c0", "failed"),
        ("c1", "done"),
    ]


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 2_000))
def test_a_cut_off_file_keeps_every_whole_row(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    folder = tmp_path_factory.mktemp("rows")
    for row in rows(4):
        append_row(folder, row)
    data = (folder / ROWS).read_bytes()[:cut]
    (folder / ROWS).write_bytes(data)
    stored = read_rows(folder)
    whole = data.count(b"\n")
    assert stored.rows[:whole] == tuple(rows(whole))
    if stored.torn:
        aside = set_torn_aside(folder, stored.torn)
        assert aside.read_text() == stored.torn + "\n"
    append_row(folder, structs.replace(ROW, cell="new"))
    assert [r.cell for r in read_rows(folder).rows][-1] == "new"
    assert len(read_rows(folder).rows) == len(stored.rows) + 1


def test_nonsense_in_the_middle_is_an_error_with_its_line(tmp_path: Path) -> None:
    append_row(tmp_path, ROW)
    with open(tmp_path / ROWS, "a") as file:
        file.write("nonsense\n")
    append_row(tmp_path, structs.replace(ROW, cell="c1"))
    with pytest.raises(UserError, match="line 2 is no row"):
        read_rows(tmp_path)


def test_an_unwritable_folder_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match="cannot be written"):
        open_output(tmp_path / "file" / "below")


text = st.text(max_size=10)
values = st.one_of(st.floats(allow_nan=False, allow_infinity=False), text)


@given(reason=text, metrics=st.dictionaries(text, values), seed=st.integers(0, 2**40))
def test_a_row_survives_its_text(reason: str, metrics: dict[str, float | str], seed: int) -> None:
    row = structs.replace(ROW, reason=reason, metrics=metrics, seed=seed)
    assert RowReader().read(row.to_json().encode()) == row


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("append"), st.integers(0, 5)),
            st.tuples(st.just("look"), st.just(0)),
            st.tuples(st.just("tear"), st.integers(1, 400)),
        ),
        max_size=12,
    )
)
def test_a_growing_file_is_read_as_if_at_once(
    tmp_path_factory: pytest.TempPathFactory, doings: list[tuple[str, int]]
) -> None:
    """Whatever is appended between two looks, or cut off by a crash and then set aside."""
    folder = tmp_path_factory.mktemp("rows")
    growing, path = GrowingRows(folder), folder / ROWS
    line = structs.replace(ROW, cell="torn").to_json().encode()
    for number, (doing, value) in enumerate((*doings, ("look", 0))):
        if doing == "append":
            append_row(folder, structs.replace(ROW, cell=f"c{value}", seed=number))
        elif doing == "look":
            assert growing.look() == {row.cell: row for row in read_rows(folder).rows}
        else:
            with open(path, "ab") as file:
                file.write(line[: min(value, len(line) - 1)])
            growing.look()
            set_torn_aside(folder, read_rows(folder).torn)


def test_a_growing_file_is_not_read_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    growing, looked = GrowingRows(tmp_path), []
    read_all = RowReader.read_all

    def watched(reader: RowReader, file: BinaryIO) -> list[Row]:
        found = read_all(reader, file)
        looked.append(len(found))
        return found

    monkeypatch.setattr(RowReader, "read_all", watched)
    for row in rows(3):
        append_row(tmp_path, row)
        growing.look()
    assert looked == [1, 1, 1]
    assert list(growing.look()) == ["c0", "c1", "c2"]
