"""Straps, handles and laces: sections that are moved along a path."""

from __future__ import annotations

import numpy as np

from ganbench.data.procedural.surfaces import Floats


def sweep(
    path: Floats,
    across: tuple[float, float, float],
    half_width_m: float,
    half_thickness_m: float,
    sides: int = 8,
) -> Floats:
    """A closed band along a path of shape (n, 3), as a grid of shape (n + 2, sides + 1, 3).

    Its section is an ellipse, `half_width_m` wide along the direction `across` as far as that is
    square to the path.
    """
    tangent = _unit(np.gradient(path, axis=0))
    level = np.array(across)
    wide = _unit(level - (tangent @ level)[:, None] * tangent)
    thick = np.cross(tangent, wide)
    angle = np.linspace(0, 2 * np.pi, sides + 1)[None, :, None]
    out = half_width_m * np.cos(angle) * wide[:, None]
    up = half_thickness_m * np.sin(angle) * thick[:, None]
    ring = path[:, None] + out + up
    ends = np.broadcast_to(path[[0, -1], None], (2, sides + 1, 3))
    return np.concatenate([ends[:1], ring, ends[1:]])


def arch(half_span_m: float, rise_m: float, leg_m: float, power: float = 2.0) -> Floats:
    """Points of shape (k, 3) in the plane x = 0, from the left foot over z = rise to the right one.

    Two upright legs of `leg_m` end at z = 0 and carry half a superellipse.
    """
    angle = np.linspace(0, np.pi, 21)
    y = half_span_m * np.sign(np.cos(angle)) * np.abs(np.cos(angle)) ** (2 / power)
    z = leg_m + (rise_m - leg_m) * np.sin(angle) ** (2 / power)
    foot = np.array([[0, half_span_m, 0]])
    bow = np.stack([np.zeros_like(y), y, z], axis=1)
    return np.concatenate([foot, bow, foot * [1, -1, 1]])


def smooth(value: Floats) -> Floats:
    """The smoothstep of a value, 0 below 0 and 1 above 1."""
    inside = np.clip(value, 0, 1)
    return inside * inside * (3 - 2 * inside)


def _unit(vectors: Floats) -> Floats:
    lengths: Floats = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return vectors / lengths
