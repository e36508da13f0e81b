"""The only names that a plugin imports."""

from ganbench.data.cache import cached_arrays
from ganbench.data.images import ImageFolder, read_image_folder, split_indices
from ganbench.data.mixtures import (
    MixtureOptions,
    NoiseToMixture,
    mixture,
    on_arc,
    on_circle,
    on_grid,
)
from ganbench.data.shapes.fleet import procedural_cars
from ganbench.data.shapes.heads import procedural_heads
from ganbench.data.views import ViewOptions, ViewsTask
from ganbench.errors import UserError
from ganbench.hparams import (
    AdversarialHParams,
    HParams,
    ReconstructionHParams,
    require,
)
from ganbench.losses import (
    adversarial_discriminator_loss,
    adversarial_generator_loss,
    distance,
    feature_matching_loss,
)
from ganbench.metric import Metric, View
from ganbench.model import Batch, Model
from ganbench.networks import Judgement, NetworkBuilder
from ganbench.recipes import adversarial_recipes, reconstruction_recipes
from ganbench.reference import Reference
from ganbench.seeds import seed_for
from ganbench.task import Domain, Report, Split, Task
from ganbench.types import Architecture, Column, DataSpec, DomainName, Preset, SplitName

__all__ = [
    "AdversarialHParams",
    "Architecture",
    "Batch",
    "Column",
    "DataSpec",
    "Domain",
    "DomainName",
    "HParams",
    "ImageFolder",
    "Judgement",
    "Metric",
    "MixtureOptions",
    "Model",
    "NetworkBuilder",
    "NoiseToMixture",
    "Preset",
    "ReconstructionHParams",
    "Reference",
    "Report",
    "Split",
    "SplitName",
    "Task",
    "UserError",
    "View",
    "ViewOptions",
    "ViewsTask",
    "adversarial_discriminator_loss",
    "adversarial_generator_loss",
    "adversarial_recipes",
    "cached_arrays",
    "distance",
    "feature_matching_loss",
    "mixture",
    "on_arc",
    "on_circle",
    "on_grid",
    "procedural_cars",
    "procedural_heads",
    "read_image_folder",
    "reconstruction_recipes",
    "require",
    "seed_for",
    "split_indices",
]
