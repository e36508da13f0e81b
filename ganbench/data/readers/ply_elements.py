"""The tables of a PLY file as arrays, whatever they are called."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ganbench.data.readers.triangles import Floats, Ints, Unreadable, quoted

NUMBERS = {
    **{"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"},
    **{"float": "f4", "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2"},
    **{"int32": "i4", "uint32": "u4", "float32": "f4", "float64": "f8", "int64": "i8"},
    "uint64": "u8",
}
ORDERS = {"ascii": "", "binary_little_endian": "<", "binary_big_endian": ">"}
CUT_OFF = "it is cut off: there is less in it than its header tells"
NO_HEADER = "it does not begin as a PLY file does"


@dataclass(frozen=True, eq=False)
class Column:
    """One number an item. kind: "f" for floats, else NumPy's name of the type, such as "u1"."""

    values: npt.NDArray[Any]
    kind: str


@dataclass(frozen=True, eq=False)
class List:
    """Several numbers an item. values: of all items one after the other, (sum of counts,)."""

    counts: Ints
    values: npt.NDArray[Any]


Table = dict[str, Column | List]


@dataclass(frozen=True)
class _Property:
    """count: the type of a list's length; empty for a single number."""

    name: str
    type: str
    count: str = ""


@dataclass
class _Element:
    name: str
    length: int
    properties: list[_Property] = field(default_factory=list)


def read_elements(data: bytes) -> tuple[dict[str, Table], list[str]]:
    """The elements by name, and the names of the texture files.

    Raises Unreadable for a file that is no PLY file or is cut off.
    """
    lines, body = _header(data)
    order, elements, textures = _described(lines)
    tables: dict[str, Table] = {}
    if order == "":
        text = body.decode("ascii", errors="replace").split()
        try:
            numbers = np.array(text, dtype=np.float64)
        except ValueError:
            raise Unreadable("it has something that is no number") from None
        start = 0
        for element in elements:
            tables[element.name], start = _of_text(element, numbers, start)
    else:
        start = 0
        for element in elements:
            tables[element.name], start = _of_bytes(element, body, start, order)
    return tables, textures


def _header(data: bytes) -> tuple[list[str], bytes]:
    if not data.startswith((b"ply\n", b"ply\r")):
        raise Unreadable(NO_HEADER)
    end = data.find(b"end_header")
    if end < 0:
        raise Unreadable(CUT_OFF)
    body = data[end + len(b"end_header") :].lstrip(b" ")
    for ending in (b"\r\n", b"\n", b"\r"):
        if body.startswith(ending):
            return data[:end].decode("utf-8", errors="replace").splitlines(), body[len(ending) :]
    raise Unreadable(CUT_OFF if not body else NO_HEADER)


def _described(lines: Sequence[str]) -> tuple[str, list[_Element], list[str]]:
    order, elements, textures = "?", list[_Element](), list[str]()
    for line in lines:
        match line.split():
            case ["format", name, _] if name in ORDERS:
                order = ORDERS[name]
            case ["comment", "TextureFile", *_]:
                textures.append(line.split("TextureFile", 1)[1].strip())
            case ["element", name, length] if length.isdecimal():
                elements.append(_Element(name, int(length)))
            case ["property", "list", count, kind, name] if elements and {count, kind} <= {
                *NUMBERS
            }:
                elements[-1].properties.append(_Property(name, NUMBERS[kind], NUMBERS[count]))
            case ["property", kind, name] if elements and kind in NUMBERS:
                elements[-1].properties.append(_Property(name, NUMBERS[kind]))
            case ["format" | "element" | "property", *_]:
                raise Unreadable(f"its header has {quoted(line)}, which is not understood")
    if order == "?":
        raise Unreadable(NO_HEADER)
    return order, elements, textures


