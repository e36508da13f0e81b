"""The reader of users' mesh folders: formats, axes, colours, damaged files and crashes."""

from __future__ import annotations

import json
import struct
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from skimage.measure import marching_cubes

from ganbench.core.errors import UserError
from ganbench.data.procedural.cars.cars import build_car
from ganbench.data.procedural.cars.styles import sample_car
from ganbench.data.procedural.surfaces import joined
from ganbench.data.readers.isolated import CRASHED, Failure, map_isolated, too_slow
from ganbench.data.readers.meshes import MeshFolder, read_meshes, remark_lines
from ganbench.data.readers.triangles import NEUTRAL_RGB
from ganbench.data.rendering.mesh import Mesh, Part, bounds
from ganbench.data.rendering.render import start_child
from tests.data.views import render_views
from tests.events import LAST_NET_SEC

RED, BLUE = (1.0, 0.0, 0.0), (0.0, 0.0, 1.0)


@pytest.fixture(scope="module")
def car() -> Part:
    return joined(build_car(sample_car(np.random.default_rng(3), "hatchback")))


def write_obj(path: Path, part: Part, head: str = "") -> None:
    lines = [f"v {x} {y} {z}" for x, y, z in part.vertices]
    lines += [f"f {a} {b} {c}" for a, b, c in part.faces + 1]
    path.write_text(head + "\n".join(lines) + "\n")


def write_ply(path: Path, part: Part) -> None:
    """ASCII, with red vertices."""
    head = [
        "ply",
        "format ascii 1.0",
        f"element vertex {len(part.vertices)}",
        *(f"property float {axis}" for axis in "xyz"),
        *(f"property uchar {channel}" for channel in ("red", "green", "blue")),
        f"element face {len(part.faces)}",
        "property list uchar int vertex_indices",
        "end_header",
    ]
    points = [f"{x} {y} {z} 255 0 0" for x, y, z in part.vertices]
    faces = [f"3 {a} {b} {c}" for a, b, c in part.faces]
    path.write_text("\n".join([*head, *points, *faces]) + "\n")


def write_stl(path: Path, part: Part) -> None:
    """Binary."""
    record = np.zeros(
        len(part.faces), [("normal", "<f4", 3), ("points", "<f4", (3, 3)), ("extra", "<u2")]
    )
    record["points"] = part.vertices[part.faces]
    count = struct.pack("<I", len(part.faces))
    path.write_bytes(b"made by a test".ljust(80) + count + record.tobytes())


def glb_bytes(part: Part, shifts: tuple[tuple[float, float, float], ...]) -> bytes:
    """The same mesh once for each node translation; the base colour is linear red."""
    points, faces = part.vertices.tobytes(), part.faces.astype("<u4").tobytes()
    view = [
        {"buffer": 0, "byteOffset": 0, "byteLength": len(points), "target": 34962},
        {"buffer": 0, "byteOffset": len(points), "byteLength": len(faces), "target": 34963},
    ]
    position = {
        "bufferView": 0,
        "componentType": 5126,
        "count": len(part.vertices),
        "type": "VEC3",
        "min": part.vertices.min(axis=0).tolist(),
        "max": part.vertices.max(axis=0).tolist(),
    }
    index = {"bufferView": 1, "componentType": 5125, "count": part.faces.size, "type": "SCALAR"}
    primitive = {"attributes": {"POSITION": 0}, "indices": 1, "material": 0}
    scene = {
        "asset": {"version": "2.0"},
        "scene": 0,
        "scenes": [{"nodes": list(range(len(shifts)))}],
        "nodes": [{"mesh": 0, "translation": shift} for shift in shifts],
        "meshes": [{"primitives": [primitive]}],
        "materials": [{"pbrMetallicRoughness": {"baseColorFactor": [1, 0, 0, 1]}}],
        "accessors": [position, index],
        "bufferViews": view,
        "buffers": [{"byteLength": len(points) + len(faces)}],
    }
    text = json.dumps(scene).encode()
    text += b" " * (-len(text) % 4)
    data = points + faces
    head = struct.pack("<4sII", b"glTF", 2, 12 + 8 + len(text) + 8 + len(data))
    chunks = struct.pack("<I4s", len(text), b"JSON") + text
    return head + chunks + struct.pack("<I4s", len(data), b"BIN\0") + data


