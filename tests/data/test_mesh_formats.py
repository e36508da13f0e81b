"""Each format read by us and by a reader that is none of ours: the same triangles and colours."""

from __future__ import annotations

from pathlib import Path

import meshio
import numpy as np
import pytest
import pyvista as pv
import trimesh
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from PIL import Image

from ganbench.data.readers.mesh_file import MANY_COLOURS, MAX_COLOURS, ReadMesh, read_mesh
from ganbench.data.readers.triangles import NEUTRAL_RGB, Unreadable
from ganbench.data.rendering.mesh import bounds
from tests.data.measured import by_trimesh, measured, of_mesh, ours

RED, GREEN, BLUE = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
quick = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@st.composite
def meshes(draw: st.DrawFn) -> trimesh.Trimesh:
    """A few triangles anywhere, of any size, with few colours on their vertices."""
    n, m = draw(st.integers(4, 9)), draw(st.integers(1, 6))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    faces = np.array([rng.permutation(n)[:3] for _ in range(m)])
    scale, shift = draw(st.sampled_from([(1, 0), (0.001, 0), (1000, 0), (1, 300), (2, -700_000)]))
    points = rng.uniform(-1, 1, (n, 3)) * scale + shift
    rgba = draw(hnp.arrays(np.uint8, (n, 4), elements=st.sampled_from([0, 128, 255])))
    rgba[:, 3] = 255
    return trimesh.Trimesh(points, faces, vertex_colors=rgba, process=False)


def sources(mesh: trimesh.Trimesh, coloured: bool = True) -> object:
    plain = np.tile(NEUTRAL_RGB, (len(mesh.faces), 1))
    rgb = mesh.visual.vertex_colors[:, :3][mesh.faces].mean(axis=1) / 255
    return measured(mesh.vertices[mesh.faces], rgb if coloured else plain)


def read(path: Path) -> ReadMesh:
    return read_mesh(path, path.parent)


def colours(path: Path) -> set[tuple[float, float, float]]:
    return {part.rgb for part in read(path).mesh}


def reason(path: Path) -> str:
    with pytest.raises(Unreadable) as caught:
        read(path)
    return str(caught.value)


@quick
@given(mesh=meshes())
def test_obj_written_by_trimesh(mesh: trimesh.Trimesh, tmp_path: Path) -> None:
    path = tmp_path / "a.obj"
    path.write_text(trimesh.exchange.obj.export_obj(mesh, digits=12))
    ours(path).check(sources(mesh))


@quick
@given(mesh=meshes(), binary=st.booleans())
def test_ply_of_doubles_written_by_meshio(
    mesh: trimesh.Trimesh, binary: bool, tmp_path: Path
) -> None:
    path = tmp_path / "a.ply"
    rgb = dict(zip(("red", "green", "blue"), mesh.visual.vertex_colors.T, strict=False))
    data = meshio.Mesh(mesh.vertices, [("triangle", mesh.faces)], point_data=rgb)
    meshio.ply.write(path, data, binary=binary)
    ours(path).check(sources(mesh))


@quick
@given(mesh=meshes(), ascii_=st.booleans())
def test_ply_and_stl_are_read_as_by_trimesh(
    mesh: trimesh.Trimesh, ascii_: bool, tmp_path: Path
) -> None:
    ply, stl = tmp_path / "a.ply", tmp_path / "a.stl"
    ply.write_bytes(trimesh.exchange.ply.export_ply(mesh, encoding="ascii" if ascii_ else "binary"))
    ours(ply).check(by_trimesh(ply))
    write = trimesh.exchange.stl.export_stl_ascii if ascii_ else trimesh.exchange.stl.export_stl
    kept = write(mesh)
    stl.write_bytes(kept.encode() if isinstance(kept, str) else kept)
    ours(stl).check(by_trimesh(stl), rgb=1)


