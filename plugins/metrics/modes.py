"""Which modes of a known mixture the translations reach (VEEGAN, Srivastava et al., 2017; PacGAN).

A sample is of high quality within 3 standard deviations of its nearest mode. A mode is covered
that is the nearest of at least SAMPLES_FOR_COVER high-quality samples.
"""

import numpy as np

from ganbench.api import Column, Metric

HIGH_QUALITY_SIGMAS = 3.0
SAMPLES_FOR_COVER = 20
SHARE_FOR_COLLISION = 0.05


def nearest_mode(samples, centres):
    """Index of and distance to the nearest centre, each (n,)."""
    distances = np.linalg.norm(samples[:, None] - centres[None], axis=2)
    return distances.argmin(axis=1), distances.min(axis=1)


def collisions(source_mode, target_mode):
    """Target modes that take more than a share of two or more source modes."""
    table = np.zeros((source_mode.max() + 1, target_mode.max() + 1))
    np.add.at(table, (source_mode, target_mode), 1)
    shares = table / table.sum(axis=1, keepdims=True).clip(min=1)
    return int(((shares > SHARE_FOR_COLLISION).sum(axis=0) >= 2).sum())


def reverse_kl(target_mode, modes):
    """KL(translations over modes || even spread), in nats; 0 is even, log(modes) one mode."""
    share = np.bincount(target_mode, minlength=modes) / len(target_mode)
    share = share[share > 0]
    return float((share * np.log(share * modes)).sum())


class Modes(Metric):
    columns = {
        "modes_covered": Column("modes", True, "target modes with 20 or more good translations"),
        "high_quality_share": Column("", True, "translations within 3 sigma of a target mode"),
        "mode_collisions": Column("modes", False, "target modes fed by two or more source modes"),
        "reverse_kl": Column("nats", False, "translations over modes against an even spread"),
    }

    def unmet(self, view):
        known = "mode" in view.inputs.truth and "mode_centres" in view.targets.constants
        return None if known else "the data are no mixture with known modes"

    def compute(self, view):
        centres, sigma = (view.targets.constants[name] for name in ("mode_centres", "sigma"))
        nearest, distance = nearest_mode(view.fakes.cpu().numpy(), centres)
        good = distance <= HIGH_QUALITY_SIGMAS * sigma
        counts = np.bincount(nearest[good], minlength=len(centres))
        return {
            "modes_covered": float((counts >= SAMPLES_FOR_COVER).sum()),
            "high_quality_share": float(good.mean()),
            "mode_collisions": float(collisions(view.inputs.truth["mode"], nearest)),
            "reverse_kl": reverse_kl(nearest, len(centres)),
        }

    def arrays(self, view):
        return {
            "input_points": view.input_samples.cpu().numpy(),
            "input_mode": view.inputs.truth["mode"],
            "points": view.fakes.cpu().numpy(),
            "mode_centres": view.targets.constants["mode_centres"],
        }
