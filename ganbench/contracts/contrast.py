"""What models share that contrast places of input and translation (Park et al., 2020)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from torch import Tensor

from ganbench.contracts.hparams import HParams
from ganbench.contracts.model import Batch, Model
from ganbench.core.options import require_range
from ganbench.core.spec import DataSpec
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.contrastive import patch_nce, places_of
from ganbench.networks.losses import LEAST_SQUARES, Adversarial


@dataclass(frozen=True)
class ContrastHParams(HParams):
    """The paper's values for CUT. Raises UserError for a value out of its range.

    lambda_nce: weight of the contrast. temperature: of its softmax.
    places: of each map, at most, that are contrasted. units: of an embedding.
    """

    weight_decay: float = 0.0
    batch_size: int = 1
    decay: float = 0.5
    lambda_nce: float = 1.0
    temperature: float = 0.07
    places: int = 256
    units: int = 256

    def __post_init__(self) -> None:
        super().__post_init__()
        require_range(self.lambda_nce >= 0, "lambda_nce", self.lambda_nce, "0 or more")
        require_range(self.temperature > 0, "temperature", self.temperature, "above 0")
        for name in ("places", "units"):
            require_range(getattr(self, name) >= 1, name, getattr(self, name), "1 or more")


class ContrastiveModel(Model):
    """One translator, whose encoder tells the places of images apart, and one discriminator."""

    hparams_type: ClassVar[type[HParams]] = ContrastHParams
    adversarial: ClassVar[Adversarial] = LEAST_SQUARES

    @classmethod
    def unsupported(cls, spec: DataSpec) -> str | None:
        return None if spec.A == spec.B else "its encoder reads both domains, which differ in shape"

    def build(self, nets: NetworkBuilder) -> None:
        self.generators["G_AB"] = nets.translator("A", "B")
        self.generators["H_AB"] = nets.projections("A", "B", self.hparams.units)
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real: Batch) -> dict[str, Tensor]:
        """The translation, and the encoder's maps of A: the contrast needs both."""
        generator: Any = self.generators["G_AB"]
        fake, maps = generator.with_maps(real["A"])
        return {"B": fake, **{f"map_{i}": x for i, x in enumerate(maps)}}

    def maps_in(self, fake: Batch) -> list[Tensor]:
        """The maps that are among what `fakes` gave."""
        number = sum(name.startswith("map_") for name in fake)
        return [fake[f"map_{i}"] for i in range(number)]

    def contrast(self, inputs: Sequence[Tensor], outputs: Sequence[Tensor]) -> Tensor:
        """`patch_nce`, a scalar, of the encoder's maps of samples and of their translations."""
        h, project = self.hparams, self.generators["H_AB"]
        places = places_of(inputs, h.places)
        return patch_nce(project(outputs, places), project(inputs, places), h.temperature)