def _of_text(element: _Element, numbers: Floats, start: int) -> tuple[Table, int]:
    """The element's table, and where the next one starts."""
    width = sum(not p.count for p in element.properties)
    if width == len(element.properties):
        end = start + element.length * width
        if end > len(numbers):
            raise Unreadable(CUT_OFF)
        rows = numbers[start:end].reshape(element.length, width)
        kinds = [_kind(p) for p in element.properties]
        columns = {p.name: Column(rows[:, i], kinds[i]) for i, p in enumerate(element.properties)}
        return {**columns}, end
    lists: list[list[Floats]] = [[] for _ in element.properties]
    for _ in range(element.length):
        for values, property_ in zip(lists, element.properties, strict=True):
            count = 1
            if property_.count and start < len(numbers):
                count = _count(numbers[start])
                start += 1
            values.append(numbers[start : start + count])
            start += count
            if start > len(numbers):
                raise Unreadable(CUT_OFF)
    return _joined(element, lists), start


def _of_bytes(element: _Element, body: bytes, start: int, order: str) -> tuple[Table, int]:
    """The same of a binary file; at once where all lists of a property are equally long."""
    if not element.length or not element.properties:
        return {p.name: _empty(p) for p in element.properties}, start
    counts = _first_counts(element, body, start, order)
    fields: list[Any] = []
    for i, (property_, count) in enumerate(zip(element.properties, counts, strict=True)):
        fields += [(f"n{i}", order + property_.count)] if property_.count else []
        fields += [(f"v{i}", order + property_.type, (count,))]
    record = np.dtype(fields)
    end = start + element.length * record.itemsize
    if end <= len(body):
        rows = np.frombuffer(body, record, element.length, start)
        lists = [i for i, p in enumerate(element.properties) if p.count]
        if all((rows[f"n{i}"] == counts[i]).all() for i in lists):
            return {
                p.name: _whole(p, rows[f"v{i}"], counts[i])
                for i, p in enumerate(element.properties)
            }, end
    return _one_by_one(element, body, start, order)


def _first_counts(element: _Element, body: bytes, start: int, order: str) -> list[int]:
    """Numbers that each property of the first item has."""
    counts = []
    for property_ in element.properties:
        count = 1
        if property_.count:
            (number,) = _take(body, start, order + property_.count, 1)
            count = _count(number)
            start += np.dtype(property_.count).itemsize
        counts.append(count)
        start += count * np.dtype(property_.type).itemsize
        if start > len(body):
            raise Unreadable(CUT_OFF)
    return counts


def _one_by_one(element: _Element, body: bytes, start: int, order: str) -> tuple[Table, int]:
    lists: list[list[Floats]] = [[] for _ in element.properties]
    types = [(order + p.count if p.count else "", order + p.type) for p in element.properties]
    sizes = [(np.dtype(c).itemsize if c else 0, np.dtype(t).itemsize) for c, t in types]
    for _ in range(element.length):
        for values, (count_type, kind), (head, item) in zip(lists, types, sizes, strict=True):
            count = _count(_take(body, start, count_type, 1)[0]) if count_type else 1
            values.append(_take(body, start + head, kind, count))
            start += head + count * item
    return _joined(element, lists), start


def _take(body: bytes, start: int, kind: str, count: int) -> npt.NDArray[Any]:
    try:
        return np.frombuffer(body, kind, count, start)
    except ValueError:
        raise Unreadable(CUT_OFF) from None


def _count(number: float) -> int:
    if not (number >= 0 and float(number).is_integer()):
        raise Unreadable("it has a list whose length is no number of things")
    return int(number)


def _joined(element: _Element, lists: Sequence[Sequence[npt.NDArray[Any]]]) -> Table:
    table: Table = {}
    for property_, values in zip(element.properties, lists, strict=True):
        flat = np.concatenate(values) if values else np.empty(0)
        counts = np.array([len(value) for value in values], dtype=np.int64)
        table[property_.name] = (
            List(counts, flat) if property_.count else Column(flat, _kind(property_))
        )
    return table


def _whole(property_: _Property, rows: npt.NDArray[Any], count: int) -> Column | List:
    flat = rows.reshape(-1)
    if property_.count:
        return List(np.full(len(rows), count, dtype=np.int64), flat)
    return Column(flat, _kind(property_))


def _empty(property_: _Property) -> Column | List:
    if property_.count:
        return List(np.empty(0, dtype=np.int64), np.empty(0))
    return Column(np.empty(0), _kind(property_))


def _kind(property_: _Property) -> str:
    return "f" if property_.type.startswith("f") else property_.type
