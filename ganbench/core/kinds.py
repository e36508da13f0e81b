"""The kinds of data that a domain can have: what holds of all samples of a kind, in one place.

Loads no PyTorch: what computes with samples uses the methods of the tensors that it is given.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

import numpy as np

from ganbench.core.errors import UserError

if TYPE_CHECKING:
    from torch import Generator, Tensor

DataKind = Literal["image", "points"]
Shape = tuple[int, ...]


class Kind(ABC):
    """One kind of data.

    name: as a DataSpec has it. many: its samples in a message, such as "points have no edges".
    taken: the samples that a model takes, as a card says it.
    axes: what each number of a sample's shape counts.
    stored: the dtype of samples as a task gives them, by its name in PyTorch and NumPy.
    has_pixels: samples are pictures, with a side in pixels: they have places and edges, image
        networks see features in them, and probes read them.
    can_be_augmented: discriminators may see them augmented and blurred.
    in_a_plane: all samples make one picture, each a dot of it; else each is shown on its own.
    kit_width: of the networks that the kit builds, so wide that no layer is dead from the start.
    noise_scale: the length of the interval from 0 that holds noise unlike any sample.
    """

    name: ClassVar[DataKind]
    many: ClassVar[str]
    taken: ClassVar[str]
    axes: ClassVar[tuple[str, ...]]
    stored: ClassVar[str]
    has_pixels: ClassVar[bool] = False
    can_be_augmented: ClassVar[bool] = False
    in_a_plane: ClassVar[bool] = False
    kit_width: ClassVar[int]
    noise_scale: ClassVar[float] = 1.0

    def require_shape(self, shape: Shape) -> None:
        """Raises UserError for a shape that no sample of the kind has."""
        if len(shape) != len(self.axes) or min(shape) < 1:
            raise UserError(
                f"{self.many} have the shape ({', '.join(self.axes)}), not {tuple(shape)}",
                f'DataSpec, kind "{self.name}"',
                "give whole numbers from 1 on",
            )

    @abstractmethod
    def to_stored(self, samples: Tensor) -> Tensor:
        """Float samples (n, ...), as models give them, in the form that a task has."""

    def to_array(self, samples: Tensor) -> np.ndarray:
        """Float samples (n, ...) on the CPU, as pictures and files of a cell show them."""
        array: np.ndarray = self.to_stored(samples).numpy()
        return array

    def noise(self, n: int, shape: Shape, generator: Generator) -> Tensor:
        """Float samples (n, *shape), as models get them, for the kit to try a plugin on."""
        import torch

        return torch.rand(n, *shape, generator=generator)


class Images(Kind):
    """Float samples (channels, height, width) in [0, 1]; stored as bytes."""

    name = "image"
    many = "images"
    taken = "RGB pictures from 0 to 1"
    axes = ("channels", "height", "width")
    stored = "uint8"
    has_pixels = True
    can_be_augmented = True
    kit_width = 8

    def to_stored(self, samples: Tensor) -> Tensor:
        """As an image file would hold them."""
        return (samples.clamp(0, 1) * 255).round().byte().contiguous()


class Points(Kind):
    """Coordinates, float."""

    name = "points"
    many = "points"
    taken = "points"
    axes = ("coordinates",)
    stored = "float32"
    in_a_plane = True
    kit_width = 32
    noise_scale = 20.0

    def to_stored(self, samples: Tensor) -> Tensor:
        return samples


IMAGES = Images()
KINDS: Mapping[DataKind, Kind] = {kind.name: kind for kind in (IMAGES, Points())}
assert {*KINDS} == {*get_args(DataKind)}
