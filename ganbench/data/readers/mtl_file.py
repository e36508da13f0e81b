"""Material files (MTL) of OBJ files: the diffuse colour or texture of each material."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from ganbench.data.readers.textures import companion
from ganbench.data.readers.triangles import quoted
from ganbench.data.rendering.mesh import Rgb

ROUNDING = 1 / 512  # less than a picture of 8 bits shows


@dataclass(frozen=True)
class Material:
    """rgb: None where the file gives none, or no three numbers.
    texture: the picture's name as the file gives it, or empty; folder: of the material file.
    remarks: what of the colour is not used.
    """

    folder: Path
    rgb: Rgb | None = None
    texture: str = ""
    remarks: tuple[str, ...] = ()


def material_files(root: Path, folder: Path, lines: Iterable[str]) -> tuple[list[Path], list[str]]:
    """The files that `mtllib` lines name, and the names of those that are not there.

    A line names one file, whose name may have spaces, or several.
    """
    files: list[Path] = []
    missing: list[str] = []
    for line in lines:
        words = line.split()
        while words:
            for count in range(len(words), 0, -1):
                file = companion(root, folder, " ".join(words[:count]))
                if file is not None:
                    files.append(file)
                    break
            else:
                count = next((i + 1 for i, w in enumerate(words) if _ends_name(w)), len(words))
                missing.append(" ".join(words[:count]))
            words = words[count:]
    return list(dict.fromkeys(files)), missing


def _ends_name(word: str) -> bool:
    return word.lower().endswith(".mtl")


def read_mtl(file: Path) -> dict[str, Material]:
    """The materials by name. Lines that are not understood are passed over."""
    materials: dict[str, Material] = {}
    name = ""
    for line in file.read_text(encoding="utf-8-sig", errors="replace").splitlines():
        key, rest = (*line.strip().split(maxsplit=1), "", "")[:2]
        key = key.lower()
        if key == "newmtl":
            name = rest
            materials[name] = Material(file.parent)
        elif name in materials and key == "kd":
            rgb, remarks = _colour(rest)
            materials[name] = replace(materials[name], rgb=rgb, remarks=remarks)
        elif name in materials and key == "map_kd":
            materials[name] = replace(materials[name], texture=rest)
    return materials


def _colour(text: str) -> tuple[Rgb | None, tuple[str, ...]]:
    """Three channels within 0..1, one number for all three, and what of them is not used."""
    try:
        numbers = [float(value) for value in text.split()]
    except ValueError:
        numbers = []
    shown = quoted(f"Kd {text}")
    if len(numbers) == 1:
        numbers *= 3
    if len(numbers) != 3 or any(math.isnan(number) for number in numbers):
        return None, (f"its colour {shown} is not used, for it is not three numbers",)
    red, green, blue = (min(1.0, max(0.0, number)) for number in numbers)
    beyond = max(*numbers, *(1 - number for number in numbers)) - 1
    cut = (f"its colour {shown} is cut to the range of 0 to 1",) if beyond > ROUNDING else ()
    return (red, green, blue), cut
