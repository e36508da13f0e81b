"""The only names that a plugin imports."""

from ganbench.data.apart import pixel_digests, repeats_told, require_apart
from ganbench.data.cache import cached_arrays
from ganbench.data.classes.cars import CAR_PRESET_OPTIONS, CARS, CarOptions
from ganbench.data.classes.chairs import CHAIRS, ChairOptions
from ganbench.data.classes.handbags import HANDBAGS
from ganbench.data.classes.heads import HEADS, HeadOptions
from ganbench.data.classes.shoes import SHOES
from ganbench.data.collection import Collection, split_indices
from ganbench.data.collection_task import CollectionTask
from ganbench.data.conversions import ConversionOptions, ConversionTask
from ganbench.data.decoded import decoded, fingerprint
from ganbench.data.edges import edges_of
from ganbench.data.goods import Ware, WareOptions, WareTask
from ganbench.data.image_folder import ImageFolder, read_image_folder, refuse_unreadable
from ganbench.data.labels import labels_path, labels_told, read_labels
from ganbench.data.listing import Listing, UnreadableFiles
from ganbench.data.mixtures import (
    MixtureOptions,
    NoiseToMixture,
    mixture,
    on_arc,
    on_circle,
    on_grid,
)
from ganbench.data.readers.facescrub import list_facescrub
from ganbench.data.sameness import sameness
from ganbench.data.views import ObjectClass, TwoClassOptions, ViewOptions, ViewsTask
from ganbench.errors import Undefined, UserError
from ganbench.fidelity.metric import FidelityMetric
from ganbench.gathered import all_finite, chunks, only_finite
from ganbench.hparams import (
    AdversarialHParams,
    HParams,
    ReconstructionHParams,
    require,
)
from ganbench.latents import drawn, nearest_latents
from ganbench.losses import (
    LEAST_SQUARES,
    LOG_LOSS,
    Adversarial,
    distance,
    feature_matching_loss,
    gradient_penalty,
)
from ganbench.metric import (
    Metric,
    View,
    kept_classes,
    mean_or_reason,
    readings,
    share_read,
)
from ganbench.model import Batch, Model
from ganbench.networks.blocks import Judgement
from ganbench.networks.builder import NetworkBuilder
from ganbench.pool import ImagePool
from ganbench.recipes import adversarial_recipes, reconstruction_recipes
from ganbench.reference import Reference
from ganbench.seeds import seed_for
from ganbench.task import Domain, Report, Split, Task
from ganbench.types import Architecture, Column, DataSpec, DomainName, Preset, SplitName

__all__ = [
    "CARS",
    "CAR_PRESET_OPTIONS",
    "CHAIRS",
    "HANDBAGS",
    "HEADS",
    "LEAST_SQUARES",
    "LOG_LOSS",
    "SHOES",
    "Adversarial",
    "AdversarialHParams",
    "Architecture",
    "Batch",
    "CarOptions",
    "ChairOptions",
    "Collection",
    "CollectionTask",
    "Column",
    "ConversionOptions",
    "ConversionTask",
    "DataSpec",
    "Domain",
    "DomainName",
    "FidelityMetric",
    "HParams",
    "HeadOptions",
    "ImageFolder",
    "ImagePool",
    "Judgement",
    "Listing",
    "Metric",
    "MixtureOptions",
    "Model",
    "NetworkBuilder",
    "NoiseToMixture",
    "ObjectClass",
    "Preset",
    "ReconstructionHParams",
    "Reference",
    "Report",
    "Split",
    "SplitName",
    "Task",
    "TwoClassOptions",
    "Undefined",
    "UnreadableFiles",
    "UserError",
    "View",
    "ViewOptions",
    "ViewsTask",
    "Ware",
    "WareOptions",
    "WareTask",
    "adversarial_recipes",
    "all_finite",
    "cached_arrays",
    "chunks",
    "decoded",
    "distance",
    "drawn",
    "edges_of",
    "feature_matching_loss",
    "fingerprint",
    "gradient_penalty",
    "kept_classes",
    "labels_path",
    "labels_told",
    "list_facescrub",
    "mean_or_reason",
    "mixture",
    "nearest_latents",
    "on_arc",
    "on_circle",
    "on_grid",
    "only_finite",
    "pixel_digests",
    "read_image_folder",
    "read_labels",
    "readings",
    "reconstruction_recipes",
    "refuse_unreadable",
    "repeats_told",
    "require",
    "require_apart",
    "sameness",
    "seed_for",
    "share_read",
    "split_indices",
]
