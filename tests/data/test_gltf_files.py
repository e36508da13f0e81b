"""What glTF has beside plain lists of triangles, in files made by hand."""

from __future__ import annotations

import base64
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvista as pv
import trimesh
from PIL import Image

from ganbench.data.readers.mesh_file import ReadMesh, read_mesh
from ganbench.data.readers.triangles import NEUTRAL_RGB, Unreadable
from tests.data.measured import measured, of_mesh, ours

COMPONENTS = {"int8": 5120, "uint8": 5121, "int16": 5122, "uint16": 5123, "uint32": 5125}
KINDS = {1: "SCALAR", 2: "VEC2", 3: "VEC3", 4: "VEC4", 16: "MAT4"}
SQUARE = np.array([[0, 0, 0], [2, 0, 0], [2, 1, 0], [0, 1, 0]], np.float32)
HALVES = np.array([0, 1, 2, 0, 2, 3], np.uint16)


class Gltf:
    """A file in the making: one scene, one node, one mesh of one primitive, to be changed."""

    def __init__(self) -> None:
        self.data = b""
        self.tree: dict[str, Any] = {"bufferViews": [], "accessors": []}
        primitive = {"attributes": {"POSITION": self.add(SQUARE)}, "indices": self.add(HALVES)}
        self.tree |= {
            "asset": {"version": "2.0"},
            "scenes": [{"nodes": [0]}],
            "nodes": [{"mesh": 0}],
            "meshes": [{"primitives": [primitive]}],
        }

    @property
    def primitive(self) -> dict[str, Any]:
        found: dict[str, Any] = self.tree["meshes"][0]["primitives"][0]
        return found

    def view(self, data: bytes) -> int:
        self.data += b"\0" * (-len(self.data) % 4)
        views = self.tree["bufferViews"]
        views.append({"buffer": 0, "byteOffset": len(self.data), "byteLength": len(data)})
        self.data += data
        return len(views) - 1

    def add(self, values: np.ndarray, **more: Any) -> int:
        items = values if values.ndim > 1 else values[:, None]
        described = {
            "bufferView": self.view(values.tobytes()),
            "componentType": COMPONENTS.get(values.dtype.name, 5126),
            "type": KINDS[items.shape[1]],
            "count": len(items),
        }
        self.tree["accessors"].append(described | more)
        return len(self.tree["accessors"]) - 1

    def read(self, folder: Path) -> ReadMesh:
        path = self.write(folder)
        return read_mesh(path, folder)

    def write(self, folder: Path) -> Path:
        uri = "data:application/octet-stream;base64," + base64.b64encode(self.data).decode()
        self.tree["buffers"] = [{"byteLength": len(self.data), "uri": uri}]
        path = folder / "a.gltf"
        path.write_text(json.dumps(self.tree))
        return path

    def material(self, **metallic: Any) -> None:
        self.tree["materials"] = [{"pbrMetallicRoughness": metallic}]
        self.primitive["material"] = 0

    def picture(self, pixels: np.ndarray) -> None:
        """Give the material a texture, within the buffer."""
        kept = io.BytesIO()
        Image.fromarray(pixels).save(kept, "PNG")
        self.tree["images"] = [{"bufferView": self.view(kept.getvalue()), "mimeType": "image/png"}]
        self.tree["textures"] = [{"source": 0}]


@pytest.fixture
def gltf() -> Gltf:
    return Gltf()


def rgb(found: ReadMesh) -> tuple[float, float, float]:
    (part,) = found.mesh
    return part.rgb


def test_the_file_in_the_making_is_read_by_others_alike(gltf: Gltf, tmp_path: Path) -> None:
    path = gltf.write(tmp_path)
    found = ours(path)
    scene = trimesh.load_scene(path, process=False)
    assert (found.count, found.area) == (2, pytest.approx(scene.area))
    (block,) = pv.read(path).recursive_iterator()
    assert found.area == pytest.approx(block.area)
    assert found.rgb == pytest.approx(NEUTRAL_RGB)


@pytest.mark.parametrize(("mode", "index"), [(5, [0, 1, 3, 2]), (6, [0, 1, 2, 3]), (4, None)])
def test_strips_fans_and_bare_lists(
    gltf: Gltf, tmp_path: Path, mode: int, index: list[int] | None
) -> None:
    """All faces of the plane square look the same way, whatever it is made of."""
    gltf.primitive["mode"] = mode
    if index is None:
        del gltf.primitive["indices"]
        gltf.primitive["attributes"]["POSITION"] = gltf.add(SQUARE[HALVES])
    else:
        gltf.primitive["indices"] = gltf.add(np.array(index, np.uint8))
    (part,) = gltf.read(tmp_path).mesh
    a, b, c = part.vertices[part.faces].swapaxes(0, 1)
    assert np.cross(b - a, c - a)[:, 2] == pytest.approx([2, 2])


