"""Off-screen rendering of triangle meshes, always in child processes.

VTK ends the whole process with a segmentation fault where it finds no off-screen OpenGL, so it
is never imported in the process of the user: children render, and a dead child is an error
message. The children import neither torch nor anything else of the package but the mesh types.
"""

from __future__ import annotations

import importlib
import math
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context
from typing import Any

import numpy as np
import numpy.typing as npt

from ganbench.data.mesh import Mesh, Part, normalise
from ganbench.errors import UserError

Images = npt.NDArray[np.uint8]

CHUNK_OBJECTS = 8
MAX_CHILDREN = 4
FRAMES_WORTH_A_CHILD = 150  # a child takes about as long to start as to render these
CAMERA_DISTANCE = 4.5  # in radii of the object
FRAME_MARGIN = 1.02
CREASE_DEG = 38.0  # edges sharper than this are shaded as creases, others as smooth

# Position in camera coordinates (right, up, towards the viewer) and intensity. Each light lies in
# the vertical plane of the view or has a twin across it, so mirrored poses give mirrored images.
LIGHTS = (
    ((0.0, 1.0, 0.55), 0.62),
    ((0.0, 0.15, 1.0), 0.38),
    ((1.0, 0.25, 0.35), 0.16),
    ((-1.0, 0.25, 0.35), 0.16),
)

INSTALL_OPENGL = (
    "install an off-screen OpenGL, e.g. on Debian/Ubuntu: "
    "apt-get install libegl1 libgl1 libgl1-mesa-dri libxrender1; if it is installed, unset "
    "VTK_DEFAULT_OPENGL_WINDOW and check that memory has not run out; "
    'a script of your own must call this below `if __name__ == "__main__":`'
)


def render_views(
    objects: Sequence[tuple[Part, ...]],
    azimuths_deg: Sequence[float],
    size: int,
    elevation_deg: float,
    on_progress: Callable[[int], None] | None = None,
) -> Images:
    """Images of every object from every azimuth, uint8 of shape (objects, azimuths, 3, size, size).

    Objects are normalised first, so any scale fills the frame; the background is white. The
    camera and its lights stay still and the object turns about its vertical axis. At azimuth 0
    its front (+x) faces the camera; a positive azimuth turns it towards its own left, that is
    anticlockwise seen from above, which moves its front to the right of the image.

    azimuths_deg, elevation_deg: degrees; the camera looks down from a positive elevation.
    size: side of the square image in pixels.
    on_progress: called with the number of objects that are finished so far.

    The result does not depend on the number of processes. They are spawned, so a script that
    calls this must guard its own start with `if __name__ == "__main__":`.

    Raises UserError when the rendering process fails, ValueError for a mesh without extent.
    """
    images = np.empty((len(objects), len(azimuths_deg), 3, size, size), dtype=np.uint8)
    if not images.size:
        return images
    meshes = [normalise(parts) for parts in objects]
    starts = range(0, len(meshes), CHUNK_OBJECTS)
    pool = ProcessPoolExecutor(
        max_workers=_count_children(len(objects) * len(azimuths_deg), len(starts)),
        mp_context=get_context("spawn"),
        initializer=start_child,
    )
    try:
        futures = {
            pool.submit(
                _render_chunk,
                meshes[i : i + CHUNK_OBJECTS],
                tuple(azimuths_deg),
                size,
                elevation_deg,
            ): i
            for i in starts
        }
        _collect(futures, images, on_progress)
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
    return images


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
    meshes: Sequence[Mesh], azimuths_deg: Sequence[float], size: int, elevation_deg: float
) -> Images:
    factor = _supersampling(size)
    window, renderer = _open_window(size * factor)
    images = np.empty((len(meshes), len(azimuths_deg), 3, size, size), dtype=np.uint8)
    try:
        for mesh, views in zip(meshes, images, strict=True):
            renderer.RemoveAllViewProps()
            for part in mesh:
                renderer.AddActor(_actor(part))
            for index, azimuth_deg in enumerate(azimuths_deg):
                _aim(renderer, azimuth_deg, elevation_deg)
                views[index] = _shrink(_picture(window), factor)
    finally:
        window.Finalize()
    return images


