"""What models share that contrast places of input and translation (Park et al., 2020)."""

from __future__ import annotations

from dataclasses import dataclass

from ganbench.contracts.hparams import HParams
from ganbench.core.options import require_range


@dataclass(frozen=True)
class ContrastHParams(HParams):
    """The paper's values for CUT. Raises UserError for a value out of its range.

    lambda_nce: weight of the contrast. temperature: of its softmax.
    places: of each map, at most, that are contrasted. units: of an embedding.
    """

    weight_decay: float = 0.0
    batch_size: int = 1
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
