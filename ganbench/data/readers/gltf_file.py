"""The container of glTF 2.0: its JSON, its buffers, and its accessors as arrays."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import numpy as np
import numpy.typing as npt

from ganbench.data.readers.textures import companion
from ganbench.data.readers.triangles import Unreadable, quoted

MAGIC = b"glTF"
JSON_CHUNK, BINARY_CHUNK = 0x4E4F534A, 0x004E4942
COMPONENTS = {5120: "<i1", 5121: "<u1", 5122: "<i2", 5123: "<u2", 5125: "<u4", 5126: "<f4"}
WIDTHS = {"SCALAR": 1, "VEC2": 2, "VEC3": 3, "VEC4": 4, "MAT4": 16}
COMPRESSED = ("KHR_draco_mesh_compression", "EXT_meshopt_compression", "KHR_meshopt_compression")
READ_EXTENSIONS = {"KHR_mesh_quantization", "KHR_texture_transform", "EXT_texture_webp"}
CUT_OFF = "it is cut off: there is less in it than its header tells"
NOT_WHOLE = "it is no whole glTF file"

Numbers = npt.NDArray[Any]
Tree = dict[str, Any]


@dataclass(frozen=True, eq=False)
class GltfFile:
    """tree: the JSON. places: the file's folder, and the root below which its companions lie."""

    tree: Tree
    buffers: tuple[bytes, ...]
    places: tuple[Path, Path]

    def items(self, name: str) -> list[Tree]:
        listed: list[Tree] = self.tree.get(name, [])
        return listed

    def view(self, index: int) -> tuple[bytes, int]:
        """The bytes of a buffer view, and its stride, 0 where the items lie close."""
        view = self.items("bufferViews")[index]
        start, length = view.get("byteOffset", 0), view["byteLength"]
        data = self.buffers[view["buffer"]][start : start + length]
        if start < 0 or len(data) < length:
            raise Unreadable(CUT_OFF)
        return data, view.get("byteStride", 0)

    def accessor(self, index: int) -> Numbers:
        """The items of an accessor, (count, numbers); float64 where they stand for fractions."""
        accessor = self.items("accessors")[index]
        kind, width = np.dtype(COMPONENTS[accessor["componentType"]]), WIDTHS[accessor["type"]]
        count = accessor["count"]
        if "bufferView" in accessor:
            items = self._items(accessor, kind, width, count)
        else:
            items = np.zeros((count, width), kind)
        if "sparse" in accessor:
            sparse = accessor["sparse"]
            where = sparse["indices"]
            chosen = self._items(
                where, np.dtype(COMPONENTS[where["componentType"]]), 1, sparse["count"]
            )
            items = items.copy()
            items[chosen.ravel()] = self._items(sparse["values"], kind, width, sparse["count"])
        if kind.kind == "f":
            return items.astype(np.float64)
        return _fractions(items) if accessor.get("normalized") else items

    def _items(self, holder: Tree, kind: np.dtype[Any], width: int, count: int) -> Numbers:
        data, stride = self.view(holder["bufferView"])
        start, size = holder.get("byteOffset", 0), kind.itemsize * width
        stride = stride or size
        if (
            start < 0
            or count < 0
            or stride < size
            or start + (count - 1) * stride + size > len(data)
        ):
            raise Unreadable(CUT_OFF)
        shape, strides = (count, width), (stride, kind.itemsize)
        return np.ndarray(shape, kind, data, start, strides)


def _fractions(items: Numbers) -> Numbers:
    """Whole numbers that stand for 0 to 1, or -1 to 1."""
    fractions: Numbers = np.maximum(items / np.iinfo(items.dtype).max, -1.0)
    return fractions


def open_gltf(file: Path, root: Path) -> GltfFile:
    """Raises Unreadable for what is damaged, of another version, or compressed."""
    data = file.read_bytes()
    text, binary = _chunks(data) if data.startswith(MAGIC) else (data, b"")
    try:
        tree = json.loads(text.decode("utf-8-sig"))
        version = str(tree["asset"]["version"])
    except (ValueError, KeyError, TypeError, RecursionError):
        raise Unreadable(NOT_WHOLE) from None
    if not version.startswith("2."):
        raise Unreadable(f"it is of glTF {quoted(version)}, and only 2.0 is read")
    for name in tree.get("extensionsRequired", ()):
        if name in COMPRESSED:
            raise Unreadable(f"it is compressed ({name}); export it without compression")
        if name not in READ_EXTENSIONS and not name.startswith(("KHR_materials_", "KHR_lights_")):
            raise Unreadable(f"it needs the glTF extension {quoted(str(name))}, which is not read")
    places = (file.parent, root)
    buffers = (
        _buffer(buffer, i, binary, places) for i, buffer in enumerate(tree.get("buffers", ()))
    )
    return GltfFile(tree, tuple(buffers), places)


def _chunks(data: bytes) -> tuple[bytes, bytes]:
    """The JSON and the binary chunk of a GLB file."""
    if len(data) < 20:
        raise Unreadable(CUT_OFF)
    version, length = struct.unpack_from("<II", data, 4)
    if version != 2:
        raise Unreadable(f"it is of glTF {version}, and only 2.0 is read")
    if length > len(data):
        raise Unreadable(CUT_OFF)
    chunks: dict[int, bytes] = {}
    start = 12
    while start + 8 <= length:
        size, kind = struct.unpack_from("<II", data, start)
        chunks.setdefault(kind, data[start + 8 : start + 8 + size])
        start += 8 + size
    if JSON_CHUNK not in chunks:
        raise Unreadable(NOT_WHOLE)
    return chunks[JSON_CHUNK], chunks.get(BINARY_CHUNK, b"")


def _buffer(buffer: Tree, index: int, binary: bytes, places: tuple[Path, Path]) -> bytes:
    if "uri" not in buffer:
        data = binary if index == 0 else b""
    else:
        data = uri_bytes(buffer["uri"], places)
    if len(data) < buffer["byteLength"]:
        raise Unreadable(CUT_OFF)
    return data


def uri_bytes(uri: str, places: tuple[Path, Path]) -> bytes:
    """What a URI holds or names. Raises Unreadable where it is not there."""
    if uri.startswith("data:"):
        return base64.b64decode(uri.partition(",")[2])
    folder, root = places
    file = companion(root, folder, unquote(uri))
    if file is None:
        raise Unreadable(f"its file {quoted(uri)} is not there")
    return file.read_bytes()
