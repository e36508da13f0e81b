"""Tasks on a user's own meshes: axes of formats and domains, the preview, what cannot be read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import trimesh
from PIL import Image

from ganbench.contracts.task import Task
from ganbench.core.errors import UserError
from ganbench.core.spec import Reading
from ganbench.registry.registry import discover

# The forward, left and up directions of a file, by its axes for up and front.
UPRIGHT = np.eye(3)
GLTF = np.array([[0.0, 0, 1], [1, 0, 0], [0, 1, 0]])
BACKWARDS = np.diag([-1.0, -1, 1])


def arrows(folder: Path, ending: str, directions: np.ndarray, count: int = 7) -> Path:
    """Bars with a knob at the upper left of their front, the directions as the files have them."""
    folder.mkdir(exist_ok=True)
    for i in range(count):
        bar, knob = trimesh.creation.box((2, 0.8, 0.5 + 0.05 * i)), trimesh.creation.box((0.5,) * 3)
        knob.apply_translation([0.9, 0.3, 0.4])
        both = trimesh.util.concatenate(bar, knob)
        both.visual = trimesh.visual.ColorVisuals(both)
        both.vertices = both.vertices @ directions * 10.0 ** (i - 3)
        both.export(folder / f"arrow{i}.{ending}")
    return folder


def make(name: str, cache: Path, reading: Reading | None = None, **given: Any) -> Task:
    kind = discover().load("task", name)
    paths = {key: path for key, path in given.items() if isinstance(path, Path)}
    options = {key: value for key, value in given.items() if key not in paths}
    chosen = kind.options_type(**{"azimuth_step_deg": 75.0, **options})
    preset, reading = kind.presets["smoke"], reading or Reading()
    task: Task = kind(chosen, preset, "meshes", paths, cache, reading)
    return task


def views(task: Any, domain: str) -> np.ndarray:
    side = task.collection(domain, lambda line: None)
    return side.pixels(np.arange(len(side))).astype(int)


def differ(a: np.ndarray, b: np.ndarray) -> float:
    return float(np.abs(a - b).mean())


def test_each_domain_has_axes_of_its_own(tmp_path: Path) -> None:
    """One front for both would turn one of them by a right angle, and the truth with it."""
    a = arrows(tmp_path / "a", "obj", UPRIGHT)
    b = arrows(tmp_path / "b", "stl", GLTF)
    c = arrows(tmp_path / "c", "ply", BACKWARDS)
    given = {"meshes_A": a, "meshes_B": b}
    right = make("chair2car", tmp_path / "cache", **given, up_B="y", front_B="z")
    assert differ(views(right, "A"), views(right, "B")) < 0.1
    wrong = make("chair2car", tmp_path / "cache", **given)
    assert differ(views(wrong, "A"), views(wrong, "B")) > 5
    for_both = make("chair2car", tmp_path / "cache", meshes_A=a, meshes_B=c, front="-x")
    assert differ(views(for_both, "B"), views(right, "A")) < 0.1


def test_gltf_beside_other_formats_has_its_own_axes(tmp_path: Path) -> None:
    arrows(tmp_path / "meshes", "obj", UPRIGHT)
    arrows(tmp_path / "meshes", "glb", GLTF)
    task = make("car2car", tmp_path / "cache", meshes=tmp_path / "meshes")
    flat = views(task, "A")
    found = flat.reshape(7, 2, 3, *flat.shape[1:])
    assert differ(found[:, 0], found[:, 1]) < 0.1  # by name, arrow0.glb and arrow0.obj first
    assert differ(found[0, 0, 0], found[0, 0, 1]) > 3


def test_axes_are_told_only_of_meshes(tmp_path: Path) -> None:
    """Rows of procedural objects stay comparable with those of before there were such options."""
    kind = discover().load("task", "chair2car")
    options = kind.options_type(up_A="y", front_A="z")
    procedural = kind(options, kind.presets["smoke"], "procedural", {}, tmp_path)
    told = procedural.options_json()
    assert (told["up"], told["front"]) == ("z", "x")
    assert "up_A" not in told and "front_B" not in told
    plain = kind(kind.options_type(), kind.presets["smoke"], "procedural", {}, tmp_path)
    assert plain.fingerprint() == procedural.fingerprint()
    own = make("chair2car", tmp_path, meshes_A=tmp_path, meshes_B=tmp_path, up_A="y", front_A="z")
    assert own.options_json()["up_A"] == "y"
    assert kind.options_type(**own.options_json()) == own.options


def test_a_preview_shows_the_azimuths(tmp_path: Path) -> None:
    """Three views of each of seven objects, and the way to the file is told each time."""
    told: list[str] = []
    task = make("car2car", tmp_path / "cache", meshes=arrows(tmp_path / "m", "obj", UPRIGHT))
    task.prepare(told.append)
    (line,) = [line for line in told if "0°" in line]
    file = Path(line.split(" in ", 1)[1])
    sheet = np.asarray(Image.open(file).convert("L"))
    assert sheet.shape[0] > 7 * 64 and sheet.shape[1] > 3 * 64
    pieces = np.isin(sheet, [0, 255]).mean()
    assert 0.1 < pieces < 0.9  # labels and gaps, and pictures on grey
    again: list[str] = []
    make("car2car", tmp_path / "cache", meshes=tmp_path / "m").prepare(again.append)
    assert line in again and not any("rendering" in entry for entry in again)


def test_unreadable_meshes_are_refused_or_left_out(tmp_path: Path) -> None:
    """From the cache too: what was left out once is not let in unnoticed."""
    meshes = arrows(tmp_path / "m", "obj", UPRIGHT)
    (meshes / "broken.stl").write_bytes(b"garbage")
    (meshes / "._arrow0.obj").write_bytes(b"left behind by an archive")
    (meshes / "arrow0.obj").write_text(
        "usemtl paint\n" + (meshes / "arrow0.obj").read_text().replace("mtllib", "# mtllib")
    )
    told: list[str] = []
    for _ in range(2):
        skipping = make("car2car", tmp_path / "cache", Reading(skip_unreadable=True), meshes=meshes)
        skipping.prepare(told.append)
        assert any("left out broken.stl: it is neither" in line for line in told)
        assert any("1 hidden" in line for line in told)
        assert any("arrow0.obj: its material 'paint' is not there" in line for line in told)
        assert skipping.load("train").A.samples.float().std() > 10
        told.clear()
    with pytest.raises(UserError, match=r"1 of 8 mesh files cannot be read, broken\.stl: it is"):
        make("car2car", tmp_path / "cache", meshes=meshes).prepare(told.append)
    (meshes / "arrow6.obj").unlink()
    (meshes / "arrow5.obj").unlink()
    with pytest.raises(UserError, match="only 5 meshes could be read"):
        skipping.prepare(told.append)


def test_materials_and_textures_belong_to_the_data(tmp_path: Path) -> None:
    """A change of what a mesh names makes other data."""
    meshes = arrows(tmp_path / "m", "obj", UPRIGHT)
    task = make("car2car", tmp_path / "cache", meshes=meshes)
    seen = [task.fingerprint()]
    for name in ("a.mtl", "a.bin", "sub/texture.png"):
        (meshes / "sub").mkdir(exist_ok=True)
        (meshes / name).write_bytes(b"new")
        seen.append(task.fingerprint())
        (meshes / name).write_bytes(b"changed")
        seen.append(task.fingerprint())
    (meshes / "notes.txt").write_text("about them")
    (meshes / ".hidden.png").write_bytes(b"no data")
    assert task.fingerprint() == seen[-1]
    assert len({str(one) for one in seen}) == len(seen) == 7


def test_copies_are_told_once_a_pair_by_the_names_of_their_files(tmp_path: Path) -> None:
    """From the cache too. The views of a copy are of the same pixels, so each is a repeat."""
    meshes = arrows(tmp_path / "m", "obj", UPRIGHT, count=6)
    for i in range(6):
        text = (meshes / f"arrow{i}.obj").read_text()
        (meshes / f"copy{i}.obj").write_text(text + "# a comment\n")
    told: list[str] = []
    for _ in range(2):
        task: Any = make("car2car", tmp_path / "cache", meshes=meshes)
        side = task.collection("A", told.append)
        task.prepare(told.append)
        lines = [line for line in told if " are in " in line]
        assert lines and len(side.truth["picture"]) == 36
        pairs = [pair for line in lines for pair in line.split(": ", 1)[1].split("; ")]
        pattern = r"(arrow|copy)(\d)\.obj = (arrow|copy)\2\.obj \(3 pictures\)( and \d more)?"
        assert all(re.fullmatch(pattern, pair) for pair in pairs), lines
        assert all(len({*line.split("; ")}) == len(line.split("; ")) for line in lines)
        assert task.load("train").A.truth.keys() == {"identity", "azimuth_deg"}
        told.clear()