@quick
@given(
    mesh=meshes(),
    turn=hnp.arrays(np.float64, 4, elements=st.floats(-1, 1)),
    scale=hnp.arrays(np.float64, 3, elements=st.sampled_from([-2.0, 0.5, 1.0, 3.0])),
    shift=st.sampled_from([0.0, 5_334_760.5]),
)
def test_glb_with_nested_nodes_is_read_as_by_trimesh(
    mesh: trimesh.Trimesh, turn: np.ndarray, scale: np.ndarray, shift: float, tmp_path: Path
) -> None:
    """Turned, scaled, mirrored and far away; only float32 of the file itself is lost."""
    mesh.visual = trimesh.visual.ColorVisuals(mesh)
    mesh.vertices -= mesh.vertices.mean(axis=0)
    scene = trimesh.Scene()
    turned = trimesh.transformations.quaternion_matrix(turn + np.array([2, 0, 0, 0]))
    scene.graph.update(frame_from="world", frame_to="above", matrix=turned)
    place = np.diag([*scale, 1])
    place[:3, 3] = shift
    scene.add_geometry(mesh, parent_node_name="above", transform=place)
    scene.add_geometry(mesh, parent_node_name="above", transform=place @ turned)
    path = tmp_path / "a.glb"
    scene.export(path)
    ours(path).check(by_trimesh(path), tolerance=1e-4 if shift else 1e-5, rgb=1)


@st.composite
def stars(draw: st.DrawFn) -> list[np.ndarray]:
    """Plane polygons around a middle, concave ones too, turned and placed anywhere."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    found = []
    scales = [1, *draw(st.lists(st.sampled_from([1e-6, 1, 1000]), max_size=3))]
    for scale in scales:
        n = draw(st.integers(3, 9))
        angle = (np.arange(n) + rng.uniform(0, 0.8, n)) / n * 2 * np.pi
        radius = rng.uniform(0.2, 1, n) * scale
        flat = np.stack([radius * np.cos(angle), radius * np.sin(angle), 0 * angle], axis=1)
        turn = trimesh.transformations.random_rotation_matrix(rng.random(3))[:3, :3]
        found.append(flat @ turn.T + rng.uniform(-1, 1, 3))
    return found


@quick
@given(polygons=stars(), back=st.booleans())
def test_polygons_keep_their_area_and_their_side(
    polygons: list[np.ndarray], back: bool, tmp_path: Path
) -> None:
    """Newell's formula gives the area of any plane polygon, as a vector."""
    text, done = [], 0
    for points in polygons:  # the faces stand among the vertices, as negative indices allow
        text += [f"v {x!r} {y!r} {z!r}" for x, y, z in points.tolist()]
        index = range(-len(points), 0) if back else range(done + 1, done + len(points) + 1)
        text.append("f " + " ".join(map(str, index)))
        done += len(points)
    path = tmp_path / "a.obj"
    path.write_text("\n".join(text))
    (part,) = read(path).mesh
    a, b, c = (part.vertices[part.faces[:, i]].astype(np.float64) for i in range(3))
    from_first = [p - p[0] for p in polygons]
    vectors = [np.cross(p, np.roll(p, -1, axis=0)).sum(axis=0) / 2 for p in from_first]
    found = np.cross(b - a, c - a) / 2
    size = float(np.ptp(part.vertices, axis=0).max())
    assert len(part.faces) == sum(len(p) - 2 for p in polygons)
    assert found.sum(axis=0) == pytest.approx(np.sum(vectors, axis=0), abs=1e-5 * size**2)
    area = sum(np.linalg.norm(vector) for vector in vectors)
    assert np.linalg.norm(found, axis=1).sum() == pytest.approx(area, abs=1e-5 * size**2)


def test_a_concave_face_is_cut_as_pyvista_cuts_it(tmp_path: Path) -> None:
    u_shape = [(0, 0), (3, 0), (3, 3), (2, 3), (2, 1), (1, 1), (1, 3), (0, 3)]
    surface = pv.PolyData(np.array([(x, y, 0.0) for x, y in u_shape]), [8, *range(8)])
    for name in ("a.ply", "a.obj"):
        surface.save(tmp_path / name) if name == "a.ply" else pv.save_meshio(
            tmp_path / name, surface.triangulate()
        )
        assert ours(tmp_path / name).area == pytest.approx(7)


SQUARE = "v 0 0 0\nv 1 0 0\nv 1 1 0\nv 0 1 0\n"


def test_obj_materials_over_several_libraries_with_spaces(tmp_path: Path) -> None:
    (tmp_path / "my first.mtl").write_text("newmtl the red one\nKd 1 0 0\n")
    (tmp_path / "b.mtl").write_text("newmtl g\n\tKd\t0 1 0\nKs 1 1 1\n")
    (tmp_path / "c.mtl").write_text("newmtl b\nKd 0 0 1\n")
    (tmp_path / "a.obj").write_text(
        f"mtllib my first.mtl b.mtl\nmtllib c.mtl\n{SQUARE}usemtl the red one\nf 1 2 3\n"
        "usemtl g\nf 1 3 4\nusemtl b\nf 1 2 4\n"
    )
    assert colours(tmp_path / "a.obj") == {RED, GREEN, BLUE}
    assert read(tmp_path / "a.obj").remarks == ()


