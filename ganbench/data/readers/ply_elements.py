"""The tables of a PLY file as arrays, whatever they are called."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from ganbench.data.readers.triangles import Ints, Unreadable, quoted

NUMBERS = {
    **{"char": "i1", "uchar": "u1", "short": "i2", "ushort": "u2", "int": "i4", "uint": "u4"},
    **{"float": "f4", "double": "f8", "int8": "i1", "uint8": "u1", "int16": "i2", "uint16": "u2"},
    **{"int32": "i4", "uint32": "u4", "float32": "f4", "float64": "f8", "int64": "i8"},
    "uint64": "u8",
}
TEXT = "text"
DOUBLE = "<f8"
ORDERS = {"ascii": TEXT, "binary_little_endian": "<", "binary_big_endian": ">"}
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
    """type: of its numbers. count: the type of a list's length; empty for a single number."""

    name: str
    type: str
    count: str = ""

    @property
    def kind(self) -> str:
        return "f" if self.type.startswith("f") else self.type


@dataclass
class _Element:
    name: str
    length: int
    properties: list[_Property] = field(default_factory=list)


@dataclass(frozen=True)
class _Body:
    """What follows the header. types: by a number's type, what NumPy calls it as it is stored."""

    data: bytes
    types: Mapping[str, str]

    def take(self, start: int, kind: str, count: int) -> npt.NDArray[Any]:
        """So many numbers of that type."""
        try:
            return np.frombuffer(self.data, self.types[kind], count, start)
        except (ValueError, OverflowError):
            raise Unreadable(CUT_OFF) from None


def read_elements(data: bytes) -> tuple[dict[str, Table], list[str]]:
    """The elements by name, and the names of the texture files.

    Raises Unreadable for a file that is no PLY file or is cut off.
    """
    lines, content = _header(data)
    order, elements, textures = _described(lines)
    body = _of_text(content) if order == TEXT else _Body(content, _types(order))
    tables: dict[str, Table] = {}
    start = 0
    for element in elements:
        tables[element.name], start = _table(element, body, start)
    return tables, textures


def _types(order: str) -> dict[str, str]:
    return {kind: order + kind for kind in NUMBERS.values()}


def _of_text(text: bytes) -> _Body:
    """Its numbers, whatever their types, as doubles."""
    try:
        numbers = np.array(text.decode("ascii", errors="replace").split(), DOUBLE)
    except ValueError:
        raise Unreadable("it has something that is no number") from None
    return _Body(numbers.tobytes(), dict.fromkeys(NUMBERS.values(), DOUBLE))


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


def _table(element: _Element, body: _Body, start: int) -> tuple[Table, int]:
    """The element's table, and where the next one starts; at once where all lists of a property are
    equally long.
    """
    if not element.length or not element.properties:
        return _joined(element, []), start
    first, _ = _item(element, body, start)
    fields: list[Any] = []
    for i, (property_, values) in enumerate(zip(element.properties, first, strict=True)):
        fields += [(f"n{i}", body.types[property_.count])] if property_.count else []
        fields += [(f"v{i}", body.types[property_.type], (len(values),))]
    record = np.dtype(fields)
    end = start + element.length * record.itemsize
    if end <= len(body.data):
        rows = np.frombuffer(body.data, record, element.length, start)
        lists = [i for i, p in enumerate(element.properties) if p.count]
        if all((rows[f"n{i}"] == len(first[i])).all() for i in lists):
            return {
                p.name: _whole(p, rows[f"v{i}"], len(first[i]))
                for i, p in enumerate(element.properties)
            }, end
    items = []
    for _ in range(element.length):
        values_of_item, start = _item(element, body, start)
        items.append(values_of_item)
    return _joined(element, items), start


def _item(element: _Element, body: _Body, start: int) -> tuple[list[npt.NDArray[Any]], int]:
    """The numbers of each property of one item, and where the next one starts."""
    item = []
    for property_ in element.properties:
        count = 1
        if property_.count:
            length = body.take(start, property_.count, 1)
            count = _count(length[0])
            start += length.nbytes
        values = body.take(start, property_.type, count)
        start += values.nbytes
        item.append(values)
    return item, start


def _count(number: float) -> int:
    if not (number >= 0 and float(number).is_integer()):
        raise Unreadable("it has a list whose length is no number of things")
    return int(number)


def _joined(element: _Element, items: Sequence[Sequence[npt.NDArray[Any]]]) -> Table:
    table: Table = {}
    for i, property_ in enumerate(element.properties):
        values = [item[i] for item in items]
        flat = np.concatenate(values) if values else np.empty(0)
        counts = np.array([len(value) for value in values], dtype=np.int64)
        table[property_.name] = (
            List(counts, flat) if property_.count else Column(flat, property_.kind)
        )
    return table


def _whole(property_: _Property, rows: npt.NDArray[Any], count: int) -> Column | List:
    flat = rows.reshape(-1)
    if property_.count:
        return List(np.full(len(rows), count, dtype=np.int64), flat)
    return Column(flat, property_.kind)