def test_points_and_lines_are_no_triangles(gltf: Gltf, tmp_path: Path) -> None:
    for mode in (0, 1, 2, 3):
        gltf.primitive["mode"] = mode
        with pytest.raises(Unreadable, match="no triangles"):
            gltf.read(tmp_path)


def test_a_sparse_accessor_replaces_some_points(gltf: Gltf, tmp_path: Path) -> None:
    gltf.tree["accessors"][0]["sparse"] = {
        "count": 1,
        "indices": {
            "bufferView": gltf.view(np.array([2], np.uint16).tobytes()),
            "componentType": 5123,
        },
        "values": {"bufferView": gltf.view(np.array([4, 1, 0], np.float32).tobytes())},
    }
    assert of_mesh(gltf.read(tmp_path).mesh).area == pytest.approx(1 * (2 + 4) / 2)


def test_quantised_points_with_a_stride(gltf: Gltf, tmp_path: Path) -> None:
    gltf.tree["extensionsRequired"] = ["KHR_mesh_quantization"]
    wide = np.zeros((4, 4), np.int16)
    wide[:, :3] = SQUARE * 16_000
    chosen = gltf.add(wide.reshape(-1), type="VEC3", count=4, normalized=True)
    gltf.tree["bufferViews"][-1]["byteStride"] = 8
    gltf.primitive["attributes"]["POSITION"] = chosen
    gltf.tree["nodes"][0]["scale"] = [32_767 / 16_000] * 3
    assert of_mesh(gltf.read(tmp_path).mesh).area == pytest.approx(2, rel=1e-6)


def test_nodes_with_a_camera_and_other_scenes(gltf: Gltf, tmp_path: Path) -> None:
    """The mesh below a camera is shown; the one of a scene that is not the default is not."""
    gltf.tree["cameras"] = [{"type": "perspective", "perspective": {"yfov": 1, "znear": 1}}]
    gltf.tree["nodes"] = [
        {"camera": 0, "children": [1], "scale": [1, 2, 1]},
        {"mesh": 0},
        {"mesh": 0},
    ]
    gltf.tree["scenes"] = [{"nodes": [2]}, {"nodes": [0]}]
    gltf.tree["scene"] = 1
    assert of_mesh(gltf.read(tmp_path).mesh).area == pytest.approx(4)


def test_morph_targets_and_skins(gltf: Gltf, tmp_path: Path) -> None:
    """Default weights bend the mesh; a skin's joints place it, and its node does not."""
    gltf.primitive["targets"] = [{"POSITION": gltf.add(SQUARE)}, {"POSITION": gltf.add(SQUARE * 9)}]
    gltf.tree["meshes"][0]["weights"] = [1.0, 0.0]
    assert of_mesh(gltf.read(tmp_path).mesh).area == pytest.approx(8)
    attributes = gltf.primitive["attributes"]
    attributes["JOINTS_0"] = gltf.add(np.array([[0, 1, 0, 0]] * 4, np.uint8))
    attributes["WEIGHTS_0"] = gltf.add(np.array([[0.5, 0.5, 0, 0]] * 4, np.float32))
    inverse = np.stack([np.eye(4), np.diag([1, 1, 1, 1])]).astype(np.float32)
    inverse[1, 3, 0] = -7  # column-major: a shift along x
    gltf.tree["skins"] = [
        {"joints": [1, 2], "inverseBindMatrices": gltf.add(inverse.reshape(2, 16))}
    ]
    gltf.tree["nodes"] = [
        {"mesh": 0, "skin": 0, "scale": [100, 100, 100]},
        {"scale": [3, 1, 1]},
        {"translation": [7, 0, 0]},
    ]
    gltf.tree["scenes"][0]["nodes"] = [0, 1, 2]
    assert of_mesh(gltf.read(tmp_path).mesh).size == pytest.approx([8, 2, 0])


def test_a_mirrored_node_keeps_its_outside(tmp_path: Path) -> None:
    scene = trimesh.Scene()
    scene.add_geometry(trimesh.creation.box(), transform=np.diag([1.0, -2.0, 3.0, 1.0]))
    scene.export(tmp_path / "a.glb")
    assert ours(tmp_path / "a.glb").volume == pytest.approx(6)


def test_base_colours_are_linear(gltf: Gltf, tmp_path: Path) -> None:
    """IEC 61966-2-1: linear 0.2140 is sRGB 0.5; white stays white."""
    gltf.material(baseColorFactor=[0.21404, 0.0, 1.0, 1.0])
    assert rgb(gltf.read(tmp_path)) == pytest.approx((0.5, 0, 1), abs=1e-4)
    gltf.material()
    assert rgb(gltf.read(tmp_path)) == (1, 1, 1)


