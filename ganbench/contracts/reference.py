"""The reference contract: translations that no model made, which give a metric its scale."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import ClassVar

import numpy as np
from torch import Tensor

from ganbench.contracts.task import Split, Task
from ganbench.core.spec import DataSpec, DomainName


class Reference(ABC):
    """A column of the table, next to the models. Unlike a model it may look at the truth.

    every_task: whether it stands beside the models of all tasks whose data it is for; else of those
        that name it, and where it is asked for. Written as a literal, for it is read before the
        plugin is run.
    """

    every_task: ClassVar[bool] = False

    @classmethod
    def unsupported(cls, spec: DataSpec) -> str | None:
        """Why not for such data, or None. The row is then `skipped: reason`."""
        return None

    @abstractmethod
    def fakes(
        self,
        task: Task,
        split: Split,
        source: DomainName,
        target: DomainName,
        rng: np.random.Generator,
    ) -> Tensor:
        """A "translation" for each sample of the source domain, in their order: uint8 images
        (n, C, H, W) or float32 points (n, D), as the task's samples.

        split: the scored one. rng: the only source of randomness.
        """
