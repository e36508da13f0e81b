"""The only names that a plugin imports."""

from ganbench.contracts.hparams import AdversarialHParams, HParams, ReconstructionHParams
from ganbench.contracts.metric import (
    Metric,
    View,
    kept_classes,
    mean_or_reason,
    readings,
    share_read,
)
from ganbench.contracts.model import Batch, Model
from ganbench.contracts.recipes import adversarial_recipes, reconstruction_recipes
from ganbench.contracts.reference import Reference
from ganbench.contracts.task import Domain, Report, Split, Task
from ganbench.core.cache import cached_arrays
from ganbench.core.errors import Undefined, UserError
from ganbench.core.large_tensors import all_finite, chunks, only_finite
from ganbench.core.options import require
from ganbench.core.seeds import seed_for
from ganbench.core.spec import Architecture, Column, DataSpec, DomainName, Preset, SplitName
from ganbench.data.decoded import decoded, fingerprint
from ganbench.data.edges import edges_of
from ganbench.data.image_folder import ImageFolder, read_image_folder, refuse_unreadable
from ganbench.data.labels import labels_path, labels_told, read_labels
from ganbench.data.listing import Listing, UnreadableFiles
from ganbench.data.overlap import pixel_digests, repeats_told, require_apart
from ganbench.data.readers.facescrub import list_facescrub
from ganbench.data.sameness import sameness
from ganbench.evaluation.fidelity.metric import FidelityMetric
from ganbench.networks.blocks import Judgement
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.image_pool import ImagePool
from ganbench.networks.latents import drawn, nearest_latents
from ganbench.networks.losses import (
    LEAST_SQUARES,
    LOG_LOSS,
    Adversarial,
    distance,
    feature_matching_loss,
    gradient_penalty,
)
from ganbench.task_families.attributes import ConversionOptions, ConversionTask
from ganbench.task_families.collection import Collection, split_indices
from ganbench.task_families.collection_task import CollectionTask
from ganbench.task_families.mixtures import (
    MixtureOptions,
    NoiseToMixture,
    mixture,
    on_arc,
    on_circle,
    on_grid,
)
from ganbench.task_families.objects.cars import CAR_PRESET_OPTIONS, CARS, CarOptions
from ganbench.task_families.objects.chairs import CHAIRS, ChairOptions
from ganbench.task_families.objects.handbags import HANDBAGS
from ganbench.task_families.objects.heads import HEADS, HeadOptions
from ganbench.task_families.objects.shoes import SHOES
from ganbench.task_families.products import Ware, WareOptions, WareTask
from ganbench.task_families.views import ObjectClass, TwoClassOptions, ViewOptions, ViewsTask

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
