"""The only names that a plugin imports."""

from ganbench.contracts.contrast import ContrastHParams, ContrastiveModel
from ganbench.contracts.cycle import CycleHParams, CycleModel
from ganbench.contracts.discogan import AdversarialHParams, ReconstructionHParams
from ganbench.contracts.hparams import HParams
from ganbench.contracts.metric import (
    Metric,
    View,
    kept_classes,
    mean_or_reason,
    readings,
    share_read,
)
from ganbench.contracts.model import Batch, Model
from ganbench.contracts.recipes import (
    adversarial_recipes,
    reconstruction_recipes,
    stabilised,
    with_stable,
)
from ganbench.contracts.reference import Reference
from ganbench.contracts.task import Domain, Jitter, Split, Task
from ganbench.core.cache import cached_arrays
from ganbench.core.errors import Undefined, UserError
from ganbench.core.figures import SeedPanels, SharedPanels, Shown
from ganbench.core.large_pictures import enlarged, shrunk, too_small
from ganbench.core.large_tensors import all_finite, batched, only_finite
from ganbench.core.options import require_range
from ganbench.core.reports import Report, no_report
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
from ganbench.data.split_folders import find_split_folders
from ganbench.evaluation.agreement import (
    agreement_up_to_exchange,
    agreement_up_to_renaming,
    balanced_agreement,
    mutual_information,
)
from ganbench.evaluation.fidelity.metric import FidelityMetric
from ganbench.evaluation.spectra import radial_power
from ganbench.networks.blocks import Attended, DiscriminatorOutput, Judges
from ganbench.networks.builder import NetworkBuilder
from ganbench.networks.contrastive import patch_nce, places_of, statistics_kept
from ganbench.networks.image_pool import ImagePool
from ganbench.networks.latents import code_around, nearest_latents, seeded_latent
from ganbench.networks.losses import (
    LEAST_SQUARES,
    LOG_LOSS,
    Adversarial,
    feature_matching_loss,
    over_heads,
    reconstruction_distance,
)
from ganbench.networks.penalties import centred_penalty, gradient_penalty
from ganbench.networks.spectral import spectral_norm
from ganbench.networks.styles import half_drawn
from ganbench.networks.turns import TURNS
from ganbench.task_families.attributes import AttributeOptions, AttributeTask
from ganbench.task_families.collection import Collection, split_indices
from ganbench.task_families.collection_task import CollectionTask
from ganbench.task_families.described import DescribedTask
from ganbench.task_families.faces_told import FacesToldTask
from ganbench.task_families.mixtures import (
    MixtureOptions,
    NoiseToMixture,
    arc_centres,
    circle_centres,
    grid_centres,
    mixture,
)
from ganbench.task_families.objects.cars import CARS
from ganbench.task_families.objects.chairs import CHAIRS
from ganbench.task_families.objects.handbags import HANDBAGS
from ganbench.task_families.objects.heads import HEADS, HeadOptions
from ganbench.task_families.objects.shoes import SHOES
from ganbench.task_families.own_folders import OwnFolders, own_folders
from ganbench.task_families.products import Product, ProductOptions, ProductTask
from ganbench.task_families.views import ObjectClass, ViewOptions, ViewsTask

__all__ = [
    "CARS",
    "CHAIRS",
    "HANDBAGS",
    "HEADS",
    "LEAST_SQUARES",
    "LOG_LOSS",
    "SHOES",
    "TURNS",
    "Adversarial",
    "AdversarialHParams",
    "Architecture",
    "Attended",
    "AttributeOptions",
    "AttributeTask",
    "Batch",
    "Collection",
    "CollectionTask",
    "Column",
    "ContrastHParams",
    "ContrastiveModel",
    "CycleHParams",
    "CycleModel",
    "DataSpec",
    "DescribedTask",
    "DiscriminatorOutput",
    "Domain",
    "DomainName",
    "FacesToldTask",
    "FidelityMetric",
    "HParams",
    "HeadOptions",
    "ImageFolder",
    "ImagePool",
    "Jitter",
    "Judges",
    "Listing",
    "Metric",
    "MixtureOptions",
    "Model",
    "NetworkBuilder",
    "NoiseToMixture",
    "ObjectClass",
    "OwnFolders",
    "Preset",
    "Product",
    "ProductOptions",
    "ProductTask",
    "ReconstructionHParams",
    "Reference",
    "Report",
    "SeedPanels",
    "SharedPanels",
    "Shown",
    "Split",
    "SplitName",
    "Task",
    "Undefined",
    "UnreadableFiles",
    "UserError",
    "View",
    "ViewOptions",
    "ViewsTask",
    "adversarial_recipes",
    "agreement_up_to_exchange",
    "agreement_up_to_renaming",
    "all_finite",
    "arc_centres",
    "balanced_agreement",
    "batched",
    "cached_arrays",
    "centred_penalty",
    "circle_centres",
    "code_around",
    "decoded",
    "edges_of",
    "enlarged",
    "feature_matching_loss",
    "find_split_folders",
    "fingerprint",
    "gradient_penalty",
    "grid_centres",
    "half_drawn",
    "kept_classes",
    "labels_path",
    "labels_told",
    "list_facescrub",
    "mean_or_reason",
    "mixture",
    "mutual_information",
    "nearest_latents",
    "no_report",
    "only_finite",
    "over_heads",
    "own_folders",
    "patch_nce",
    "pixel_digests",
    "places_of",
    "radial_power",
    "read_image_folder",
    "read_labels",
    "readings",
    "reconstruction_distance",
    "reconstruction_recipes",
    "refuse_unreadable",
    "repeats_told",
    "require_apart",
    "require_range",
    "sameness",
    "seed_for",
    "seeded_latent",
    "share_read",
    "shrunk",
    "spectral_norm",
    "split_indices",
    "stabilised",
    "statistics_kept",
    "too_small",
    "with_stable",
]
