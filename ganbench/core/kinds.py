"""The kinds of data that a domain can have: what holds of all samples of a kind, in one place.

Loads no PyTorch: what computes with samples uses the methods of the tensors that it is given.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal, get_args

import numpy as np

from ganbench.core.errors import UserError

if TYPE_CHECKING:
    from torch import Generator, Tensor

DataKind = Literal["image", "points", "tokens", "attributes"]
Shape = tuple[int, ...]
LEAST_PROBABILITY = 1e-6  # of a word, whose logarithm stays finite
NONE = "none"  # what a sample without an attribute is shown as


class Kind(ABC):
    """One kind of data.

    name: as a DataSpec has it. many: its samples in a message, such as "points have no edges".
    taken: the samples that a model takes, as a card says it.
    axes: what each number of a sample's shape counts.
    stored: the dtype of samples as a task gives them, by its name in PyTorch and NumPy.
    has_pixels: samples are pictures, with a side in pixels: they have places and edges, image
        networks see features in them, and probes read them.
    can_be_augmented: discriminators may see them augmented and blurred.
    is_continuous: its numbers can be subtracted and averaged.
    can_repeat: there are so few samples that some are in two splits.
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
    is_continuous: ClassVar[bool] = True
    can_repeat: ClassVar[bool] = False
    in_a_plane: ClassVar[bool] = False
    kit_width: ClassVar[int]
    noise_scale: ClassVar[float] = 1.0

    def require_shape(self, shape: Shape) -> None:
        """Raises UserError for a shape of another kind. Sizes are the networks' to refuse."""
        if len(shape) != len(self.axes):
            raise UserError(
                f"{self.many} have the shape ({', '.join(self.axes)}), not {tuple(shape)}",
                f'DataSpec, kind "{self.name}"',
                "give another shape, or another kind",
            )

    @abstractmethod
    def to_stored(self, samples: Tensor) -> Tensor:
        """Float samples (n, ...), as models give them, in the form that a task has."""

    def to_array(self, samples: Tensor, words: Sequence[str] = ()) -> np.ndarray:
        """Float samples (n, ...) on the CPU, as pictures and files of a cell show them. words: the
        domain's vocabulary, where the kind has one.
        """
        array: np.ndarray = self.to_stored(samples).numpy()
        return array

    @property
    def distance(self) -> Callable[[Tensor, Tensor], Tensor] | None:
        """How far a reconstruction is from its sample, a scalar of two float tensors (n, ...); None
        where the model has the choice.
        """
        return None

    def fault(self, stored: Tensor) -> str:
        """What stored samples (n, ...) of the right shape and dtype may not be; or empty."""
        return "" if stored.isfinite().all() else "samples that are not finite"

    def noise(self, n: int, shape: Shape, generator: Generator) -> Tensor:
        """Float samples (n, *shape), as models get them, for the kit to try a plugin on."""
        import torch

        return torch.rand(n, *shape, generator=generator)

    def marked(self, noise: Tensor, is_real: bool) -> Tensor:
        """Noise (n, ...) made such that what is real can be told from what is not."""
        return 0.6 + 0.4 * noise if is_real else 0.4 * noise


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


