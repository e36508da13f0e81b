"""How long objects take to be drawn by PyVista's `add_mesh` and as ganbench draws them.

`python benchmarks/render_speed.py` draws 40 objects of each kind in turns in one process, says
whether the pictures are equal, and prints the seconds of the best of three rounds and their ratio.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import numpy as np

from ganbench.data.rendering import render
from ganbench.data.rendering.mesh import Mesh, Part, normalise
from ganbench.registry.registry import discover

COUNT, SIDE, ROUNDS = 40, 128, 3
Draw = Callable[[object, Part], None]


def by_pyvista(plotter: object, part: Part) -> None:
    import pyvista as pv

    plotter.add_mesh(  # type: ignore[attr-defined]
        pv.PolyData.from_regular_faces(part.vertices, part.faces).clean().triangulate(),
        **{"color": part.rgb, "ambient": 0.22, "diffuse": 0.82},
        **{"specular": part.specular, "specular_power": part.shininess},
        **{"smooth_shading": True, "split_sharp_edges": True, "render": False},
        feature_angle=render.CREASE_DEG,
    )


def by_ganbench(plotter: object, part: Part) -> None:
    plotter.renderer.AddActor(render._actor(part))  # type: ignore[attr-defined]


def drawn(meshes: Sequence[Mesh], draw: Draw) -> tuple[float, np.ndarray]:
    """Seconds and pictures, one of each mesh."""
    plotter = render._open_plotter(SIDE)
    render._light(plotter, 0)
    pictures, start = [], time.perf_counter()
    for mesh in meshes:
        plotter.renderer.RemoveAllViewProps()
        for part in mesh:
            draw(plotter, part)
        render._aim(plotter, render.Shot(30, 15))
        pictures.append(render._picture(plotter))
    seconds = time.perf_counter() - start
    plotter.close()
    return seconds, np.stack(pictures)


def compare(meshes: Sequence[Mesh]) -> tuple[float, float, bool]:
    """Seconds by PyVista, by ganbench, and whether all pictures are equal; in a child process."""
    rounds = [[drawn(meshes, draw) for draw in (by_pyvista, by_ganbench)] for _ in range(ROUNDS)]
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
    with ProcessPoolExecutor(1, get_context("spawn"), render.start_child) as pool:
        for name, meshes in kinds.items():
            whole = [normalise([part for part in mesh if len(part.faces)]) for mesh in meshes]
            theirs, ours, same = pool.submit(compare, whole).result()
            print(
                f"{name}: {theirs:.2f} s by add_mesh, {ours:.2f} s by ganbench, "
                f"{theirs / ours:.1f} times as fast, pictures {'equal' if same else 'DIFFERENT'}"
            )


if __name__ == "__main__":
    main()
