"""Off-screen rendering of triangle meshes, always in child processes.

PyVista draws, and its VTK ends the whole process with a segmentation fault where it finds no
off-screen OpenGL. So PyVista is never imported in the process of the user: children render, and
a dead child is an error message. The children import neither torch nor anything else of the
package but the mesh types.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from typing import TYPE_CHECKING, TypeVar

import numpy as np
import numpy.typing as npt

from ganbench.core.errors import UserError
from ganbench.data.rendering.mesh import Part, normalise

if TYPE_CHECKING:
    import pyvista as pv
    from vtkmodules.vtkCommonDataModel import vtkPolyData
    from vtkmodules.vtkRenderingCore import vtkActor

Images = npt.NDArray[np.uint8]
T = TypeVar("T")

CHUNK_OBJECTS = 8
MAX_CHILDREN = 4
FRAMES_WORTH_A_CHILD = 150  # a child takes about as long to start as to render these
CAMERA_DISTANCE = 4.5  # in radii of the object
FRAME_MARGIN = 1.02
VIEW_ANGLE_DEG = 2 * math.degrees(math.asin(FRAME_MARGIN / CAMERA_DISTANCE))
CREASE_DEG = 38.0  # edges sharper than this are shaded as creases, others as smooth

# Position in camera coordinates (right, up, towards the viewer) and intensity. Each light lies in
# the vertical plane of the view or has a twin across it, so mirrored poses give mirrored images.
LIGHTS = (
    ((0.0, 1.0, 0.55), 0.62),
    ((0.0, 0.15, 1.0), 0.38),
    ((1.0, 0.25, 0.35), 0.16),
    ((-1.0, 0.25, 0.35), 0.16),
)
# Of a light from the right instead: one side bright, the other dark.
SIDE_LIGHTS = (
    ((0.75, 0.9, 0.45), 0.75),
    ((0.0, 0.15, 1.0), 0.22),
    ((1.0, 0.25, 0.35), 0.4),
    ((-1.0, 0.25, 0.35), 0.02),
)

INSTALL_OPENGL = (
    "install an off-screen OpenGL, e.g. on Debian/Ubuntu: "
    "apt-get install libegl1 libgl1 libgl1-mesa-dri libxrender1; if it is installed, unset "
    "VTK_DEFAULT_OPENGL_WINDOW and check that memory has not run out; "
    'a script of your own must call this below `if __name__ == "__main__":`'
)


@dataclass(frozen=True)
class Shot:
    """How one picture of an object is taken.

    azimuth_deg, elevation_deg: as in `render_views`.
    light: -1 from the left of the picture, 0 from above, 1 from the right.
    zoom: above 1 the object fills more of the picture than its whole, and its ends are cut off.
    """

    azimuth_deg: float
    elevation_deg: float
    light: int = 0
    zoom: float = 1.0


def render_views(
    objects: Sequence[tuple[Part, ...]],
    azimuths_deg: Sequence[float],
    size: int,
    elevation_deg: float,
    background: float = 1.0,
    on_progress: Callable[[int], None] | None = None,
) -> Images:
    """Images of every object from every azimuth, uint8 of shape (objects, azimuths, 3, size, size).

    Objects are normalised first, so any scale fills the frame. The camera and its lights stay
    still and the object turns about its vertical axis. At azimuth 0 its front (+x) faces the
    camera; a positive azimuth turns it towards its own left, that is anticlockwise seen from
    above, which moves its front to the right of the image.

    azimuths_deg, elevation_deg: degrees; the camera looks down from a positive elevation.
    size: side of the square image in pixels.
    background: its grey, 0 for black to 1 for white.
    on_progress: called with the number of objects that are finished so far.

    The result does not depend on the number of processes. They are spawned, so a script that
    calls this must guard its own start with `if __name__ == "__main__":`.

    Raises UserError when the rendering process fails, ValueError for a mesh without extent.
    """
    if not objects:
        return np.empty((0, len(azimuths_deg), 3, size, size), dtype=np.uint8)
    shots = [Shot(azimuth, elevation_deg) for azimuth in azimuths_deg]
    return render_shots(objects, as_it_is, [shots] * len(objects), size, background, on_progress)


def as_it_is(mesh: Sequence[Part]) -> Sequence[Part]:
    return mesh


def render_shots(
    objects: Sequence[T],
    build: Callable[[T], Sequence[Part]],
    shots: Sequence[Sequence[Shot]],
    size: int,
    background: float = 1.0,
    on_progress: Callable[[int], None] | None = None,
) -> Images:
    """The same for shots that differ from object to object: as many of each, (objects, shots).

    build: an object to its mesh; a function at the top of its module, for it runs in the children.
    """
    images = np.empty((len(objects), len(shots[0]) if shots else 0, 3, size, size), dtype=np.uint8)
    if not images.size:
        return images
    starts = range(0, len(objects), CHUNK_OBJECTS)
    with _children(_count_children(images.shape[0] * images.shape[1], len(starts))) as pool:
        futures = {
            pool.submit(
                _render_chunk,
                objects[i : i + CHUNK_OBJECTS],
                build,
                shots[i : i + CHUNK_OBJECTS],
                size,
                background,
            ): i
            for i in starts
        }
        _collect(futures, images, on_progress)
    return images


@contextmanager
def _children(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes that render. Raises UserError where they cannot, or die."""
    pool = ProcessPoolExecutor(count, get_context("spawn"), initializer=start_child)
    try:
        yield pool
    except BrokenProcessPool as error:
        raise UserError(
            what="off-screen rendering failed: the rendering process died",
            where=_window_name(),
            fix=INSTALL_OPENGL,
        ) from error
    except (ImportError, NoPictureError) as error:
        raise UserError(
            what=f"off-screen rendering failed: {error}", where=_window_name(), fix=INSTALL_OPENGL
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


class NoPictureError(RuntimeError):
    """OpenGL drew nothing, though the process lives."""


def _collect(
    futures: dict[Future[Images], int],
    images: Images,
    on_progress: Callable[[int], None] | None,
) -> None:
    """Put each finished chunk into its place in `images`."""
    done = 0
    for future in as_completed(futures):
        chunk = future.result()
        start = futures[future]
        images[start : start + len(chunk)] = chunk
        done += len(chunk)
        if on_progress is not None:
            on_progress(done)


def _count_children(n_frames: int, n_chunks: int) -> int:
    wanted = math.ceil(n_frames / FRAMES_WORTH_A_CHILD)
    return max(1, min(wanted, n_chunks, os.cpu_count() or 1, MAX_CHILDREN))


def _window_name() -> str:
    return f"VTK_DEFAULT_OPENGL_WINDOW={os.environ.get('VTK_DEFAULT_OPENGL_WINDOW', '')}"


# What follows runs in the children only.


def start_child() -> None:
    """Make the calling child process ready for VTK: off-screen where no display is, and quiet.

    VTK and Mesa write warnings straight to the file descriptor of stderr, so that is closed;
    Python's exceptions still reach the parent. Ctrl-C is left to the parent.
    """
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if not os.environ.get("DISPLAY"):
        os.environ.setdefault("VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow")
    # One software-rendering thread a child: the children already fill the cores.
    os.environ.setdefault("LP_NUM_THREADS", "1")
    silence = os.open(os.devnull, os.O_WRONLY)
    os.dup2(silence, 2)
    os.close(silence)


def _render_chunk(
    objects: Sequence[T],
    build: Callable[[T], Sequence[Part]],
    shots: Sequence[Sequence[Shot]],
    size: int,
    background: float,
) -> Images:
    factor = _supersampling(size)
    plotter = _open_plotter(size * factor)
    if _picture(plotter).min() < 255:  # nothing is in the scene yet but its white background
        raise NoPictureError("OpenGL did not draw the white background")
    plotter.set_background((background, background, background))
    images = np.empty((len(objects), len(shots[0]), 3, size, size), dtype=np.uint8)
    try:
        for item, object_shots, views in zip(objects, shots, images, strict=True):
            mesh = normalise(build(item))
            plotter.renderer.RemoveAllViewProps()
            for part in mesh:
                if len(part.faces):
                    plotter.renderer.AddActor(_actor(part))
            for view, shot in zip(views, object_shots, strict=True):
                _light(plotter, shot.light)
                _aim(plotter, shot)
                view[:] = _shrink(_picture(plotter), factor)
    finally:
        plotter.close()
    return images


def _supersampling(size: int) -> int:
    """Rendered pixels per pixel and axis: 4 up to 48 pixels, 3 at 64, 2 from 96 on."""
    return max(2, min(4, 192 // size))


def _open_plotter(side: int) -> pv.Plotter:
    """A square off-screen scene of `side` pixels: lit, empty and white."""
    import pyvista as pv

    plotter = pv.Plotter(
        off_screen=True,
        window_size=[side, side],
        lighting="none",
        theme=pv.themes.DocumentTheme(),  # white, whatever theme the user's environment names
    )
    plotter.disable_anti_aliasing()  # supersampled instead, which every OpenGL does alike
    for _ in LIGHTS:
        plotter.add_light(pv.Light(light_type="camera light"))
    return plotter


def _actor(part: Part) -> vtkActor:
    """The part with smooth shading, except across creases. By VTK itself, for PyVista's `add_mesh`
    takes several times as long as the drawing; the pictures are the same to the bit.
    """
    from vtkmodules.vtkFiltersCore import vtkCleanPolyData, vtkPolyDataNormals, vtkTriangleFilter
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

    clean, triangles, normals = vtkCleanPolyData(), vtkTriangleFilter(), vtkPolyDataNormals()
    clean.SetInputData(_surface(part))
    # Merges exact duplicates only, and drops the lines and points it makes of empty triangles.
    triangles.SetInputConnection(clean.GetOutputPort())
    triangles.PassVertsOff()
    triangles.PassLinesOff()
    normals.SetInputConnection(triangles.GetOutputPort())
    normals.SetFeatureAngle(CREASE_DEG)
    mapper = vtkPolyDataMapper()
    mapper.SetInputConnection(normals.GetOutputPort())
    mapper.ScalarVisibilityOff()
    actor = vtkActor()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetInterpolationToPhong()
    look.SetColor([round(255 * channel) / 255 for channel in part.rgb])
    look.SetAmbient(0.22)
    look.SetDiffuse(0.82)
    look.SetSpecular(part.specular)
    look.SetSpecularPower(part.shininess)
    return actor


def _surface(part: Part) -> vtkPolyData:
    from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    points, cells, surface = vtkPoints(), vtkCellArray(), vtkPolyData()
    points.SetData(numpy_to_vtk(np.ascontiguousarray(part.vertices), deep=True))
    ends = np.arange(0, 3 * len(part.faces) + 1, 3, dtype=np.int64)
    corners = np.ascontiguousarray(part.faces, dtype=np.int64).ravel()
    cells.SetData(*(numpy_to_vtkIdTypeArray(ids, deep=True) for ids in (ends, corners)))
    surface.SetPoints(points)
    surface.SetPolys(cells)
    return surface


def _light(plotter: pv.Plotter, side: int) -> None:
    """Light the scene from the left (-1), from above (0) or from the right (1)."""
    wanted = SIDE_LIGHTS if side else LIGHTS
    for light, ((x, y, z), intensity) in zip(plotter.renderer.lights, wanted, strict=True):
        light.position = (side * x if side else x, y, z)
        light.intensity = intensity


def _aim(plotter: pv.Plotter, shot: Shot) -> None:
    """Move the camera so that the object appears turned by the azimuth."""
    plotter.camera.view_angle = VIEW_ANGLE_DEG / shot.zoom
    turn, rise = math.radians(-shot.azimuth_deg), math.radians(shot.elevation_deg)
    towards = np.array([math.cos(turn), math.sin(turn), 0.0])
    above = np.array([0.0, 0.0, 1.0])
    position = CAMERA_DISTANCE * (math.cos(rise) * towards + math.sin(rise) * above)
    # Square to the line of sight, so that looking straight down works too.
    up = math.cos(rise) * above - math.sin(rise) * towards
    plotter.camera_position = [position, (0.0, 0.0, 0.0), up]


def _picture(plotter: pv.Plotter) -> Images:
    """What the plotter shows, shape (side, side, 3), top row first."""
    plotter.render()  # a screenshot draws by itself the first time only
    try:
        picture: Images = np.asarray(plotter.screenshot(return_img=True))
    except (RuntimeError, ValueError) as error:
        raise NoPictureError(f"no picture came back from OpenGL: {error}") from error
    return picture


def _shrink(picture: Images, factor: int) -> Images:
    """Mean over squares of factor x factor pixels; channels first."""
    from PIL import Image

    return np.asarray(Image.fromarray(picture).reduce(factor)).transpose(2, 0, 1)
