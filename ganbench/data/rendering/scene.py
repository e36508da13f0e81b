"""A lit, square scene of VTK that is drawn off-screen; in the children of `render` only.

By VTK itself: to import PyVista's plotter takes a child longer than to draw a hundred pictures,
and its `add_mesh` several times as long as the drawing. The pictures are the same to the bit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from ganbench.data.rendering.mesh import Part, Rgb

if TYPE_CHECKING:
    from vtkmodules.vtkCommonDataModel import vtkPolyData
    from vtkmodules.vtkRenderingCore import vtkActor, vtkLight, vtkRenderer, vtkRenderWindow

Images = npt.NDArray[np.uint8]

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


class NoPictureError(RuntimeError):
    """OpenGL drew nothing, though the process lives."""


@dataclass(frozen=True, eq=False)
class Scene:
    """A window, what is in it, and its lights."""

    window: vtkRenderWindow
    renderer: vtkRenderer
    lights: tuple[vtkLight, ...]

    def paint(self, background: float) -> None:
        """In a grey, 0 for black to 1 for white."""
        self.renderer.SetBackground(_in_8_bits((background, background, background)))

    def show(self, parts: tuple[Part, ...]) -> None:
        """These parts and no others."""
        self.renderer.RemoveAllViewProps()
        for part in parts:
            if len(part.faces):
                self.renderer.AddActor(_actor(part))

    def light(self, side: int) -> None:
        """From the left (-1), from above (0) or from the right (1)."""
        wanted = SIDE_LIGHTS if side else LIGHTS
        for light, ((x, y, z), intensity) in zip(self.lights, wanted, strict=True):
            light.SetPosition(side * x if side else x, y, z)
            light.SetIntensity(intensity)

    def aim(self, azimuth_deg: float, elevation_deg: float, zoom: float = 1.0) -> None:
        """Move the camera so that the object appears turned by the azimuth."""
        turn, rise = math.radians(-azimuth_deg), math.radians(elevation_deg)
        towards = np.array([math.cos(turn), math.sin(turn), 0.0])
        above = np.array([0.0, 0.0, 1.0])
        camera = self.renderer.GetActiveCamera()
        camera.SetViewAngle(VIEW_ANGLE_DEG / zoom)
        position = CAMERA_DISTANCE * (math.cos(rise) * towards + math.sin(rise) * above)
        camera.SetPosition(position.tolist())
        camera.SetFocalPoint(0.0, 0.0, 0.0)
        # Square to the line of sight, so that looking straight down works too.
        camera.SetViewUp((math.cos(rise) * above - math.sin(rise) * towards).tolist())
        self.renderer.ResetCameraClippingRange()

    def picture(self) -> Images:
        """uint8 (side, side, 3), top row first. Raises NoPictureError where none is drawn."""
        from vtkmodules.util.numpy_support import vtk_to_numpy
        from vtkmodules.vtkRenderingCore import vtkWindowToImageFilter

        self.window.Render()
        shown = vtkWindowToImageFilter()
        shown.SetInput(self.window)
        shown.ShouldRerenderOff()
        shown.Update()
        pixels = shown.GetOutput().GetPointData().GetScalars()
        width, height = self.window.GetSize()
        if pixels is None or pixels.GetNumberOfValues() != 3 * width * height:
            raise NoPictureError("no picture came back from OpenGL")
        picture: Images = vtk_to_numpy(pixels).reshape(height, width, 3)[::-1]
        return picture

    def close(self) -> None:
        self.window.Finalize()


def open_scene(side: int) -> Scene:
    """Empty and white, of `side` pixels."""
    import vtkmodules.vtkRenderingOpenGL2  # noqa: F401 (what draws a window registers itself)
    from vtkmodules.vtkRenderingCore import vtkLight, vtkRenderer, vtkRenderWindow

    window, renderer = vtkRenderWindow(), vtkRenderer()
    window.SetOffScreenRendering(1)
    window.SetMultiSamples(0)  # supersampled instead, which every OpenGL does alike
    window.SetSize(side, side)
    if hasattr(window, "SetConnectContextToNSView"):
        window.SetConnectContextToNSView(False)  # else macOS shows an icon for each child
    window.AddRenderer(renderer)
    renderer.SetBackground(1.0, 1.0, 1.0)
    lights = tuple(vtkLight() for _ in LIGHTS)
    for light in lights:
        light.SetLightTypeToCameraLight()
        renderer.AddLight(light)
    return Scene(window, renderer, lights)


def _actor(part: Part) -> vtkActor:
    """The part with smooth shading, except across creases."""
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
    look.SetColor(_in_8_bits(part.rgb))
    look.SetAmbient(0.22)
    look.SetDiffuse(0.82)
    look.SetSpecular(part.specular)
    look.SetSpecularPower(part.shininess)
    return actor


def _in_8_bits(rgb: Rgb) -> list[float]:
    return [round(255 * channel) / 255 for channel in rgb]


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
