"""Features of real images, cached under the content that they were read from."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from ganbench.core.cache import checked_arrays
from ganbench.core.errors import UserError
from ganbench.core.source_hash import reach, source_hash
from ganbench.core.spec import JSON
from ganbench.evaluation.fidelity.extractors import EXTRACTORS, Extractor, Loaded, load
from ganbench.evaluation.fidelity.weights import Places

HERE = Path(__file__).parent


@dataclass(frozen=True)
class FeatureReader:
    """Reads features on one device. Features of real images are read once and cached."""

    places: Places
    cache_dir: Path
    device: str
    extractors: Mapping[str, Extractor] = field(default_factory=lambda: EXTRACTORS)

    def extractor(self, name: str) -> Loaded:
        """Raises UserError where its weights are missing or wrong."""
        return load(self.extractors[name], self.places, self.device)

    def missing(self, name: str) -> str:
        """Why an extractor cannot be used, and what to do, in one line; or nothing."""
        try:
            self.extractor(name)
        except UserError as error:
            return "; ".join(part for part in (error.what, error.fix) if part)
        return ""

    def read(self, name: str, batches: Iterable[Tensor]) -> Mapping[str, Tensor]:
        """Of batches of uint8 images (k, 3, H, W)."""
        return self.extractor(name).read(batches)

    def read_cached(self, name: str, images: Tensor) -> Mapping[str, Tensor]:
        """The same, from the cache where it has them."""
        pixels = images.contiguous().numpy()
        content = hashlib.sha256(pixels.data).hexdigest()
        shape = list(images.shape)
        return self.cached(name, {"pixels": content, "shape": shape}, lambda: [images])

    def cached(
        self, name: str, content: JSON, batches: Callable[[], Iterable[Tensor]]
    ) -> Mapping[str, Tensor]:
        """Of images known by `content`; `batches` gives them where the cache lacks them."""
        loaded = self.extractor(name)
        key = {
            "images": content,
            **loaded.protocol,
            "weights": loaded.weights,
            "device": torch.device(self.device).type,
            "code": source_hash(reach([HERE / "extractors.py", HERE / "efficientnet.py"])),
            "torch": torch.__version__,
            "torch_fidelity": version("torch-fidelity"),
        }

        def make() -> dict[str, np.ndarray]:
            return {part: values.numpy() for part, values in loaded.read(batches()).items()}

        arrays = checked_arrays(self.cache_dir / "features", name, key, make)
        return {part: torch.from_numpy(values) for part, values in arrays.items()}
