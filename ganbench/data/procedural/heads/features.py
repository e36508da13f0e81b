"""Eyes, brows, lips, nostrils, ears and glasses of a head: left halves."""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.heads.rays import OnSkin, skin_at, together, without_rays
from ganbench.data.procedural.heads.skull import (
    eye_centre,
    eye_radius,
    lip_height,
    mouth_height,
    nose_tip,
)
from ganbench.data.procedural.heads.styles import HeadParameters
from ganbench.data.procedural.sheets import ball, sheet, tube
from ganbench.data.procedural.surfaces import Floats
from ganbench.data.rendering.mesh import Part, Rgb

EYE_WHITE: Rgb = (0.88, 0.87, 0.85)
PUPIL: Rgb = (0.02, 0.02, 0.025)
LASHES: Rgb = (0.06, 0.045, 0.04)
FRAME: Rgb = (0.05, 0.05, 0.06)

SKIN_SHINE = (0.08, 12.0)  # strength and exponent of the highlight on skin


def shaded(colour: Rgb, factor: float) -> Rgb:
    red, green, blue = (min(1.0, factor * channel) for channel in colour)
    return red, green, blue


def lip_rgb(skin: Rgb) -> Rgb:
    """Redder and darker than the skin."""
    red, green, blue = skin
    return 0.86 * red, 0.6 * green, 0.62 * blue


def eyes(p: HeadParameters) -> list[Part]:
    """Left eye: layers on the eyeball, each a little farther out: white, iris, pupil."""
    iris = np.linspace(0, 1, 3)[:, None] * np.ones(15)
    turn = np.linspace(0, 2 * np.pi, 15)
    width = 0.45
    iris_grid = _on_eye(p, width * iris * np.cos(turn), width * iris * np.sin(turn), 0.0009)
    pupil_grid = _on_eye(p, 0.2 * iris * np.cos(turn), 0.2 * iris * np.sin(turn), 0.0012)
    return [
        sheet(_eye_opening(p), EYE_WHITE, 0.25, 40),
        sheet(iris_grid, p.eye_rgb, 0.35, 60),
        sheet(pupil_grid, PUPIL, 0.5, 60),
    ]


def _on_eye(p: HeadParameters, across: Floats, up: Floats, lift: Floats | float) -> Floats:
    """Points at angles (radians, outwards and up) on the eyeball, `lift` metres above it."""
    across, up, lift = np.broadcast_arrays(across, up, lift)
    heading = np.stack([np.cos(up) * np.cos(across), np.cos(up) * np.sin(across), np.sin(up)], -1)
    result: Floats = np.array(eye_centre(p)) + (eye_radius(p) + lift)[..., None] * heading
    return result


def _lid_lines(p: HeadParameters, place: Floats) -> tuple[Floats, Floats, Floats]:
    """Angles across and up of the upper and of the lower lid's edge; place -1 inner, 1 outer."""
    across = 0.09 + 0.98 * place
    tilt = np.radians(p.eye_tilt_deg) * place
    inside = np.clip(1 - place**2, 0, None)
    # The upper lid is highest towards the nose, the lower one lowest towards the temple.
    upper = 0.32 * inside**0.75 * (1 - 0.12 * place) + tilt
    lower = -0.3 * inside**0.85 * (1 + 0.12 * place) + tilt
    return across, upper, lower


def _eye_opening(p: HeadParameters) -> Floats:
    place = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 11))
    across, upper, lower = _lid_lines(p, place)
    share = np.linspace(0, 1, 4)[:, None]
    return _on_eye(p, across[None, :], upper + share * (lower - upper), 0.0005)