def _supersampling(size: int) -> int:
    """Rendered pixels per pixel and axis: 4 up to 48 pixels, 3 at 64, 2 from 96 on."""
    return max(2, min(4, 192 // size))


def _open_window(side: int) -> tuple[Any, Any]:
    """A square off-screen window of `side` pixels and its lit, empty, white renderer."""
    importlib.import_module("vtkmodules.vtkRenderingOpenGL2")  # registers the implementation
    from vtkmodules.vtkRenderingCore import vtkLight, vtkRenderer, vtkRenderWindow

    window = vtkRenderWindow()
    window.SetOffScreenRendering(True)
    window.SetMultiSamples(0)  # supersampled instead, which every OpenGL does alike
    window.SetSize(side, side)
    renderer = vtkRenderer()
    renderer.SetBackground(1.0, 1.0, 1.0)
    renderer.SetAutomaticLightCreation(False)
    for position, intensity in LIGHTS:
        light = vtkLight()
        light.SetLightTypeToCameraLight()
        light.SetPosition(*position)
        light.SetFocalPoint(0.0, 0.0, 0.0)
        light.SetIntensity(intensity)
        renderer.AddLight(light)
    window.AddRenderer(renderer)
    return window, renderer


def _actor(part: Part) -> Any:
    """The part with smooth shading, except across creases."""
    from vtkmodules.vtkFiltersCore import vtkCleanPolyData, vtkPolyDataNormals
    from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

    clean = vtkCleanPolyData()
    clean.SetInputData(_poly_data(part))
    clean.SetTolerance(0.0)  # merges exact duplicates only
    normals = vtkPolyDataNormals()
    normals.SetInputConnection(clean.GetOutputPort())
    normals.SetFeatureAngle(CREASE_DEG)
    mapper = vtkPolyDataMapper()
    mapper.SetInputConnection(normals.GetOutputPort())
    actor = vtkActor()
    actor.SetMapper(mapper)
    look = actor.GetProperty()
    look.SetInterpolationToPhong()
    look.SetColor(*part.rgb)
    look.SetAmbient(0.22)
    look.SetDiffuse(0.82)
    look.SetSpecular(part.specular)
    look.SetSpecularPower(part.shininess)
    return actor


def _poly_data(part: Part) -> Any:
    from vtkmodules.vtkCommonCore import vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkPolyData

    convert = _numpy_support()
    points = vtkPoints()
    points.SetData(convert.numpy_to_vtk(part.vertices, deep=True))
    count = len(part.faces)
    cells = vtkCellArray()
    cells.SetData(
        convert.numpy_to_vtkIdTypeArray(np.arange(0, 3 * count + 1, 3, dtype=np.int64), deep=True),
        convert.numpy_to_vtkIdTypeArray(part.faces.astype(np.int64).ravel(), deep=True),
    )
    data = vtkPolyData()
    data.SetPoints(points)
    data.SetPolys(cells)
    return data


def _numpy_support() -> Any:
    """VTK's converters, which carry no types."""
    return importlib.import_module("vtkmodules.util.numpy_support")


def _aim(renderer: Any, azimuth_deg: float, elevation_deg: float) -> None:
    """Move the camera so that the object appears turned by the azimuth."""
    turn, rise = math.radians(-azimuth_deg), math.radians(elevation_deg)
    forward = (math.cos(turn), math.sin(turn))
    camera = renderer.GetActiveCamera()
    camera.SetFocalPoint(0.0, 0.0, 0.0)
    camera.SetPosition(
        CAMERA_DISTANCE * math.cos(rise) * forward[0],
        CAMERA_DISTANCE * math.cos(rise) * forward[1],
        CAMERA_DISTANCE * math.sin(rise),
    )
    # Square to the line of sight, so that looking straight down works too.
    camera.SetViewUp(-math.sin(rise) * forward[0], -math.sin(rise) * forward[1], math.cos(rise))
    camera.SetViewAngle(2 * math.degrees(math.asin(FRAME_MARGIN / CAMERA_DISTANCE)))
    camera.SetClippingRange(CAMERA_DISTANCE - 1.1, CAMERA_DISTANCE + 1.1)


def _picture(window: Any) -> Images:
    """What the window shows, shape (side, side, 3), top row first."""
    from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter

    window.Render()
    grab = vtkWindowToImageFilter()
    grab.SetInput(window)
    grab.SetInputBufferTypeToRGB()
    grab.ReadFrontBufferOff()
    grab.ShouldRerenderOff()
    grab.Update()
    pixels = grab.GetOutput().GetPointData().GetScalars()
    side = window.GetSize()[0]
    if pixels is None or pixels.GetNumberOfTuples() != side * side:
        raise NoPictureError("no picture came back from OpenGL")
    picture: Images = _numpy_support().vtk_to_numpy(pixels).reshape(side, side, 3)[::-1]
    if picture[0, 0].min() < 255:  # the object's sphere never reaches the corner
        raise NoPictureError("OpenGL did not draw the white background")
    return picture


def _shrink(picture: Images, factor: int) -> Images:
    """Mean over squares of factor x factor pixels; channels first."""
    side = picture.shape[0] // factor
    # Rows first, in long contiguous runs: several times faster than both axes at once.
    rows = picture.reshape(side, factor, -1).sum(axis=1, dtype=np.uint16)
    blocks = rows.reshape(side, side, factor, 3)
    total = sum(blocks[:, :, index].astype(np.uint32) for index in range(factor))
    rounded = (total + factor * factor // 2) // (factor * factor)
    result: Images = rounded.astype(np.uint8).transpose(2, 0, 1)
    return result
