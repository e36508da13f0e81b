"""The DiscoGAN paper's two recipes: `paper` is its text, `code` what the authors' code runs.

`pacgan` has the optimiser of PacGAN's synthetic experiments (Lin et al., 2018), for noise to modes.

One adversarial term and one share of feature matching hold for all three models. In the authors'
angle code the plain GAN alone goes without feature matching, so both cannot hold:
on the tasks that share an azimuth `code` leaves it out for all models, for with it no model's
azimuth follows the input's (docs/reproduction.md, "What alignment waits for").
"""

from __future__ import annotations

from ganbench.contracts.discogan import AdversarialHParams, ReconstructionHParams
from ganbench.core.spec import DataSpec

CODE_OPTIMISER = {"weight_decay": 1e-5, "batch_size": 64, "schedule": "D,G,G"}
CODE_FEAT_SHARE = 0.9
PACGAN_OPTIMISER = {"lr": 1e-4, "beta1": 0.8, "weight_decay": 0.0, "batch_size": 100}


def shares_azimuth(spec: DataSpec) -> bool:
    return "azimuth_deg" in spec.kept


def code_share(spec: DataSpec) -> float:
    """The share of feature matching in recipe `code`."""
    return 0.0 if shares_azimuth(spec) else CODE_FEAT_SHARE


def adversarial_recipes(spec: DataSpec) -> dict[str, AdversarialHParams]:
    """Recipes of a model without a reconstruction, for data of `spec`: paper, code, pacgan."""
    return {
        "paper": AdversarialHParams(),
        "code": AdversarialHParams(
            **CODE_OPTIMISER,  # type: ignore[arg-type]
            feat_share=code_share(spec),
        ),
        "pacgan": AdversarialHParams(**PACGAN_OPTIMISER),  # type: ignore[arg-type]
    }


def reconstruction_recipes(spec: DataSpec) -> dict[str, ReconstructionHParams]:
    """Recipes of a model with a reconstruction, for data of `spec`: paper, code, pacgan.

    In the code, total = (1 - rate) * adversarial + rate * reconstruction; rate is 0.9 throughout
    for the tasks that share an azimuth, else 0.01 for 10,000 iterations and 0.5 from then on.
    """
    if shares_azimuth(spec):
        weights = {"lambda_adv": 0.1, "lambda_rec": 0.9}
    else:
        weights = {
            "lambda_adv": 0.5,
            "lambda_rec": 0.5,
            "lambda_adv_start": 0.99,
            "lambda_rec_start": 0.01,
            "warmup_steps": 10_000,
        }
    return {
        "paper": ReconstructionHParams(),
        "code": ReconstructionHParams(
            **CODE_OPTIMISER,  # type: ignore[arg-type]
            **weights,  # type: ignore[arg-type]
            feat_share=code_share(spec),
        ),
        "pacgan": ReconstructionHParams(**PACGAN_OPTIMISER),  # type: ignore[arg-type]
    }