def test_obj_names_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "t.mtl").write_text("newmtl t\nKd 0 0 0\nmap_Kd gone.png\n")
    (tmp_path / "a.obj").write_text(
        f"mtllib t.mtl lost one.mtl\n{SQUARE}usemtl t\nf 1 2 3\nusemtl x\nf 1 3 4\n"
    )
    assert set(read(tmp_path / "a.obj").remarks) == {
        "its material file 'lost one.mtl' is not there",
        "its material 'x' is not there",
        "its texture 'gone.png' is not used",
    }
    assert colours(tmp_path / "a.obj") == {NEUTRAL_RGB}


@pytest.mark.parametrize(
    ("given", "colour", "told"),
    [
        ("255 0 0", RED, "its colour 'Kd 255 0 0' is cut to the range of 0 to 1"),
        ("0 -1 1", BLUE, "its colour 'Kd 0 -1 1' is cut to the range of 0 to 1"),
        ("0 1.0000001 0", GREEN, ""),
        ("1,0 0,0 0,0", NEUTRAL_RGB, "its colour 'Kd 1,0 0,0 0,0' is not used"),
        ("1 0", NEUTRAL_RGB, "its colour 'Kd 1 0' is not used"),
        ("nan 0 0", NEUTRAL_RGB, "its colour 'Kd nan 0 0' is not used"),
    ],
)
def test_obj_material_colours_that_are_none_are_told(
    tmp_path: Path, given: str, colour: tuple[float, float, float], told: str
) -> None:
    (tmp_path / "t.mtl").write_text(f"newmtl t\nKd {given}\nnewmtl unused\nKd 9 9 9\n")
    (tmp_path / "a.obj").write_text(f"mtllib t.mtl\n{SQUARE}usemtl t\nf 1 2 3\n")
    assert colours(tmp_path / "a.obj") == {colour}
    remarks = read(tmp_path / "a.obj").remarks
    assert remarks[0].startswith(told) if told else remarks == ()
    assert len(remarks) == bool(told)


def test_obj_keywords_in_capitals_are_told(tmp_path: Path) -> None:
    (tmp_path / "t.mtl").write_text("newmtl t\nKd 1 0 0\n")
    (tmp_path / "a.obj").write_text(f"MTLLIB t.mtl\n{SQUARE}USEMTL t\nf 1 2 3\nUSEMTL t\nf 1 3 4\n")
    assert read(tmp_path / "a.obj").remarks == (
        "its lines 'MTLLIB' are not used; write 'mtllib'",
        "its lines 'USEMTL' are not used; write 'usemtl'",
    )
    assert colours(tmp_path / "a.obj") == {NEUTRAL_RGB}


def test_no_file_outside_the_folder_is_read(tmp_path: Path) -> None:
    """The identity of the data covers the folder alone."""
    (tmp_path / "up.mtl").write_text("newmtl m\nKd 1 0 0\n")
    inner = tmp_path / "inner"
    inner.mkdir()
    text = f"{SQUARE}usemtl m\nf 1 2 3\n"
    (inner / "a.obj").write_text(f"mtllib ../up.mtl\n{text}")
    assert "its material file '../up.mtl' is not there" in read(inner / "a.obj").remarks
    assert read_mesh(inner / "a.obj", tmp_path).mesh[0].rgb == RED


def halves(path: Path) -> None:
    """A picture whose upper half is red and whose lower half is blue."""
    pixels = np.zeros((8, 8, 3), np.uint8)
    pixels[:4, :, 0], pixels[4:, :, 2] = 255, 255
    Image.fromarray(pixels).save(path)


def test_obj_textures_by_coordinates_of_the_corners(tmp_path: Path) -> None:
    """Both faces share their vertices and differ in their texture coordinates alone."""
    halves(tmp_path / "p q.png")
    (tmp_path / "t.mtl").write_text("newmtl t\nmap_Kd p q.png\n")
    text = f"mtllib t.mtl\n{SQUARE}vt 0 0.9\nvt 0.5 0.6\nvt 1 0.9\nvt 0 0.1\nvt 0.5 0.4\nvt 1 0.1\n"
    (tmp_path / "a.obj").write_text(f"{text}usemtl t\nf 1/1 2/2 3/3\nf 1/4 3/-2 4/-1\n")
    first, second = sorted(read(tmp_path / "a.obj").mesh, key=lambda part: part.rgb)
    assert (first.rgb, second.rgb) == (BLUE, RED)
    assert first.vertices[:, 0].min() == second.vertices[:, 0].min()


