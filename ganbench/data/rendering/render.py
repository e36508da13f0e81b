"""Off-screen rendering of triangle meshes, always in child processes.

VTK draws, and it ends the whole process with a segmentation fault where it finds no off-screen
OpenGL. So it is never imported in the process of the user: children render, and a dead child is an
error message. The children import neither torch nor anything else of the package but the scene and
the mesh types.
"""

from __future__ import annotations

import atexit
import math
import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from typing import TypeVar

import numpy as np

from ganbench.core.errors import UserError
from ganbench.core.reports import Report, counted, no_report
from ganbench.data.rendering.mesh import Part, normalise
from ganbench.data.rendering.scene import Images, NoPictureError, Scene, open_scene

T = TypeVar("T")

CHUNK_OBJECTS = 8
MAX_CHILDREN = 4
FRAMES_WORTH_A_CHILD = 150  # a child starts in less time than it renders these

INSTALL_OPENGL = (
    "install an off-screen OpenGL, e.g. on Debian/Ubuntu: "
    "apt-get install libegl1 libgl1 libgl1-mesa-dri libxrender1; if it is installed, unset "
    "VTK_DEFAULT_OPENGL_WINDOW and check that memory has not run out; "
    'a script of your own must call this below `if __name__ == "__main__":`'
)


@dataclass(frozen=True)
class Shot:
    """How one picture of an object is taken.

    azimuth_deg: at 0 the object's front (+x) faces the camera; a positive azimuth turns it towards
        its own left, that is anticlockwise seen from above, which moves its front to the right of
        the picture. The camera and its lights stay still.
    elevation_deg: the camera looks down from a positive one.
    light: -1 from the left of the picture, 0 from above, 1 from the right.
    zoom: above 1 the object fills more of the picture than its whole, and its ends are cut off.
    """

    azimuth_deg: float
    elevation_deg: float
    light: int = 0
    zoom: float = 1.0


def as_it_is(mesh: Sequence[Part]) -> Sequence[Part]:
    return mesh


def render_shots(
    objects: Sequence[T],
    build: Callable[[T], Sequence[Part]],
    shots: Sequence[Sequence[Shot]],
    size: int,
    background: float = 1.0,
    report: Report = no_report,
) -> Images:
    """Pictures of every object, as many of each, uint8 of shape (objects, shots, 3, size, size).

    Objects are normalised first, so any scale fills the frame.

    build: an object to its mesh; a function at the top of its module, for it runs in the children.
    size: side of the square picture in pixels.
    background: its grey, 0 for black to 1 for white.
    report: takes lines of progress.

    The result does not depend on the number of processes. They are spawned, so a script that
    calls this must guard its own start with `if __name__ == "__main__":`.

    Raises UserError when the rendering process fails, ValueError for a mesh without extent.
    """
    images = np.empty((len(objects), len(shots[0]) if shots else 0, 3, size, size), dtype=np.uint8)
    if not images.size:
        return images
    starts = range(0, len(objects), CHUNK_OBJECTS)
    chunks = [slice(start, start + CHUNK_OBJECTS) for start in starts]
    with _children(_count_children(images.shape[0] * images.shape[1], len(chunks))) as pool:
        futures = [
            pool.submit(_render_chunk, objects[chunk], build, shots[chunk], size, background)
            for chunk in chunks
        ]
        views = (future.result() for future in futures)
        shown = counted(views, len(objects), "objects rendered", report, CHUNK_OBJECTS)
        for chunk, pictures in zip(chunks, shown, strict=True):
            images[chunk] = pictures
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
    scene = _childs_scene(size * factor)
    images = np.empty((len(objects), len(shots[0]), 3, size, size), dtype=np.uint8)
    scene.paint(background)
    for item, object_shots, views in zip(objects, shots, images, strict=True):
        scene.show(normalise(build(item)))
        for view, shot in zip(views, object_shots, strict=True):
            scene.light(shot.light)
            scene.aim(shot.azimuth_deg, shot.elevation_deg, shot.zoom)
            view[:] = _shrink(scene.picture(), factor)
    return images


@cache
def _childs_scene(side: int) -> Scene:
    """Opened once a child, for that takes as long as to draw several pictures, and closed at its
    end.
    """
    scene = open_scene(side)
    atexit.register(scene.close)
    if scene.picture().min() < 255:  # nothing is in it yet but its white background
        raise NoPictureError("OpenGL did not draw the white background")
    return scene


def _supersampling(size: int) -> int:
    """Rendered pixels per pixel and axis: 4 up to 48 pixels, 3 at 64, 2 from 96 on."""
    return max(2, min(4, 192 // size))


def _shrink(picture: Images, factor: int) -> Images:
    """Mean over squares of factor x factor pixels; channels first."""
    from PIL import Image

    return np.asarray(Image.fromarray(picture).reduce(factor)).transpose(2, 0, 1)