def lids(p: HeadParameters) -> list[Part]:
    """Left lids and lashes: bands that stand off at the opening and sink into the skin beyond."""
    place = np.sin(np.linspace(-np.pi / 2, np.pi / 2, 12)) * 1.06
    across, upper, lower = _lid_lines(p, place)
    away = np.array([0.0, 0.0, 0.1, 0.25, 0.42])[:, None]
    rise = np.array([0.0004, 0.0017, 0.0018, 0.0012, -0.0015])[:, None]
    fade = 1 - 0.35 * place**4
    top = _on_eye(p, across, upper + away, rise * fade)
    low = _on_eye(p, across, lower - away * 0.8, (rise - 0.0002) * fade)
    edge = np.array([-0.02, -0.02, 0.06, 0.06])[:, None]
    out = np.array([0.0005, 0.0021, 0.0022, 0.001])[:, None]
    lash = _on_eye(p, across, upper + edge, out * fade)
    return [
        sheet(top[::-1], shaded(p.skin_rgb, 0.93), *SKIN_SHINE),
        sheet(low, shaded(p.skin_rgb, 0.97), *SKIN_SHINE),
        sheet(lash[::-1], LASHES),
    ]


def brows(p: HeadParameters) -> OnSkin[list[Part]]:
    """Left eyebrow: a raised strip along the ridge, thinner and lower at its outer end."""
    along = np.linspace(0, 1, 10)[None, :]
    across = np.array([-1, -0.75, 0, 0.75, 1])[:, None]
    half = p.brow_m * (0.4 + 0.2 * p.masculinity) * np.clip(1.15 - along**2, 0.25, 1)
    arch = 0.0035 - 0.0015 * p.masculinity
    middle = 0.0185 + arch * np.sin(np.pi * along**1.4) - 0.002 * along**3 - 0.001 * p.masculinity
    azimuth = _brow_azimuth(p, along)
    lift = np.array([-0.001, 0.0008, 0.0014, 0.0008, -0.001])[:, None]
    ends = np.where((along == 0) | (along == 1), -0.001, lift)
    return skin_at(azimuth, middle + half * across, ends).then(
        lambda grid: [sheet(grid[::-1], shaded(p.hair_rgb, 0.8), 0.03, 10)]
    )


def _brow_azimuth(p: HeadParameters, along: Floats) -> Floats:
    """From above the inner corner of the eye to beyond the outer one."""
    y = (0.36 + 1.12 * along) * p.eye_spacing_m / 2
    return np.asarray(np.arctan2(y, 0.093 - 0.4 * y), dtype=np.float64)


def lips(p: HeadParameters) -> OnSkin[list[Part]]:
    """Both lips from corner to corner (left half) and the dark line between them."""
    along = np.sin(np.linspace(0, np.pi / 2, 8))[None, :]
    half_width, height, line = p.mouth_width_m / 2, lip_height(p), mouth_height(p)
    azimuth = np.arctan2(along * half_width, 0.09 - 0.012 * along**2)
    taper = np.clip(1 - along**2, 0, 1) ** 0.7
    bow = 1 - 0.22 * np.exp(-((along / 0.14) ** 2))
    share = np.array([0, 0.12, 0.4, 0.75, 1.0])[:, None]
    bulge = np.array([-0.0012, 0.0012, 0.0026, 0.0013, -0.0008])[:, None]
    seam = line + 0.0012 * along**2
    lift = np.where(along == 1, -0.001, bulge * (0.35 + 0.65 * taper))
    gap = np.array([-0.0011, -0.001, 0.001, 0.0011])[:, None]
    dark = np.where(along == 1, -0.0005, np.array([-0.001, 0.0006, 0.0006, -0.001])[:, None])
    arcs = [
        seam + 0.95 * height * share * taper * bow,
        seam - 1.12 * height * share * taper,
        seam + gap * (0.4 + 0.6 * taper),
    ]
    lifts = [lift, 1.15 * lift, dark]
    return skin_at(azimuth, np.concatenate(arcs), np.concatenate(lifts)).then(
        lambda grid: _lip_sheets(p, grid)
    )


def _lip_sheets(p: HeadParameters, grid: Floats) -> list[Part]:
    upper, lower, mouth = grid[:5], grid[5:10], grid[10:]
    colour = lip_rgb(p.skin_rgb)
    return [
        sheet(upper[::-1], shaded(colour, 0.94), 0.12, 20),
        sheet(lower, colour, 0.2, 20),
        sheet(mouth[::-1], shaded(colour, 0.4), 0.0, 10),
    ]


