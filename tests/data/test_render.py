"""The off-screen renderer: poses, framing, determinism and what a missing OpenGL looks like."""

from __future__ import annotations

import ctypes.util
import subprocess
import sys
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np
import pytest

from benchmarks.render_speed import by_ganbench, by_pyvista
from ganbench.core.errors import UserError
from ganbench.data.procedural.cars.cars import build_car
from ganbench.data.procedural.cars.styles import STYLES, sample_car
from ganbench.data.procedural.surfaces import box
from ganbench.data.rendering import render
from ganbench.data.rendering.mesh import Mesh, Part, normalise
from ganbench.data.rendering.render import Images, Shot
from tests.data.views import render_views

AZIMUTHS_DEG = (-75, -30, 0, 30, 75, 90, 180)
SIZE = 48
ELEVATION_DEG = 12.0


def arrow() -> Mesh:
    """A bar along x with a red front end."""
    blue = box((-2, -0.4, 0), (1.2, 0.4, 0.5), (0.1, 0.2, 0.8))
    return blue, box((1.2, -0.4, 0), (2, 0.4, 0.5), (0.9, 0.05, 0.05))


def scaled(mesh: Mesh, factor: float) -> Mesh:
    return tuple(Part(p.vertices * np.float32(factor), p.faces, p.rgb) for p in mesh)


@pytest.fixture(scope="module")
def objects() -> list[Mesh]:
    rng = np.random.default_rng(5)
    return [arrow(), scaled(arrow(), 1024), *(build_car(sample_car(rng, s)) for s in STYLES)]


@pytest.fixture(scope="module")
def views(objects: list[Mesh]) -> Images:
    return render_views(objects, AZIMUTHS_DEG, SIZE, ELEVATION_DEG)


def redness(image: Images) -> np.ndarray:
    red, green, blue = image.astype(int)
    return np.asarray((red - np.maximum(green, blue)).clip(0) > 60)


def test_shape_and_type(objects: list[Mesh], views: Images) -> None:
    assert views.shape == (len(objects), len(AZIMUTHS_DEG), 3, SIZE, SIZE)
    assert views.dtype == np.uint8


@pytest.mark.parametrize(("background", "level"), [(0.0, 0), (0.5, 128), (1.0, 255)])
def test_the_background_is_as_asked(background: float, level: int) -> None:
    views = render_views([arrow()], (0, 60), SIZE, ELEVATION_DEG, background)
    assert np.abs(views[..., 0, :].astype(int) - level).max() <= 1
    assert np.abs(views.astype(int) - level).max() > 50


def test_white_border_and_a_full_frame(views: Images) -> None:
    border = np.ones((SIZE, SIZE), bool)
    border[1:-1, 1:-1] = False
    assert (views[..., border] > 250).mean() > 0.99
    side = views[:, AZIMUTHS_DEG.index(90)].min(axis=1) < 200
    columns = side.any(axis=1).sum(axis=1)
    assert (columns > 0.85 * SIZE).all()


def test_a_positive_azimuth_moves_the_front_to_the_right(views: Images) -> None:
    turned = redness(views[0, AZIMUTHS_DEG.index(75)])
    assert np.nonzero(turned)[1].mean() > 0.7 * SIZE
    turned = redness(views[0, AZIMUTHS_DEG.index(-75)])
    assert np.nonzero(turned)[1].mean() < 0.3 * SIZE


def test_azimuth_0_shows_the_front_and_180_the_rear(views: Images) -> None:
    assert redness(views[0, AZIMUTHS_DEG.index(0)]).sum() > 20
    assert redness(views[0, AZIMUTHS_DEG.index(180)]).sum() < 10


def test_an_opposite_azimuth_is_the_mirror_image(views: Images) -> None:
    for angle in (30, 75):
        one = views[:, AZIMUTHS_DEG.index(angle)].astype(int)
        other = views[:, AZIMUTHS_DEG.index(-angle), :, :, ::-1].astype(int)
        difference = np.abs(one - other)
        assert difference.mean() < 0.5
        assert np.quantile(difference, 0.99) <= 8
    front = views[:, AZIMUTHS_DEG.index(0)].astype(int)
    assert np.abs(front - front[..., ::-1]).mean() < 0.5


def test_scale_makes_no_difference(views: Images) -> None:
    assert np.array_equal(views[0], views[1])


def test_poses_and_cars_differ(views: Images) -> None:
    frames = views[2:].reshape(-1, 3 * SIZE * SIZE).astype(int)
    distance = np.abs(frames[:, None] - frames[None, :]).mean(axis=2)
    assert distance[~np.eye(len(frames), dtype=bool)].min() > 1


def test_same_bytes_however_objects_are_divided(
    objects: list[Mesh], views: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "CHUNK_OBJECTS", 3)
    monkeypatch.setattr(render, "FRAMES_WORTH_A_CHILD", 1)
    again = render_views(objects, AZIMUTHS_DEG, SIZE, ELEVATION_DEG)
    assert np.array_equal(again, views)


def test_parts_without_area_draw_nothing() -> None:
    front = arrow()[1]
    empty = np.array([[0, 0, 0], [0, 1, 1], [1, 1, 0]], np.int32)
    flat = Part(front.vertices, empty, (0.0, 0.0, 0.0))
    nothing = Part(front.vertices, empty[:0], (0.0, 0.0, 0.0))
    bare, more = render_views([(front,), (front, flat, nothing)], [30], 32, 20.0)
    assert np.array_equal(bare, more)


def shown_by_both(shot: Shot, meshes: list[Mesh]) -> tuple[list[Images], list[Images]]:
    """Drawn by PyVista and as we draw them; in a child process."""
    return by_pyvista(meshes, 96, shot), by_ganbench(meshes, 96, shot)


def test_each_part_is_drawn_as_pyvista_draws_it(objects: list[Mesh]) -> None:
    """Its window, lights and camera are PyVista's too."""
    shown = [normalise(mesh) for mesh in objects[1:4]]
    with ProcessPoolExecutor(1, get_context("spawn"), render.start_child) as pool:
        for shot in (Shot(35, 15, light=1), Shot(-100, -5, light=-1, zoom=1.35), Shot(0, 90)):
            for theirs, ours in zip(*pool.submit(shown_by_both, shot, shown).result(), strict=True):
                assert np.array_equal(theirs, ours) and theirs.std() > 5


def test_the_users_pyvista_theme_makes_no_difference(
    objects: list[Mesh], views: Images, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYVISTA_PLOT_THEME", "dark")
    again = render_views(objects[:1], AZIMUTHS_DEG, SIZE, ELEVATION_DEG)
    assert np.array_equal(again, views[:1])


def test_nothing_to_render_starts_no_process() -> None:
    assert render_views([], [0], 32, 10.0).shape == (0, 0, 3, 32, 32)


@pytest.mark.skipif(ctypes.util.find_library("OSMesa") is not None, reason="OSMesa works here")
def test_a_dead_child_is_a_user_error(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VTK_DEFAULT_OPENGL_WINDOW", "vtkOSOpenGLRenderWindow")
    with pytest.raises(UserError, match="off-screen rendering failed") as caught:
        render_views([arrow()], [0], 32, 10.0)
    assert "libegl1" in caught.value.fix
    assert "vtkOSOpenGLRenderWindow" in caught.value.where
    assert capfd.readouterr().err == ""


def test_the_parent_imports_no_vtk_and_the_children_no_torch() -> None:
    code = (
        "import sys, ganbench.data.rendering.render, ganbench.data.readers.meshes\n"
        "heavy = {'torch', 'vtk', 'vtkmodules', 'pyvista'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