class Tokens(Kind):
    """Phrases of a fixed number of words: probabilities (positions, words) that add up to 1 at each
    position, one of them 1 in real phrases; stored as bools.
    """

    name = "tokens"
    many = "tokens"
    taken = "phrases as probabilities of words at positions"
    axes = ("positions", "words")
    stored = "bool"
    is_continuous = False
    can_repeat = True
    kit_width = 8

    def to_stored(self, samples: Tensor) -> Tensor:
        """The likeliest word of each position, one-hot."""
        return one_hot(samples.argmax(-1), samples.shape[-1])

    def to_array(self, samples: Tensor, words: Sequence[str] = ()) -> np.ndarray:
        """Phrases (n,), as texts. Without a vocabulary a word is its number."""
        known = np.array(words or [str(number) for number in range(samples.shape[-1])])
        return np.array([" ".join(each) for each in known[samples.argmax(-1).numpy()]], dtype=str)

    @property
    def distance(self) -> Callable[[Tensor, Tensor], Tensor]:
        """Cross-entropy of a word, in nats: the mean over all positions."""
        return cross_entropy

    def fault(self, stored: Tensor) -> str:
        return "" if (stored.sum(-1) == 1).all() else "positions without one word, and one alone"

    def noise(self, n: int, shape: Shape, generator: Generator) -> Tensor:
        import torch

        words = torch.randint(shape[1], (n, shape[0]), generator=generator)
        return one_hot(words, shape[1]).to(torch.get_default_dtype())

    def marked(self, noise: Tensor, is_real: bool) -> Tensor:
        """Real phrases have the words of the first half of the vocabulary, others the rest."""
        words, count = noise.argmax(-1), noise.shape[-1]
        half = count // 2
        chosen = words % half if is_real else half + words % (count - half)
        return one_hot(chosen, count).to(noise.dtype)


class Attributes(Kind):
    """Which attributes a sample has: a probability for each, 0 or 1 in real samples; stored as
    bools. Attributes are the words of a vocabulary, of which a sample has any number.
    """

    name = "attributes"
    many = "attributes"
    taken = "attributes as probabilities that a sample has them"
    axes = ("attributes",)
    stored = "bool"
    is_continuous = False
    can_repeat = True
    kit_width = 8

    def to_stored(self, samples: Tensor) -> Tensor:
        """What is likelier than not."""
        return samples > 0.5

    def to_array(self, samples: Tensor, words: Sequence[str] = ()) -> np.ndarray:
        """The names (n,) of what each sample has, as texts. Without a vocabulary a name is a
        number.
        """
        known = np.array(words or [str(number) for number in range(samples.shape[-1])])
        has = self.to_stored(samples).numpy()
        return np.array([" ".join(known[each]) or NONE for each in has], dtype=str)

    @property
    def distance(self) -> Callable[[Tensor, Tensor], Tensor]:
        """Binary cross-entropy of an attribute, in nats: the mean over all of them."""
        return binary_cross_entropy

    def fault(self, stored: Tensor) -> str:
        """Nothing: a sample may have any attributes, and none."""
        return ""

    def noise(self, n: int, shape: Shape, generator: Generator) -> Tensor:
        import torch

        drawn = torch.randint(2, (n, *shape), generator=generator)
        return drawn.to(torch.get_default_dtype())

    def marked(self, noise: Tensor, is_real: bool) -> Tensor:
        """Real samples have the first half of the attributes, others do not."""
        half = -(-noise.shape[-1] // 2)
        marked = noise.clone()
        marked[..., :half] = float(is_real)
        return marked


def one_hot(words: Tensor, count: int) -> Tensor:
    """Numbers of words (..., positions) to bools (..., positions, count)."""
    import torch

    return words.unsqueeze(-1) == torch.arange(count, device=words.device)


def cross_entropy(probabilities: Tensor, real: Tensor) -> Tensor:
    """Of one-hots `real` under probabilities, both (n, positions, words): a scalar, the mean."""
    logs = probabilities.clamp_min(LEAST_PROBABILITY).log()
    mean: Tensor = -(real * logs).sum(-1).mean()
    return mean


def as_words(has: Tensor) -> Tensor:
    """Probabilities of attributes (..., attributes) as phrases (..., attributes, 2), a place for
    each attribute, with a word for its absence and one for its presence.
    """
    import torch

    return torch.stack([1 - has, has], -1)


def binary_cross_entropy(probabilities: Tensor, real: Tensor) -> Tensor:
    """Of zeros and ones `real` under probabilities, both (n, attributes): a scalar, the mean."""
    return cross_entropy(as_words(probabilities), as_words(real))


IMAGES = Images()
KINDS: Mapping[DataKind, Kind] = {
    kind.name: kind for kind in (IMAGES, Points(), Tokens(), Attributes())
}
assert {*KINDS} == {*get_args(DataKind)}
