"""How long objects take to be drawn by PyVista's plotter and as ganbench draws them.

`python benchmarks/render_speed.py` draws 40 objects of each kind in turns in one process, says
whether the pictures are equal, and prints the seconds of the best of three rounds and their ratio.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from ganbench.data.rendering import scene
from ganbench.data.rendering.mesh import Mesh, normalise
from ganbench.data.rendering.render import Shot, start_child
from ganbench.data.rendering.scene import Images
from ganbench.registry.registry import discover

COUNT, SIDE, ROUNDS = 40, 128, 3
GREY = 0.5
Draw = Callable[[Sequence[Mesh], int, Shot], list[Images]]


def by_pyvista(meshes: Sequence[Mesh], side: int, shot: Shot) -> list[Images]:
    import pyvista as pv

    plotter = pv.Plotter(
        off_screen=True,
        window_size=[side, side],
        lighting="none",
        theme=pv.themes.DocumentTheme(),
    )
    plotter.disable_anti_aliasing()
    plotter.set_background((GREY, GREY, GREY))
    for (x, y, z), intensity in scene.SIDE_LIGHTS if shot.light else scene.LIGHTS:
        place = (shot.light * x if shot.light else x, y, z)
        plotter.add_light(pv.Light(place, light_type="camera light", intensity=intensity))
    pictures = []
    for mesh in meshes:
        plotter.renderer.RemoveAllViewProps()
        for part in mesh:
            plotter.add_mesh(
                pv.PolyData.from_regular_faces(part.vertices, part.faces).clean().triangulate(),
                **{"color": part.rgb, "ambient": 0.22, "diffuse": 0.82},
                **{"specular": part.specular, "specular_power": part.shininess},
                **{"smooth_shading": True, "split_sharp_edges": True, "render": False},
                feature_angle=scene.CREASE_DEG,
            )
        turn, rise = np.deg2rad((-shot.azimuth_deg, shot.elevation_deg))
        towards = np.array([np.cos(turn), np.sin(turn), 0.0])
        place = scene.CAMERA_DISTANCE * (np.cos(rise) * towards + [0, 0, np.sin(rise)])
        plotter.camera.view_angle = scene.VIEW_ANGLE_DEG / shot.zoom
        plotter.camera_position = [place, (0, 0, 0), [0, 0, np.cos(rise)] - np.sin(rise) * towards]
        plotter.render()
        pictures.append(np.asarray(plotter.screenshot(return_img=True)))
    plotter.close()
    return pictures


def by_ganbench(meshes: Sequence[Mesh], side: int, shot: Shot) -> list[Images]:
    drawn = scene.open_scene(side)
    drawn.paint(GREY)
    drawn.light(shot.light)
    pictures = []
    for mesh in meshes:
        drawn.show(mesh)
        drawn.aim(shot.azimuth_deg, shot.elevation_deg, shot.zoom)
        pictures.append(drawn.picture())
    drawn.close()
    return pictures


def timed(draw: Draw, meshes: Sequence[Mesh]) -> tuple[float, np.ndarray]:
    """Seconds and pictures, one of each mesh."""
    start = time.perf_counter()
    pictures = draw(meshes, SIDE, Shot(30, 15))
    return time.perf_counter() - start, np.stack(pictures)


def compare(meshes: Sequence[Mesh]) -> tuple[float, float, bool]:
    """Seconds by PyVista, by ganbench, and whether all pictures are equal; in a child process."""
    rounds = [[timed(draw, meshes) for draw in (by_pyvista, by_ganbench)] for _ in range(ROUNDS)]
    theirs, ours = (min(each[i][0] for each in rounds) for i in (0, 1))
    return theirs, ours, all(np.array_equal(a[1], b[1]) for a, b in rounds)


def main() -> None:
    tasks = discover()
    kinds: dict[str, list[Mesh]] = {}
    for product in tasks.load("task", "handbags2shoes").products:
        kinds[product.name] = [product.build(each) for each in product.population(COUNT)]
    for name in ("car2car", "face2face", "chair2car"):
        for kind in tasks.load("task", name).classes:
            own = kind.options()
            values = (getattr(own, option) for option in kind.own_options)
            kinds[kind.name] = kind.procedural(COUNT, *values)
    with ProcessPoolExecutor(1, get_context("spawn"), start_child) as pool:
        for name, meshes in kinds.items():
            whole = [normalise([part for part in mesh if len(part.faces)]) for mesh in meshes]
            theirs, ours, same = pool.submit(compare, whole).result()
            print(
                f"{name}: {theirs:.2f} s by PyVista, {ours:.2f} s by ganbench, "
                f"{theirs / ours:.1f} times as fast, pictures {'equal' if same else 'DIFFERENT'}"
            )


if __name__ == "__main__":
    main()
