"""Does a translation keep its input's azimuth, read by a probe? (Kim et al., 2017, figures 5, 6)

The probe is trained on the train split of both domains; its own error on real test images of the
target domain is reported with the scores, for no score is more exact than that.
"""

import numpy as np

from ganbench.api import Column, Metric, SeedPanels, readings

ATTRIBUTE = "azimuth_deg"
ROUNDING = 1e-9  # sines and mean directions below it are what rounding leaves
MIN_MARGIN_DEG = 5.0  # of the figure, where all inputs have one azimuth; the jitter stays within


def wrapped_deg(angle):
    """The same angle in [-180, 180)."""
    return (angle + 180) % 360 - 180


def sines_about_mean(angles_deg):
    """(n,); NaN for angles so even round the circle that they have no mean direction."""
    angles = np.radians(angles_deg)
    mean = np.exp(1j * angles).mean()
    return np.sin(angles - np.angle(mean)) if abs(mean) > ROUNDING else np.full_like(angles, np.nan)


def circular_correlation(a_deg, b_deg, resolution_deg=0.0):
    """Correlation of two angles in [-1, 1] (Jammalamadaka and SenGupta, 2001).

    `resolution_deg`, the error with which b is read, adds to the spread of b: the coefficient
    knows no scale, so without it a collapsed model whose translations differ by less than the
    probe can read would pass for an aligned one.

    NaN where it is 0 / 0: for an `a` without spread, which nothing can follow, and for a `b`
    without spread that is read without error. With such an error a collapse is near 0.
    """
    a, b = sines_about_mean(a_deg), sines_about_mean(b_deg)
    spread_a = (a**2).mean()
    spread_b = (b**2).mean() + np.sin(np.radians(resolution_deg)) ** 2
    known = spread_a > ROUNDING**2 and spread_b > ROUNDING**2  # neither of which a NaN is
    return float((a * b).mean() / np.sqrt(spread_a * spread_b)) if known else float("nan")


def correlation_or_reason(input_deg, output_deg, resolution_deg):
    correlation = circular_correlation(input_deg, output_deg, resolution_deg)
    if not np.isnan(correlation):
        return correlation
    whose = "inputs" if np.isnan(circular_correlation(input_deg, input_deg)) else "translations"
    return f"undefined: the azimuths of the {whose} have no spread, or no mean direction"


def rmse_deg(a_deg, b_deg):
    return float(np.sqrt((wrapped_deg(a_deg - b_deg) ** 2).mean()))


def entropy_share(angles_deg, bins_deg):
    """Entropy over the nearest bins as a share of an even spread's: 0 for one bin, 1 for all. NaN
    where there is but one to be in.
    """
    if len(bins_deg) < 2:
        return float("nan")
    nearest = np.abs(wrapped_deg(angles_deg[:, None] - bins_deg[None])).argmin(axis=1)
    share = np.bincount(nearest, minlength=len(bins_deg)) / len(angles_deg)
    share = share[share > 0]
    return float(-(share * np.log(share)).sum() / np.log(len(bins_deg))) + 0.0


def draw_azimuths(axes, shown, rng):
    """Input against translated azimuth (the paper's figures 5 and 6)."""
    inputs, outputs = shown.arrays["input_azimuth_deg"], shown.arrays["azimuth_deg"]
    jitter = rng.uniform(-3, 3, len(inputs))  # views are 15 degrees apart: show the density
    low, high = inputs.min(), inputs.max()
    axes.plot([low, high], [low, high], color="0.7", lw=0.8)
    axes.plot([low, high], [high, low], color="0.7", lw=0.8, ls=":")
    axes.scatter(inputs + jitter, outputs, s=4, alpha=0.5, linewidths=0)
    margin = 0.1 * (high - low) or MIN_MARGIN_DEG
    axes.set(xlim=(low - margin, high + margin))
    axes.update_datalim([(low, low - 2 * margin), (high, high + 2 * margin)])
    axes.set_title(f"{shown.title}, {correlation_text(shown)}", fontsize=8)


def correlation_text(shown):
    correlation = shown.numbers.get("azimuth_correlation")
    return "r undefined" if correlation is None else f"r = {correlation:.2f}"


class Azimuth(Metric):
    columns = {
        "azimuth_correlation": Column("", None, "circular, signed: -1 is a mirrored range"),
        "azimuth_alignment": Column("", True, "absolute value of the correlation"),
        "azimuth_rmse_deg": Column("deg", False, "after the better of same and mirrored range"),
        "azimuth_coverage": Column("", True, "entropy share of the translations over the views"),
        "probe_mae_deg": Column("deg", False, "the probe's own error on real test images"),
    }
    figures = {
        "azimuth": SeedPanels(
            arrays=("input_azimuth_deg", "azimuth_deg"),
            draw=draw_azimuths,
            x_label="input azimuth (deg), jittered",
            y_label="azimuth of the translation, by the probe (deg)",
        )
    }

    def unsupported(self, view):
        is_kept = ATTRIBUTE in view.spec.kept
        known = is_kept and all(ATTRIBUTE in d.truth for d in (view.inputs, view.targets))
        return None if known else "the data have no ground-truth azimuth"

    def compute(self, view):
        probe = view.probe(ATTRIBUTE)
        inputs, outputs = view.inputs.truth[ATTRIBUTE], readings(probe, view.fakes)
        views = view.targets.constants["azimuths_deg"]
        mirrored = views.min() + views.max() - inputs
        real, known = readings(probe, view.target_samples, "targets"), view.targets.truth[ATTRIBUTE]
        correlation = correlation_or_reason(inputs, outputs, rmse_deg(real, known))
        one_view = "undefined: the targets have one azimuth only"
        covered = entropy_share(outputs, views) if len(views) > 1 else one_view
        return {
            "azimuth_correlation": correlation,
            "azimuth_alignment": correlation if isinstance(correlation, str) else abs(correlation),
            "azimuth_rmse_deg": float(
                np.minimum(rmse_deg(inputs, outputs), rmse_deg(mirrored, outputs))
            ),
            "azimuth_coverage": covered,
            "probe_mae_deg": float(np.abs(wrapped_deg(real - known)).mean()),
        }

    def arrays(self, view):
        outputs = readings(view.probe(ATTRIBUTE), view.fakes)
        return {"input_azimuth_deg": view.inputs.truth[ATTRIBUTE], "azimuth_deg": outputs}