def moved(part: Part, scale: float, shift: float) -> Part:
    return Part(part.vertices * np.float32(scale) + np.float32(shift), part.faces, part.rgb)


def write_damaged(folder: Path, part: Part) -> set[str]:
    """Files that no reader can make a mesh of; their names."""
    garbage = np.random.default_rng(0).bytes(5000)
    for suffix in ("obj", "ply", "stl", "glb", "gltf"):
        (folder / f"garbage.{suffix}").write_bytes(garbage)
        (folder / f"empty.{suffix}").write_bytes(b"")
    for name, size in (("good.stl", 5000), ("good.glb", 6000), ("good.ply", 9000)):
        (folder / f"cut-{name}").write_bytes((folder / name).read_bytes()[:size])
    (folder / "points.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\n")
    (folder / "nan.obj").write_text("v 0 0 nan\nv 1 0 0\nv 0 1 0\nf 1 2 3\n")
    (folder / "flat.obj").write_text("v 0 0 0\nv 1 0 0\nv 2 0 0\nf 1 2 3\n")
    (folder / "dot.obj").write_text("v 1 1 1\nv 1 1 1\nv 1 1 1\nf 1 2 3\n")
    (folder / "lost.obj").write_text("v 0 0 0\nv 1 0 0\nv 0 1 0\nf 1 2 9\n")
    damaged = ("garbage.", "empty.", "cut-", "points", "nan", "flat", "dot", "lost")
    return {file.name for file in folder.iterdir() if file.name.startswith(damaged)}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, car: Part) -> Path:
    path = tmp_path_factory.mktemp("meshes")
    (path / "sub").mkdir()
    write_obj(path / "sub" / "MILLIMETRES.OBJ", moved(car, 1000, 0))
    write_ply(path / "good.ply", car)
    write_stl(path / "good.stl", moved(car, 0.001, 0))
    (path / "good.glb").write_bytes(glb_bytes(car, ((0, 0, 0), (10, 0, 0))))
    (path / "UPPER.GLB").write_bytes(glb_bytes(car, ((0, 0, 0),)))
    (path / "two.mtl").write_text("newmtl first\nKd 1 0 0\nnewmtl second\nKd 0 0 1\n")
    (path / "two.obj").write_text(
        "mtllib two.mtl\nv 0 0 0\nv 1 0 0\nv 0 1 0\nv 0 0 1\n"
        "usemtl first\nf 1 2 3\nusemtl second\nf 1 2 4\n"
    )
    (path / "readme.txt").write_text("not a mesh")
    return path


@pytest.fixture(scope="module")
def read(folder: Path, car: Part) -> tuple[MeshFolder, set[str]]:
    damaged = write_damaged(folder, car)
    return read_meshes(folder, skip_unreadable=True), damaged


GOOD = ("UPPER.GLB", "good.glb", "good.ply", "good.stl", "sub/MILLIMETRES.OBJ", "two.obj")


def mesh(read: tuple[MeshFolder, set[str]], name: str) -> Mesh:
    return read[0].objects[read[0].names.index(name)]


def test_good_files_are_read_and_damaged_ones_listed(read: tuple[MeshFolder, set[str]]) -> None:
    found, damaged = read
    assert found.names == GOOD
    assert {name for name, _ in found.unreadable} == damaged
    assert all(reason for _, reason in found.unreadable)
    reasons = dict(found.unreadable)
    assert reasons["empty.stl"] == "the file is empty"
    assert "not finite" in reasons["nan.obj"]
    assert "no triangles" in reasons["points.obj"]
    assert "no area" in reasons["flat.obj"]


def test_scale_and_node_places_are_kept(read: tuple[MeshFolder, set[str]], car: Part) -> None:
    low, high = bounds((car,))
    size_m = high - low
    for name, scale in (("good.ply", 1), ("good.stl", 0.001), ("sub/MILLIMETRES.OBJ", 1000)):
        low, high = bounds(mesh(read, name))
        assert high - low == pytest.approx(scale * size_m, rel=1e-6)
    # In glTF z is the front and y is up, so that x is the left.
    turned_m = size_m[[2, 0, 1]]
    low, high = bounds(mesh(read, "UPPER.GLB"))
    assert high - low == pytest.approx(turned_m, rel=1e-6)
    low, high = bounds(mesh(read, "good.glb"))
    assert high - low == pytest.approx(turned_m + np.array([0, 10, 0]), rel=1e-6)


