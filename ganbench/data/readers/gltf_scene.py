"""glTF 2.0: the triangles of a scene, placed by its nodes, in their base colours."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from ganbench.data.readers.gltf_file import GltfFile, Tree, open_gltf, uri_bytes
from ganbench.data.readers.textures import AS_IT_IS, Pixels, pixels_of, texture_colours
from ganbench.data.readers.triangles import (
    Floats,
    Ints,
    Triangles,
    Unreadable,
    checked_indices,
    neutral,
)

LIST, STRIP, FAN = 4, 5, 6
SPECULAR_GLOSSINESS = "KHR_materials_pbrSpecularGlossiness"


def read_gltf(file: Path, root: Path) -> list[Triangles]:
    """The default scene. A triangle's colour is its material's base colour times the means of its
    vertices' colours and of its texture, as sRGB. root: the files that it names lie below it.

    Skins and the default weights of morph targets are applied; animations are not. Raises
    Unreadable for what is damaged, compressed, or needs an extension that is not read.
    """
    try:
        scene = _Scene(open_gltf(file, root))
        return [piece for node in scene.places for piece in scene.pieces(node)]
    except (KeyError, IndexError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, Unreadable):
            raise
        raise Unreadable("its parts do not fit together") from error


class _Scene:
    """places: the 4 x 4 matrix of each node of the scene, into the scene's axes."""

    def __init__(self, file: GltfFile) -> None:
        self.file = file
        self.places = _places(file)

    def pieces(self, node: int) -> Iterator[Triangles]:
        described = self.file.items("nodes")[node]
        if "mesh" not in described:
            return
        mesh = self.file.items("meshes")[described["mesh"]]
        weights = described.get("weights", mesh.get("weights", ()))
        for primitive in mesh["primitives"]:
            mode = primitive.get("mode", LIST)
            if mode not in (LIST, STRIP, FAN) or "POSITION" not in primitive["attributes"]:
                continue
            points = self.morphed(primitive, weights)
            faces = self.faces(primitive, mode, len(points))
            rgb, remarks = self.colours(primitive, faces)
            points = self.placed(points, primitive, described, node)
            yield Triangles(points, self.wound(faces, described, node), rgb, remarks)

    def attribute(self, primitive: Tree, name: str) -> Floats | None:
        index = primitive["attributes"].get(name)
        return None if index is None else self.file.accessor(index).astype(np.float64)

    def morphed(self, primitive: Tree, weights: Any) -> Floats:
        points = self.file.accessor(primitive["attributes"]["POSITION"]).astype(np.float64)
        for weight, target in zip(weights, primitive.get("targets", ()), strict=False):
            if "POSITION" in target and weight:
                points = points + weight * self.file.accessor(target["POSITION"])
        return points

    def faces(self, primitive: Tree, mode: int, count: int) -> Ints:
        """(m, 3), of a list, a strip or a fan of triangles."""
        index = np.arange(count)
        if "indices" in primitive:
            index = self.file.accessor(primitive["indices"]).ravel().astype(np.int64)
        checked_indices(index, count)
        if mode == LIST:
            return index.reshape(-1, 3)
        i = np.arange(max(0, len(index) - 2))
        if mode == STRIP:
            return np.stack([index[i], index[i + 1 + i % 2], index[i + 2 - i % 2]], axis=1)
        return np.stack([index[i + 1], index[i + 2], np.broadcast_to(index[:1], i.shape)], axis=1)

    def placed(self, points: Floats, primitive: Tree, node: Tree, index: int) -> Floats:
        if "skin" not in node:
            return _moved(points, self.places[index])
        skin = self.file.items("skins")[node["skin"]]
        joints = np.stack([self.places[joint] for joint in skin["joints"]])
        if "inverseBindMatrices" in skin:
            inverse = self.file.accessor(skin["inverseBindMatrices"])
            joints = joints @ inverse.reshape(-1, 4, 4).transpose(0, 2, 1)
        chosen, share = (self.attribute(primitive, name) for name in ("JOINTS_0", "WEIGHTS_0"))
        if chosen is None or share is None:
            return _moved(points, self.places[index])
        total = share.sum(axis=1, keepdims=True)
        blend = np.einsum(
            "nk,nkij->nij", share / np.where(total > 0, total, 1), joints[chosen.astype(np.int64)]
        )
        wide = np.concatenate([points, np.ones((len(points), 1))], axis=1)
        moved: Floats = np.einsum("nij,nj->ni", blend, wide)[:, :3]
        return moved

    def wound(self, faces: Ints, node: Tree, index: int) -> Ints:
        """A place that mirrors turns front faces round, which glTF takes back."""
        mirrors = "skin" not in node and np.linalg.det(self.places[index][:3, :3]) < 0
        return faces[:, ::-1] if mirrors else faces

    def colours(self, primitive: Tree, faces: Ints) -> tuple[Floats, tuple[str, ...]]:
        """sRGB, (m, 3), and what was not used."""
        of_vertices = self.attribute(primitive, "COLOR_0")
        if "material" not in primitive and of_vertices is None:
            return neutral(len(faces)), ()
        material = (
            self.file.items("materials")[primitive["material"]] if "material" in primitive else {}
        )
        factor, texture = _base(material)
        linear = np.tile(np.array(factor[:3], dtype=np.float64), (len(faces), 1))
        if of_vertices is not None:
            linear *= of_vertices[:, :3][faces].mean(axis=1)
        if texture is None:
            return _srgb(linear), ()
        uv = self.uv(primitive, texture)
        pixels = self.pixels(texture)
        if uv is None or pixels is None:
            return neutral(len(faces)), ("a texture of it cannot be read and is not used",)
        return _srgb(linear * texture_colours(pixels, uv[faces], _linear(AS_IT_IS))), ()

    def uv(self, primitive: Tree, texture: Tree) -> Floats | None:
        """Of each vertex from the left and the top, (n, 2)."""
        change = texture.get("extensions", {}).get("KHR_texture_transform", {})
        number = change.get("texCoord", texture.get("texCoord", 0))
        uv = self.attribute(primitive, f"TEXCOORD_{number}")
        if uv is None or not np.isfinite(uv).all():
            return None
        turn = change.get("rotation", 0.0)
        turned = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        scaled = uv * np.array(change.get("scale", (1.0, 1.0)))
        moved: Floats = scaled @ turned.T + np.array(change.get("offset", (0.0, 0.0)))
        return moved

    def pixels(self, texture: Tree) -> Pixels | None:
        """uint8 (height, width, 3) as sRGB; None where it cannot be read."""
        try:
            described = self.file.items("textures")[texture["index"]]
            webp = described.get("extensions", {}).get("EXT_texture_webp", {})
            image = self.file.items("images")[webp.get("source", described.get("source"))]
            if "uri" in image:
                data = uri_bytes(image["uri"], self.file.places)
            else:
                data, _ = self.file.view(image["bufferView"])
            with Image.open(io.BytesIO(data)) as opened:
                return pixels_of(opened)
        except (OSError, ValueError, SyntaxError, KeyError, IndexError, TypeError):
            return None
        except Image.DecompressionBombError:
            return None