@pytest.mark.parametrize("kind", [np.float32, np.uint8, np.uint16])
def test_vertex_colours_are_linear_factors(gltf: Gltf, tmp_path: Path, kind: type) -> None:
    whole = np.issubdtype(kind, np.integer)
    full = np.iinfo(kind).max if whole else 1  # type: ignore[type-var]
    colours = np.tile(np.array([full, 0, full, full]), (4, 1)).astype(kind)
    gltf.primitive["attributes"]["COLOR_0"] = gltf.add(colours, normalized=bool(whole))
    assert rgb(gltf.read(tmp_path)) == pytest.approx((1, 0, 1))
    gltf.material(baseColorFactor=[0.21404, 1.0, 0.0, 1.0])
    assert rgb(gltf.read(tmp_path)) == pytest.approx((0.5, 0, 0), abs=1e-4)


def test_textures_by_the_coordinates_that_they_name(gltf: Gltf, tmp_path: Path) -> None:
    """The picture's left half is grey 128 and its right half red; v goes down."""
    pixels = np.zeros((8, 8, 4), np.uint8)
    pixels[:, :4], pixels[:, 4:] = (128, 128, 128, 0), (255, 0, 0, 255)
    gltf.material(baseColorTexture={"index": 0, "texCoord": 1})
    gltf.picture(pixels)
    left = np.full((4, 2), 0.25, np.float32)
    gltf.primitive["attributes"]["TEXCOORD_0"] = gltf.add(left + np.float32(0.5))
    gltf.primitive["attributes"]["TEXCOORD_1"] = gltf.add(left)
    assert rgb(gltf.read(tmp_path)) == pytest.approx((128 / 255,) * 3, abs=1e-6)
    shifted = {"KHR_texture_transform": {"offset": [0.5, 0], "scale": [1, 0.5]}}
    gltf.material(baseColorTexture={"index": 0, "texCoord": 1, "extensions": shifted})
    assert rgb(gltf.read(tmp_path)) == (1, 0, 0)
    gltf.tree["textures"] = []
    found = gltf.read(tmp_path)
    assert rgb(found) == NEUTRAL_RGB
    assert found.remarks == ("a texture of it cannot be read and is not used",)


def test_files_beside_it(gltf: Gltf, tmp_path: Path) -> None:
    path = gltf.write(tmp_path)
    gltf.tree["buffers"] = [{"byteLength": len(gltf.data), "uri": "my%20data.bin"}]
    path.write_text(json.dumps(gltf.tree))
    with pytest.raises(Unreadable, match=r"its file 'my%20data\.bin' is not there"):
        read_mesh(path, tmp_path)
    (tmp_path / "my data.bin").write_bytes(gltf.data)
    assert ours(path).count == 2


@pytest.mark.parametrize(
    ("place", "value", "told"),
    [
        (("asset", "version"), "1.0", "only 2.0 is read"),
        (("extensionsRequired",), ["KHR_draco_mesh_compression"], "export it without compression"),
        (("extensionsRequired",), ["ACME_secret"], "needs the glTF extension 'ACME_secret'"),
        (("accessors", 0, "count"), 40, "cut off"),
        (("accessors", 0, "componentType"), 1, "do not fit together"),
        (("accessors", 1, "count"), 5, "do not fit together"),
        (("bufferViews", 0, "byteLength"), 10**9, "cut off"),
        (("nodes", 0, "children"), [0], "lies below two others"),
        (("nodes", 0, "mesh"), 9, "do not fit together"),
        (("nodes", 0, "translation"), ["a", 0, 0], "do not fit together"),
        (("nodes", 0, "scale"), [0, 0, 0], "no area"),
        (("scene",), 3, "do not fit together"),
    ],
)
def test_what_is_refused(
    gltf: Gltf, tmp_path: Path, place: tuple[Any, ...], value: Any, told: str
) -> None:
    target: Any = gltf.tree
    for step in place[:-1]:
        target = target[step]
    target[place[-1]] = value
    with pytest.raises(Unreadable, match=told):
        gltf.read(tmp_path)


def test_a_glb_that_is_cut_off(tmp_path: Path) -> None:
    trimesh.creation.box().export(tmp_path / "a.glb")
    data = (tmp_path / "a.glb").read_bytes()
    for size in (5, 15, 100, len(data) - 1):
        (tmp_path / "a.glb").write_bytes(data[:size])
        with pytest.raises(Unreadable):
            ours(tmp_path / "a.glb")


def test_every_face_of_a_scene_by_pyvista(tmp_path: Path) -> None:
    """Area and volume of several nodes, by the other reader that knows node matrices."""
    scene = trimesh.Scene()
    turn = trimesh.transformations.rotation_matrix(0.7, [1, 2, 3], [0.1, 0.2, 0.3])
    scene.add_geometry(trimesh.creation.icosphere(2), transform=turn @ np.diag([1, 2, 3, 1.0]))
    scene.add_geometry(trimesh.creation.box((1, 2, 3)), transform=turn)
    scene.export(tmp_path / "a.glb")
    corners = []
    for block in pv.read(tmp_path / "a.glb").recursive_iterator():
        surface = block.triangulate()
        corners.append(surface.points[surface.regular_faces])
    whole = np.concatenate(corners)
    ours(tmp_path / "a.glb").check(measured(whole, np.zeros((len(whole), 3))), rgb=1)