def nostrils(p: HeadParameters) -> list[Part]:
    """Left nostril: a dark flat ball in the underside of the nose."""
    x, _, z = nose_tip(p)
    centre = (x - 0.007, 0.26 * p.nose_width_m / 2 + 0.002, z - 0.0072)
    return [sheet(ball(centre, (0.0052, 0.0032, 0.0026), 5, 8), LASHES, 0.0, 10)]


EAR_AZIMUTH = np.radians(96.0)


def ears(p: HeadParameters) -> OnSkin[list[Part]]:
    """Left ear: rings from the hollow over the inner ridge and the rim round to the back."""
    height = -0.43 * p.nose_m + 0.004
    return skin_at(np.array(EAR_AZIMUTH), np.array(height)).then(lambda root: _ear(p, root))


def _ear(p: HeadParameters, root: Floats) -> list[Part]:
    """The left ear at its root, a point of the skin."""
    half = p.ear_m / 2
    ring = np.array([0, 0.34, 0.5, 0.68, 0.84, 0.96, 1.0, 0.97, 0.7])[:, None]
    relief = np.array([-4.5, -4.0, 0.5, -1.5, 1.5, 2.2, 0.5, -2.5, -9.0])[:, None] / 1000
    turn = np.linspace(0, 2 * np.pi, 15)[None, :]
    up = np.sin(turn)
    # An egg, narrow at the lobe, whose lower end lies further forward.
    back = 0.56 * half * (1 + 0.2 * up) * np.cos(turn) + np.minimum(up, 0) * 0.16 * half
    back, up = ring * back, ring * half * up
    stand = p.ear_flare * (back + 0.45 * half) + relief * half / 0.031
    lean = 0.2
    grid = root + np.stack(
        [
            -(back * np.cos(lean) + up * np.sin(lean)),
            stand,
            up * np.cos(lean) - back * np.sin(lean),
        ],
        axis=-1,
    )
    hollow = np.zeros((len(ring) - 1, turn.shape[1] - 1), dtype=np.bool_)
    hollow[:2] = True
    return [
        sheet(grid, shaded(p.skin_rgb, 0.98), *SKIN_SHINE, ~hollow),
        sheet(grid, shaded(p.skin_rgb, 0.72), *SKIN_SHINE, hollow),
    ]


def glasses(p: HeadParameters) -> OnSkin[list[Part]]:
    """Left rim, half of the bridge and the left arm to the ear; or nothing."""
    if not p.glasses:
        return without_rays([])
    brow = skin_at(np.array(0.36), np.array(0.0185))
    temple = skin_at(np.array(np.radians(85.0)), np.array(0.006))
    return together([brow, temple]).then(lambda at: _frame(p, float(at[0][0]), float(at[1][1])))


def _frame(p: HeadParameters, brow: float, temple: float) -> list[Part]:
    """brow: how far in front the skin is there; temple: how far to the left."""
    x, y, _ = eye_centre(p)
    front = max(brow + 0.003, x + eye_radius(p) + 0.006)
    turn = np.linspace(0, 2 * np.pi, 21)
    cos, sin = np.cos(turn), np.sin(turn)
    wide = np.sign(cos) * np.abs(cos) ** 0.6 * 0.0235
    high = np.sign(sin) * np.abs(sin) ** 0.6 * 0.0185
    rim = np.stack([front - 0.28 * np.maximum(wide, 0), y + 0.001 + wide, high - 0.002], axis=-1)
    inner = y + 0.001 - 0.0235
    steps = np.linspace(0, 1, 4)
    bridge = np.stack([front + 0.002 * (1 - steps), inner * steps, 0.005 - 0.002 * steps**2], -1)
    temple += 0.002
    hinge = (front - 0.007, y + 0.0245, 0.007)
    arm = np.array([hinge, (front - 0.014, max(hinge[1], temple - 0.004), 0.008),
                    (0.02, temple + 0.001, 0.008), (-0.014, temple, 0.006)])  # fmt: skip
    paths = ((rim, (1.0, 0.0, 0.0)), (bridge, (0.0, 0.0, 1.0)), (arm, (0.0, 0.0, 1.0)))
    return [sheet(tube(path, 0.0016, up, 5), FRAME, 0.4, 40) for path, up in paths]
