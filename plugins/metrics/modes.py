"""Which modes of a known mixture the translations reach (VEEGAN, Srivastava et al., 2017; PacGAN).

A sample is of high quality within 3 standard deviations of its nearest mode. A mode is captured
that is the nearest of at least one high-quality sample (both papers' definition), and covered that
is the nearest of at least SAMPLES_FOR_COVER of them.
"""

import math

import numpy as np
import torch

from ganbench.api import Column, Metric, SeedPanels, only_finite

HIGH_QUALITY_SIGMAS = 3.0
SAMPLES_FOR_COVER = 20
PLANE_POINTS = 80
PLANE_MARGIN = 0.3
LEVELS = (0.1, 0.3, 0.5, 0.7, 0.9)


def nearest_mode(samples, centres):
    """Index of and distance to the nearest centre, each (n,)."""
    distances = np.linalg.norm(samples[:, None] - centres[None], axis=2)
    return distances.argmin(axis=1), distances.min(axis=1)


def reverse_kl(target_mode, modes):
    """KL(translations over modes || even spread), in nats; 0 is even, log(modes) one mode."""
    share = np.bincount(target_mode, minlength=modes) / len(target_mode)
    share = share[share > 0]
    return float((share * np.log(share * modes)).sum())


def plane(centres):
    """Corners (2, 2) of the square around the modes, and a grid of points (k * k, 2) in it."""
    low, high = centres.min(axis=0), centres.max(axis=0)
    half = (0.5 + PLANE_MARGIN) * (high - low).max()
    corners = np.stack([(low + high) / 2 - half, (low + high) / 2 + half])
    x, y = np.linspace(*corners, PLANE_POINTS).T
    return corners, np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def draw_points(axes, shown, rng):
    """The B plane: target modes, translations, and what D_B makes of it (the paper's figure 4)."""
    draw_judgement(axes, shown.arrays)
    draw_plane(axes, shown.arrays, "points")
    axes.set_title(f"{shown.title}: {modes_text(shown)}", fontsize=8)


def draw_start(axes, shown, rng):
    if "initial_points" in shown.arrays:
        draw_plane(axes, shown.arrays, "initial_points")


def modes_text(shown):
    """How many modes the translations cover and share, as far as these are numbers."""
    named = (("modes_covered", "modes"), ("mode_collisions", "shared"))
    counts = [(shown.numbers[name], word) for name, word in named if name in shown.numbers]
    return ", ".join(f"{n:.0f} {word}" for n, word in counts) or "modes undefined"


def draw_judgement(axes, arrays):
    """D_B's probability over the plane, in grey, with contours at LEVELS."""
    if "judged" not in arrays:
        return
    side = math.isqrt(len(arrays["judged"]))
    judged = arrays["judged"].reshape(side, side)
    (left, bottom), (right, top) = arrays["plane_corners"]
    extent = (left, right, bottom, top)
    axes.imshow(judged, extent=extent, origin="lower", cmap="Greys_r", vmin=0, vmax=1)
    axes.contour(judged, LEVELS, extent=extent, colors="tab:olive", linewidths=0.4)


def draw_plane(axes, arrays, name):
    """Points coloured by their source mode, over the target modes."""
    points, centres = arrays[name], arrays["mode_centres"]
    modes = arrays.get("input_mode", np.zeros(len(points)))
    x, y = points.T
    axes.scatter(x, y, c=modes, cmap="tab10", vmin=0, vmax=9, s=3, linewidths=0)
    x, y = centres.T
    axes.scatter(x, y, marker="x", color="black", s=24, linewidths=1.2)
    (left, bottom), (right, top) = arrays["plane_corners"]
    axes.set(xlim=(left, right), ylim=(bottom, top))
    axes.set_aspect("equal")


class Modes(Metric):
    columns = {
        "modes_covered": Column("modes", True, "modes with 20 or more translations within 3 sigma"),
        "modes_captured": Column(
            "modes", True, "modes with one or more translations within 3 sigma"
        ),
        "high_quality_share": Column("", True, "translations within 3 sigma of a target mode"),
        "reverse_kl": Column("nats", False, "translations over modes against an even spread"),
    }
    figures = {
        "points": SeedPanels(
            arrays=("points", "mode_centres", "plane_corners"),
            draw=draw_points,
            start=draw_start,
            x_label="× target modes; points: translations by source mode; "
            "grey: D_B's output, white is real",
        )
    }

    def unsupported(self, view):
        is_plane = view.spec.kinds[view.target].in_a_plane
        known = is_plane and "mode_centres" in view.targets.constants
        return None if known else "the target domain is no mixture with known modes"

    def compute(self, view):
        centres, sigma = (view.targets.constants[name] for name in ("mode_centres", "sigma"))
        nearest, distance = nearest_mode(only_finite(view.fakes).numpy(), centres)
        near = distance <= HIGH_QUALITY_SIGMAS * sigma
        counts = np.bincount(nearest[near], minlength=len(centres))
        return {
            "modes_covered": float((counts >= SAMPLES_FOR_COVER).sum()),
            "modes_captured": float((counts >= 1).sum()),
            "high_quality_share": float(near.mean()),
            "reverse_kl": reverse_kl(nearest, len(centres)),
        }

    def arrays(self, view):
        """For the paper's figure 4: translations after and before training, and D's opinion."""
        centres = view.targets.constants["mode_centres"]
        corners, points = plane(centres)
        judged = view.judge(torch.from_numpy(points.astype(np.float32)))
        arrays = {"points": view.fakes, "initial_points": view.initial_fakes, "judged": judged}
        known = {name: values.numpy() for name, values in arrays.items() if values is not None}
        truth = view.inputs.truth
        modes = {"input_mode": truth["mode"]} if "mode" in truth else {}
        return {**known, **modes, "mode_centres": centres, "plane_corners": corners}