def test_obj_texture_colours_are_those_of_trimesh(tmp_path: Path) -> None:
    rng = np.random.default_rng(5)
    image = Image.fromarray(rng.integers(0, 256, (2, 2, 3), dtype=np.uint8)).resize((64, 64), 0)
    image.save(tmp_path / "t.png")
    (tmp_path / "t.mtl").write_text("newmtl t\nmap_Kd t.png\n")
    lines, points = ["mtllib t.mtl", "usemtl t"], rng.uniform(-1, 1, (12, 3))
    lines += [f"v {x} {y} {z}" for x, y, z in points]
    for i in range(4):  # each face within one of the four fields
        u, v = 0.5 * (i % 2), 0.5 * (i // 2)
        corners = [(u + 0.1, v + 0.1), (u + 0.4, v + 0.1), (u + 0.1, v + 0.4)]
        lines += [f"vt {a} {b}" for a, b in corners]
        lines.append("f " + " ".join(f"{3 * i + j}/{3 * i + j}" for j in (1, 2, 3)))
    (tmp_path / "a.obj").write_text("\n".join(lines))
    ours(tmp_path / "a.obj").check(by_trimesh(tmp_path / "a.obj"))


@pytest.mark.parametrize("full", [1, 255])
def test_obj_coloured_vertices(tmp_path: Path, full: int) -> None:
    rows = [f"v {x} {y} 0 {r} 0 {full}" for x, y, r in ((0, 0, full), (1, 0, full), (0, 1, full))]
    (tmp_path / "a.obj").write_text("\n".join(rows) + "\nv 1 1 0\nf 1 2 3\nf 2 3 4\n")
    assert colours(tmp_path / "a.obj") == {(1.0, 0.0, 1.0), NEUTRAL_RGB}


def test_obj_lines_that_go_on_and_what_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "a.obj").write_bytes(
        b"\xef\xbb\xbf# made by hand\r\nv 0 0 0 \\\r\n1\r\nv 1 0 0\r\nv 0 1 0 # third\r\n"
        b"f 1//1 2//1 \\\r\n 3//1\r\nf 1 2\r\nl 1 2\r\ncurv 0 1 1 2\r\n"
    )
    found = read(tmp_path / "a.obj")
    assert sum(len(part.faces) for part in found.mesh) == 1
    assert len(found.remarks) == 2


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"{SQUARE}f 1 2 9", "refer to vertices that it does not have"),
        (f"{SQUARE}f 1 2 0", "'f 1 2 0' is no face"),
        (f"{SQUARE}f -5 1 2", "'f -5 1 2' is no face"),
        (f"{SQUARE}f 1 2 three", "'f 1 2 three' is no face"),
        ("v 0 0\nv 1 0\nv 0 1\nf 1 2 3", "'v 0 0' is no vertex"),
        ("v 1,5 0 0\n", "no number"),
        ("v 0 0 nan\nv 1 0 0\nv 0 1 0\nf 1 2 3", "not finite"),
        ("v 0 0 1e999\nv 1 0 0\nv 0 1 0\nf 1 2 3", "not finite"),
        ("v 0 0 1e200\nv 1 0 0\nv 0 1 0\nf 1 2 3", "out of all proportion"),
        ("call other.obj\n", "calls other files"),
    ],
)
def test_obj_that_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.obj").write_text(text)
    assert told in reason(tmp_path / "a.obj")


def ply(path: Path, properties: str, rows: str, faces: str, of_faces: str = "") -> None:
    count = len(rows.splitlines()), len(faces.splitlines())
    path.write_text(
        f"ply\nformat ascii 1.0\ncomment TextureFile t.png\nelement vertex {count[0]}\n"
        f"property float x\nproperty float y\nproperty float z\n{properties}"
        f"element face {count[1]}\nproperty list uchar int vertex_indices\n{of_faces}"
        f"end_header\n{rows}\n{faces}\n"
    )


