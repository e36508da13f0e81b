"""The only names that a plugin imports."""

from ganbench.data.cache import cached_arrays
from ganbench.data.images import ImageFolder, read_image_folder, split_indices
from ganbench.data.shapes.fleet import procedural_cars
from ganbench.data.views import (
    ViewOptions,
    mesh_files_hash,
    read_mesh_objects,
    render_code_hash,
    rendered,
    view_domain,
)
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
from ganbench.seeds import seed_for
from ganbench.task import Domain, Report, Split, SplitName, Task
from ganbench.types import Architecture, Column, DataSpec, DomainName, Preset

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
    "Model",
    "NetworkBuilder",
    "Preset",
    "ReconstructionHParams",
    "Report",
    "Split",
    "SplitName",
    "Task",
    "UserError",
    "View",
    "ViewOptions",
    "adversarial_discriminator_loss",
    "adversarial_generator_loss",
    "adversarial_recipes",
    "cached_arrays",
    "distance",
    "feature_matching_loss",
    "mesh_files_hash",
    "procedural_cars",
    "read_image_folder",
    "read_mesh_objects",
    "reconstruction_recipes",
    "render_code_hash",
    "rendered",
    "require",
    "seed_for",
    "split_indices",
    "view_domain",
]
