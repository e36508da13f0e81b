"""Does a translation keep its input's azimuth, read by a probe? (Kim et al., 2017, figures 5, 6)

The probe is trained on the train split of both domains; its own error on real test images of the
target domain stands beside the scores, for no score can be read finer than that.
"""

import numpy as np

from ganbench.api import Column, Metric

ATTRIBUTE = "azimuth_deg"


def wrapped_deg(angle):
    """The same angle in [-180, 180)."""
    return (angle + 180) % 360 - 180


def circular_correlation(a_deg, b_deg, resolution_deg=0.0):
    """Correlation of two angles in [-1, 1] (Jammalamadaka and SenGupta, 2001); 0 without spread.

    `resolution_deg`, the error with which b is read, adds to the spread of b: the coefficient
    knows no scale, so without it a collapsed model whose translations differ by less than the
    probe can read would pass for an aligned one.
    """
    a, b = np.radians(a_deg), np.radians(b_deg)
    sines = [np.sin(x - np.angle(np.exp(1j * x).mean())) for x in (a, b)]
    noise = len(b) * np.sin(np.radians(resolution_deg)) ** 2
    scale = np.sqrt((sines[0] ** 2).sum() * ((sines[1] ** 2).sum() + noise))
    return float((sines[0] * sines[1]).sum() / scale) if scale > 1e-12 else 0.0


def rmse_deg(a_deg, b_deg):
    return float(np.sqrt((wrapped_deg(a_deg - b_deg) ** 2).mean()))


def entropy_share(angles_deg, bins_deg):
    """Entropy over the nearest bins as a share of an even spread's: 0 for one bin, 1 for all."""
    nearest = np.abs(wrapped_deg(angles_deg[:, None] - bins_deg[None])).argmin(axis=1)
    share = np.bincount(nearest, minlength=len(bins_deg)) / len(angles_deg)
    share = share[share > 0]
    return float(-(share * np.log(share)).sum() / np.log(len(bins_deg))) + 0.0


class Azimuth(Metric):
    columns = {
        "azimuth_correlation": Column("", None, "circular, signed: -1 is a mirrored range"),
        "azimuth_alignment": Column("", True, "absolute value of the correlation"),
        "azimuth_rmse_deg": Column("deg", False, "after the better of same and mirrored range"),
        "azimuth_coverage": Column("", True, "entropy share of the translations over the views"),
        "probe_mae_deg": Column("deg", False, "the probe's own error on real test images"),
    }

    def unmet(self, view):
        known = ATTRIBUTE in view.inputs.truth and ATTRIBUTE in view.targets.truth
        return None if known else "the data have no ground-truth azimuth"

    def compute(self, view):
        probe = view.probe(ATTRIBUTE)
        given, found = view.inputs.truth[ATTRIBUTE], probe.predict(view.fakes)
        views = view.targets.constants["azimuths_deg"]
        mirrored = views.min() + views.max() - given
        real, known = probe.predict(view.target_samples), view.targets.truth[ATTRIBUTE]
        correlation = circular_correlation(given, found, rmse_deg(real, known))
        return {
            "azimuth_correlation": correlation,
            "azimuth_alignment": abs(correlation),
            "azimuth_rmse_deg": min(rmse_deg(given, found), rmse_deg(mirrored, found)),
            "azimuth_coverage": entropy_share(found, views),
            "probe_mae_deg": float(np.abs(wrapped_deg(real - known)).mean()),
        }

    def arrays(self, view):
        found = view.probe(ATTRIBUTE).predict(view.fakes)
        return {"input_azimuth_deg": view.inputs.truth[ATTRIBUTE], "azimuth_deg": found}