CORNERS = ("0 0 0", "1 0 0", "1 1 0", "0 1 0")
CHANNELS = "property {0} red\nproperty {0} green\nproperty {0} blue\n"


@pytest.mark.parametrize(
    ("kind", "full"),
    [("float", 1), ("float", 255), ("double", 1), ("uchar", 255), ("ushort", 65535)],
)
def test_ply_colours_of_every_type(tmp_path: Path, kind: str, full: int) -> None:
    rows = "\n".join(f"{corner} 0 {full} 0" for corner in CORNERS)
    ply(tmp_path / "a.ply", CHANNELS.format(kind), rows, "4 0 1 2 3")
    assert colours(tmp_path / "a.ply") == {GREEN}


def test_ply_colours_of_faces_and_mixed_polygons(tmp_path: Path) -> None:
    of_faces = CHANNELS.format("uchar")
    faces = "3 0 1 2 255 0 0\n4 0 1 2 3 0 0 255\n2 0 1 0 255 0"
    ply(tmp_path / "a.ply", "", "\n".join(CORNERS), faces, of_faces)
    found = read(tmp_path / "a.ply")
    areas = {part.rgb: of_mesh((part,)).area for part in found.mesh}
    assert areas == {RED: pytest.approx(0.5), BLUE: pytest.approx(1)}
    assert found.remarks == ("faces of fewer than three corners are left out",)


@pytest.mark.parametrize("names", ["r g b", "Red Green Blue", "R G B", "r red b"])
@pytest.mark.parametrize("of_faces", [True, False])
def test_ply_colours_under_other_names_are_told(tmp_path: Path, names: str, of_faces: bool) -> None:
    text = "".join(f"property uchar {name}\n" for name in names.split())
    if of_faces:
        ply(tmp_path / "a.ply", "", "\n".join(CORNERS), "4 0 1 2 3 255 0 0", text)
    else:
        rows = "\n".join(f"{corner} 255 0 0" for corner in CORNERS)
        ply(tmp_path / "a.ply", text, rows, "4 0 1 2 3")
    told = [line for line in read(tmp_path / "a.ply").remarks if "properties" in line]
    if names != "r red b":
        assert told == [f"its properties '{names}' are not used; call colours red green blue"]
    else:
        assert told == []


def test_ply_textures(tmp_path: Path) -> None:
    halves(tmp_path / "t.png")
    rows = "\n".join(f"{corner} 0.5 0.9" for corner in CORNERS)
    ply(tmp_path / "a.ply", "property float s\nproperty float t\n", rows, "3 0 1 2")
    assert colours(tmp_path / "a.ply") == {RED}
    of_faces = "property list uchar float texcoord\n"
    faces = "3 0 1 2 6 0 0.1 1 0.1 0.5 0.3\n3 0 2 3 6 0 0.9 1 0.9 0.5 0.8"
    ply(tmp_path / "b.ply", "", "\n".join(CORNERS), faces, of_faces)
    assert colours(tmp_path / "b.ply") == {RED, BLUE}
    (tmp_path / "t.png").write_bytes(b"damaged")
    assert read(tmp_path / "a.ply").remarks == ("its texture 't.png' is not used",)


@pytest.mark.parametrize("binary", [True, False])
def test_ply_of_mixed_polygons_by_meshio(tmp_path: Path, binary: bool) -> None:
    points = np.array([[0, 0, 0], [2, 0, 0], [2, 2, 0], [1, 0.5, 0], [0, 2, 0], [0, 0, 1.0]])
    cells = [("triangle", np.array([[0, 1, 5]])), ("polygon", np.array([[0, 1, 2, 3, 4]]))]
    meshio.ply.write(tmp_path / "a.ply", meshio.Mesh(points, cells), binary=binary)
    found = ours(tmp_path / "a.ply")
    assert (found.count, found.area) == (4, pytest.approx(1 + 2.5))


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (("property float z", "property float w"), "no x, y and z"),
        (("3 0 1 2", "3 0 1 7"), "vertices that it does not have"),
        (("3 0 1 2", "3 0 1"), "cut off"),
        (("1 1 0", "1 one 0"), "no number"),
        (("3 0 1 2", "3 0 1 0.5"), "vertices that it does not have"),
        (("3 0 1 2", "-3 0 1 2"), "no number of things"),
        (("property float y", "property text y"), "'property text y'"),
        (("format ascii", "format morse"), "'format morse 1.0'"),
        (("ply\n", "plyx\n"), "does not begin as a PLY file"),
        (("end_header", ""), "cut off"),
        (("element face", "element tristrips"), "strips of triangles"),
    ],
)
def test_ply_that_is_refused(tmp_path: Path, change: tuple[str, str], told: str) -> None:
    ply(tmp_path / "a.ply", "", "\n".join(CORNERS), "3 0 1 2")
    text = (tmp_path / "a.ply").read_text()
    assert change[0] in text
    (tmp_path / "a.ply").write_text(text.replace(*change, 1))
    assert told in reason(tmp_path / "a.ply")