def _places(file: GltfFile) -> dict[int, Floats]:
    nodes = file.items("nodes")
    scenes = file.items("scenes")
    children = {child for node in nodes for child in node.get("children", ())}
    roots = [i for i in range(len(nodes)) if i not in children]
    if scenes:
        roots = scenes[file.tree.get("scene", 0)].get("nodes", [])
    places: dict[int, Floats] = {}
    todo = [(node, np.eye(4)) for node in reversed(roots)]
    while todo:
        index, above = todo.pop()
        if index in places:
            raise Unreadable("one of its nodes lies below two others")
        places[index] = above @ _own_place(nodes[index])
        todo += [(child, places[index]) for child in reversed(nodes[index].get("children", ()))]
    return places


def _own_place(node: Tree) -> Floats:
    """The matrix that a node gives, or that its translation, rotation and scale make."""
    if "matrix" in node:
        return np.array(node["matrix"], dtype=np.float64).reshape(4, 4).T
    place = np.eye(4)
    x, y, z, w = np.array(node.get("rotation", (0, 0, 0, 1)), dtype=np.float64)
    turn = np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )
    place[:3, :3] = turn * np.array(node.get("scale", (1, 1, 1)), dtype=np.float64)
    place[:3, 3] = node.get("translation", (0, 0, 0))
    return place


def _moved(points: Floats, place: Floats) -> Floats:
    return points @ place[:3, :3].T + place[:3, 3]


def _base(material: Mapping[str, Any]) -> tuple[Any, Tree | None]:
    """The base colour as linear RGBA, and the texture that it is multiplied by, if any."""
    old = material.get("extensions", {}).get(SPECULAR_GLOSSINESS)
    if old is not None:
        return old.get("diffuseFactor", (1, 1, 1, 1)), old.get("diffuseTexture")
    metallic = material.get("pbrMetallicRoughness", {})
    return metallic.get("baseColorFactor", (1, 1, 1, 1)), metallic.get("baseColorTexture")


def _srgb(linear: Floats) -> Floats:
    clipped = np.clip(linear, 0, 1)
    return np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)


def _linear(srgb: Floats) -> Floats:
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)
