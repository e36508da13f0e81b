"""Named sets of hyper-parameters. `paper` is the DiscoGAN paper's text, `code` what the authors'
code runs, `stable` what makes all models work that are compared, and `thorough` the same with more
starts.

`pacgan` has the optimiser of PacGAN's synthetic experiments (Lin et al., 2018), for noise to modes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeVar

from ganbench.contracts.discogan import AdversarialHParams, ReconstructionHParams
from ganbench.contracts.hparams import HParams
from ganbench.core.spec import DataSpec

H = TypeVar("H", bound=HParams)

CODE_OPTIMISER: dict[str, Any] = {"weight_decay": 1e-5, "batch_size": 64, "schedule": "D,G,G"}
CODE_FEAT_SHARE = 0.9
PACGAN_OPTIMISER: dict[str, Any] = {
    "lr": 1e-4,
    "beta1": 0.8,
    "weight_decay": 0.0,
    "batch_size": 100,
}
# Found on validation identities, the same for every model (docs/reproduction.md, "What made the
# difference"). Against a D that learns flat backgrounds and few pictures by heart: noise on its
# inputs (Arjovsky and Bottou, 2017) and R1 (Mescheder et al., 2018). Against a G that is never at
# rest: the average of its weights (Karras et al., 2018). Against a mapping that is one to one in
# pieces: coarse before fine (Karras et al., 2021), and one start for both translators, which else
# contradict each other at first, and the best of five starts (Benaim and Wolf, 2017).
STABLE: dict[str, Any] = {
    "lr": 5e-4,
    "weight_decay": 1e-5,
    "batch_size": 64,
    "augment": "noise",
    "r1": 0.1,
    "r1_every": 16,
    "ema_kimg": 20.0,
    "blur": 0.1,
    "blur_kimg": 51.2,
    "same_start": True,
    "starts": 5,
    "start_kimg": 10.24,
}
# For twice the steps. Against two traits or two colours that have changed places, which distances
# cannot tell: the start whose translations look most like their inputs (Shrivastava et al., 2017),
# of so many that some do.
THOROUGH: dict[str, Any] = {"starts": 10, "starts_by": "likeness"}
CONSTANT_RATES: dict[str, Any] = {"decay": 0.0, "halvings": 0}  # an average settles as well
STABLE_WEIGHTS: dict[str, Any] = {"distance": "l1", "lambda_adv": 0.02, "lambda_rec": 0.98}


def shares_azimuth(spec: DataSpec) -> bool:
    return "azimuth_deg" in spec.kept


def stabilised(hparams: H) -> H:
    """With the optimiser and the ingredients of recipe `stable`; the model's schedule and losses
    stay.
    """
    return replace(hparams, **CONSTANT_RATES, **STABLE)


def with_stable(recipes: dict[str, H], spec: DataSpec, stable: H) -> dict[str, H]:
    """The recipes, and `stable` and `thorough` for images, which alone their ingredients are for.
    Where domains differ in shape, translators cannot start alike and samples have no likeness.
    """
    if not all(kind.can_be_augmented for kind in spec.kinds.values()):
        return recipes
    if spec.A == spec.B:
        return recipes | {"stable": stable, "thorough": replace(stable, **THOROUGH)}
    return recipes | {"stable": replace(stable, same_start=False)}


def adversarial_recipes(spec: DataSpec) -> dict[str, AdversarialHParams]:
    """Recipes of a model without a reconstruction, for data of `spec`: paper, code, pacgan, and of
    images those of `with_stable`.

    In the authors' code the plain GAN has feature matching, except on the tasks that share an
    azimuth, where the models that it is compared with have it all the same.
    """
    feat_share = 0.0 if shares_azimuth(spec) else CODE_FEAT_SHARE
    recipes = {
        "paper": AdversarialHParams(),
        "code": AdversarialHParams(**CODE_OPTIMISER, feat_share=feat_share),
        "pacgan": AdversarialHParams(**PACGAN_OPTIMISER),
    }
    stable = stabilised(AdversarialHParams())
    return with_stable(recipes, spec, stable)


def reconstruction_recipes(spec: DataSpec) -> dict[str, ReconstructionHParams]:
    """Recipes of a model with a reconstruction, for data of `spec`: paper, code, pacgan, and of
    images those of `with_stable`.

    In the code, total = (1 - rate) * (0.1 * log loss + 0.9 * feature matching) + rate *
    reconstruction. For the tasks that share an azimuth rate is 0.9 throughout and D's features are
    matched from its third block on; else it is 0.01 for 10,000 iterations and 0.5 from then on, and
    features are matched from the second block on.
    """
    if shares_azimuth(spec):
        weights: dict[str, Any] = {"lambda_adv": 0.1, "lambda_rec": 0.9, "feat_from": 3}
    else:
        weights = {
            "lambda_adv": 0.5,
            "lambda_rec": 0.5,
            "lambda_adv_start": 0.99,
            "lambda_rec_start": 0.01,
            "warmup_steps": 10_000,
        }
    recipes = {
        "paper": ReconstructionHParams(),
        "code": ReconstructionHParams(**CODE_OPTIMISER, **weights, feat_share=CODE_FEAT_SHARE),
        "pacgan": ReconstructionHParams(**PACGAN_OPTIMISER),
    }
    stable = stabilised(ReconstructionHParams(**STABLE_WEIGHTS))
    return with_stable(recipes, spec, stable)