CORNERS_OF_ONE = "vertex 0 0 {0}\nvertex 1 0 {0}\nvertex 0 1 {0}\n"
FACET = f"facet normal 0 0 1\nouter loop\n{CORNERS_OF_ONE}endloop\nendfacet\n"


def test_stl_of_two_solids(tmp_path: Path) -> None:
    first, second = (FACET.format(z) for z in (0, 1))
    (tmp_path / "a.stl").write_text(
        f"solid vertex one\n{first}endsolid vertex one\n\nSOLID two\n{second.upper()}ENDSOLID\n"
    )
    found = ours(tmp_path / "a.stl")
    assert (found.count, found.area, found.size[2]) == (2, pytest.approx(1), 1)


def test_stl_text_keeps_map_coordinates(tmp_path: Path) -> None:
    (tmp_path / "a.stl").write_text(
        "solid\nfacet normal 0 0 1\nouter loop\nvertex 691607.25 5334760.5 0\n"
        "vertex 691608.958 5334760.5 0\nvertex 691607.25 5334764.963 0\n"
        "endloop\nendfacet\nendsolid\n"
    )
    low, high = bounds(read(tmp_path / "a.stl").mesh)
    assert high - low == pytest.approx([1.708, 4.463, 0], abs=1e-6)
    assert low + high == pytest.approx([0, 0, 0], abs=1e-6)


def test_stl_colours_are_said_not_to_be_used(tmp_path: Path) -> None:
    box = trimesh.creation.box()
    kept = bytearray(trimesh.exchange.stl.export_stl(box))
    assert read_bytes(tmp_path, kept).remarks == ()
    kept[84 + 48] = 31
    assert read_bytes(tmp_path, kept).remarks == ("the colours of its triangles are not used",)


def read_bytes(folder: Path, data: bytes) -> ReadMesh:
    (folder / "a.stl").write_bytes(data)
    return read(folder / "a.stl")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("solid\n" + FACET.format(0), "cut off"),
        ("solid\n" + FACET.format(0).replace("endloop", "vertex 1 1 0\nendloop"), "no triangle"),
        ("solid\n" + FACET.format("1,5") + "endsolid\n", "'vertex 0 0 1,5' is no vertex"),
        ("solid\n" + FACET.format(0).replace("outer loop", "inner ring"), "'inner ring'"),
        ("solid\nendsolid\n", "no triangles in it"),
        ("stolid", "neither a text nor a whole binary"),
    ],
)
def test_stl_that_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "a.stl").write_text(text)
    assert told in reason(tmp_path / "a.stl")


def test_many_colours_are_taken_together_and_told(tmp_path: Path) -> None:
    sphere = trimesh.creation.icosphere(2)
    rgba = np.random.default_rng(1).integers(0, 256, (len(sphere.faces), 4), dtype=np.uint8)
    sphere.visual = trimesh.visual.ColorVisuals(sphere, face_colors=rgba)
    path = tmp_path / "a.ply"
    sphere.export(path)
    found = read(path)
    assert len(found.mesh) <= MAX_COLOURS
    assert found.remarks == (MANY_COLOURS,)
    of_mesh(found.mesh).check(by_trimesh(path), rgb=0.01)


@pytest.mark.parametrize("ending", ["obj", "ply", "stl", "glb", "gltf"])
@quick
@given(data=st.binary(min_size=1, max_size=300), head=st.booleans())
def test_rubbish_is_refused_in_words(tmp_path: Path, ending: str, data: bytes, head: bool) -> None:
    heads = {"ply": b"ply\nformat ascii 1.0\n", "stl": b"solid\n", "obj": b"v 0 0 0\nf 1 1 1\n"}
    path = tmp_path / f"a.{ending}"
    path.write_bytes((heads.get(ending, b"glTF") if head else b"") + data)
    told = reason(path)
    assert "Error" not in told and "0x" not in told and told.isprintable()
