"""The skin of a head: bone and flesh are blobs that melt into each other, eye sockets are cut out.

Everything that lies on the skin (lips, brows, hair) asks the same rays for its place.
"""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.heads.field import Blob, Point
from ganbench.data.procedural.heads.rays import OnSkin, skin_at
from ganbench.data.procedural.heads.styles import HeadParameters
from ganbench.data.procedural.surfaces import Floats

NECK_END_M = -0.17
# Columns of the skin, densest at the nose.
COLUMNS_DEG = (
    0, 3.4, 6.6, 9.6, 12.6, 16, 20, 25, 31, 37, 44, 52, 61, 71, 82, 94, 108, 125, 145, 163, 180,
)  # fmt: skip


def eye_centre(p: HeadParameters) -> Point:
    """Centre of the left eyeball."""
    return (0.0695 - eye_radius(p) + 0.0125, p.eye_spacing_m / 2, 0.0)


def eye_radius(p: HeadParameters) -> float:
    return 0.0142 * p.eye_size * (1.02 - 0.04 * p.masculinity)


def mouth_height(p: HeadParameters) -> float:
    """Where the lips meet: a third of the way from the nose to the chin."""
    return -p.nose_m - 0.34 * (p.face_m - p.nose_m)


def lip_height(p: HeadParameters) -> float:
    return p.lip_m * (1.12 - 0.24 * p.masculinity)


def jaw_half_width(p: HeadParameters) -> float:
    return p.jaw_width_m / 2 * (0.9 + 0.2 * p.masculinity)


def blobs(p: HeadParameters) -> list[Blob]:
    """The left half of the head (its right half is the mirror image), larger blobs first."""
    return [*_skull(p), *_jaw(p), *_neck(p), *_brow_and_eyes(p), *_nose(p)]


def _skull(p: HeadParameters) -> list[Blob]:
    length, width = p.head_length_m / 2, p.head_width_m / 2
    m, cheek = p.masculinity, p.cheek_width_m / 2
    return [
        Blob((-0.007, 0, 0.028), (length - 0.003, width, p.crown_m - 0.028), 0),
        Blob((0.03, 0, 0.038), (0.059, width - 0.014, 0.046), 0.03),
        Blob((0.022, 0, -0.03), (0.06, cheek - 0.009, 0.075), 0.03),
        # The cheekbone and the flesh below it.
        Blob((0.052, cheek - 0.021, -0.021), (0.024, 0.021 - 0.002 * m, 0.014), 0.018),
        Blob((0.048, 0.64 * jaw_half_width(p), -0.052), (0.03, 0.022 - 0.002 * m, 0.032), 0.024),
    ]


def _jaw(p: HeadParameters) -> list[Blob]:
    m, half = p.masculinity, jaw_half_width(p)
    chin = 0.067 + p.chin_depth_m + 0.003 * m
    return [
        Blob((0.026, 0, -p.face_m + 0.044), (0.053, half - 0.004, 0.037), 0.02),
        # The angle of the jaw, and its edge from there to the chin.
        Blob((0.006, half - 0.015, -p.face_m + 0.05), (0.027, 0.016, 0.032), 0.016),
        Blob(
            (0.012, half - 0.015, -p.face_m + 0.036),
            (0.011 + 0.002 * m, 0.012, 0),
            0.018,
            end=(chin - 0.008, 0.016 + 0.002 * m, -p.face_m + 0.0135),
        ),
        Blob((chin, 0.006 * m, -p.face_m + 0.016), (0.0185, 0.017 + 0.004 * m, 0.0155), 0.014),
        # The teeth behind the lips.
        Blob((0.065, 0, mouth_height(p) + 0.005), (0.025, 0.032, 0.026), 0.016),
    ]


def _neck(p: HeadParameters) -> list[Blob]:
    radius = 0.044 + 0.008 * p.masculinity
    return [
        Blob((-0.022, 0, -0.05), (radius, radius, 0), 0.014, end=(-0.04, 0, -0.21)),
        Blob((-0.052, 0, -0.228), (0.06, 0.095 + 0.02 * p.masculinity, 0.075), 0.04),
        # The floor of the mouth slopes from the chin to the throat.
        Blob(
            (0.05, 0, -p.face_m + 0.022), (0.017, 0.03, 0), 0.025, end=(-0.01, 0, -p.face_m - 0.002)
        ),
    ]


def _brow_and_eyes(p: HeadParameters) -> list[Blob]:
    m, (x, y, z) = p.masculinity, eye_centre(p)
    radius = eye_radius(p)
    ridge = 0.071 + 0.005 * m
    return [
        Blob((x + 0.029, y + 0.001, z - 0.001), (0.024, 0.021, 0.0155), 0.012, carve=True),
        Blob((ridge, y - 0.012, 0.0205 - 0.001 * m), (0.013, 0.026, 0.0065 + 0.0015 * m), 0.012),
        Blob((x, y, z), (radius, radius, radius), 0.004),
    ]


def nose_tip(p: HeadParameters) -> Point:
    """Centre of the ball at the end of the nose."""
    return (0.0785 + p.nose_depth_m, 0, -p.nose_m + p.nose_up_m)


def _nose(p: HeadParameters) -> list[Blob]:
    tip = nose_tip(p)
    wing = p.nose_width_m / 2
    middle = ((0.08 + tip[0]) / 2 + p.nose_hump_m, 0.0, tip[2] / 2 + 0.001)
    return [
        # The bridge, its flanks, the ball at its end, and the wings.
        Blob((0.078, 0, 0.007), (0.0072, 0.0074, 0), 0.014, end=middle),
        Blob((0.07, 0.006, -0.004), (0.006, 0.0085, 0), 0.014, end=(0.081, wing - 0.0105, tip[2])),
        Blob(middle, (0.0074, 0.0082, 0), 0.012, end=tip),
        Blob(tip, (0.0105, 0.0098, 0.0088), 0.01),
        Blob((tip[0] - 0.0125, wing - 0.0068, tip[2] - 0.002), (0.0125, 0.0068, 0.0078), 0.008),
    ]


def skin_grid(face_m: float) -> OnSkin[Floats]:
    """The left half of head and neck from crown to neck, rows (top first) by columns (front first).

    Rows and columns are densest where the face is; the last row closes the neck.
    """
    azimuth = np.radians(COLUMNS_DEG)
    rises = np.array([90, 78, 66, 54, 43, 33, 24, 16, 9.5, 4.5]) * np.pi / 1800
    nose = np.linspace(0, -face_m * 0.36, 8)
    mouth = np.linspace(-face_m * 0.385, -face_m * 0.72, 11)
    chin = np.linspace(-face_m * 0.76, -face_m - 0.012, 9)
    neck = np.linspace(-face_m - 0.02, NECK_END_M, 4)
    arc = np.concatenate([rises, nose, mouth, chin, neck])
    return skin_at(azimuth[None, :], arc[:, None]).then(_closed)


def _closed(grid: Floats) -> Floats:
    """With a last row that is a point."""
    end = grid[-1:].copy()
    end[..., :2] = [-0.03, 0]
    return np.concatenate([grid, end])