def test_colours_come_from_the_file(read: tuple[MeshFolder, set[str]]) -> None:
    for name in ("good.glb", "good.ply"):
        assert {part.rgb for part in mesh(read, name)} == {RED}
    assert {part.rgb for part in mesh(read, "two.obj")} == {RED, BLUE}
    assert {part.rgb for part in mesh(read, "good.stl")} == {NEUTRAL_RGB}


def test_other_axes_give_the_same_picture(car: Part, tmp_path: Path) -> None:
    x, y, z = car.vertices.T
    # Up is the file's y and forward its z, so that left is its x.
    write_stl(tmp_path / "car.stl", Part(np.stack([y, z, x], axis=1), car.faces, car.rgb))
    turned = read_meshes(tmp_path, up="y", front="z").objects[0]
    upright = (Part(car.vertices, car.faces, turned[0].rgb),)
    views = render_views([upright, turned], [0, 50, -120], 32, 15.0).astype(int)
    assert np.abs(views[0] - views[1]).mean() < 0.2


def test_a_surface_that_is_inside_out_gives_the_same_picture() -> None:
    """scikit-image winds surfaces against their normals where the inside is high, by default."""
    z, y, x = np.mgrid[-1:1:20j, -1:1:20j, -1:1:20j]
    points, faces, *_ = marching_cubes(0.5 - (x**2 + 2 * y**2 + 3 * z**2), 0.0)
    surface = Part(points.astype(np.float32), faces.astype(np.int32), RED)
    a, b, c = points[faces].swapaxes(0, 1) - points.mean(axis=0)
    assert np.einsum("md,md->", a, np.cross(b, c)) < 0
    turned = replace(surface, faces=surface.faces[:, ::-1].copy())
    views = render_views([(surface,), (turned,)], [0, 50], 32, 15.0)
    assert np.array_equal(views[0], views[1])


@pytest.mark.parametrize(
    ("up", "front", "message"),
    [("z", "z", "not perpendicular"), ("y", "-y", "not perpendicular"), ("w", "x", "unknown up")],
)
def test_impossible_axes(tmp_path: Path, up: str, front: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        read_meshes(tmp_path, up=up, front=front)


def test_remarks_are_told_in_few_lines() -> None:
    told = [(f"{i}.obj", f"its material '{i}' is not there") for i in range(5)]
    told += [("0.obj", "its curves are left out"), ("0.obj", "its material 'x' is not there")]
    assert remark_lines(told) == [
        "0.obj; 1.obj; 2.obj and 2 more: its material '0' is not there, and others",
        "0.obj: its curves are left out",
    ]


def test_a_folder_without_meshes_is_told(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no such mesh folder") as caught:
        read_meshes(tmp_path / "nowhere")
    assert caught.value.where == str(tmp_path / "nowhere")
    with pytest.raises(UserError, match="no file at all"):
        read_meshes(tmp_path)
    (tmp_path / "car.blend").write_bytes(b"x")
    with pytest.raises(UserError, match=r"1 other files \(\.blend\)") as caught:
        read_meshes(tmp_path)
    assert "OBJ" in caught.value.fix
    with pytest.raises(UserError, match="is a file"):
        read_meshes(tmp_path / "car.blend")


def test_no_readable_file_is_told(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.stl").write_bytes(b"")
    (tmp_path / "b.ply").write_bytes(b"ply\nrubbish")
    with pytest.raises(UserError, match="none of the 2 mesh files") as caught:
        read_meshes(tmp_path)
    assert "a.stl: the file is empty" in caught.value.what
    assert capfd.readouterr().err == ""


def test_a_crash_costs_one_item_only() -> None:
    items = ["1 + 1", "__import__('os').abort()", "1 / 0", "'end'"]
    results = map_isolated(eval, items, LAST_NET_SEC, start_child)
    assert results == [2, Failure(CRASHED), Failure("division by zero"), "end"]


def test_a_hang_costs_one_item_only() -> None:
    """Each gets a child of its own, and its time."""
    forever = "__import__('threading').Event().wait()"
    assert map_isolated(eval, [forever] * 2, 0.5, start_child) == [Failure(too_slow(0.5))] * 2
