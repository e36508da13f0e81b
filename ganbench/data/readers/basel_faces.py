"""Rendered faces of the Basel face model (Paysan et al., 2009): `PublicMM1/05_renderings/*.png`."""

from __future__ import annotations

import math
import re
from pathlib import Path

import numpy as np

from ganbench.core.errors import UserError, first_few
from ganbench.data.listing import Listing, one_each
from ganbench.data.readers.layout import locate, matching

IDENTITY_LENGTH = 20  # as in 00001_20061015_00418
PICTURE = re.compile(r".+\.png")
# A guess: how the azimuth is written is not established. Names that it does not match are refused.
LIKELY_PATTERN = r"_(?P<azimuth>[-+]?\d+)\.png$"


def list_basel_faces(root: Path, azimuth_pattern: str = LIKELY_PATTERN) -> Listing:
    """Every render; the identity is the first 20 characters of its name.

    root: the folder of the renders, or one that has them in `05_renderings` or
        `PublicMM1/05_renderings`.
    azimuth_pattern: a regular expression whose group `azimuth` is the azimuth in a file's name,
        in degrees, with or without a sign.

    Raises UserError for names that do not match.
    """
    pattern = _compiled(azimuth_pattern)
    places = ("", "05_renderings", "PublicMM1/05_renderings")
    folder = locate(root, places, ("*.png",), "give the folder 05_renderings of the face model")
    names = [match[0] for match in matching(folder, PICTURE, "no picture of a face")]
    azimuths_deg = [_azimuth_deg(name, pattern) for name in names]
    unknown = [name for name, azimuth in zip(names, azimuths_deg, strict=True) if azimuth is None]
    if unknown:
        raise UserError(
            f"no azimuth in the names of {len(unknown)} of {len(names)} files: "
            + first_few(unknown),
            str(folder),
            f"give a pattern that matches them all in place of '{azimuth_pattern}', or move other "
            "files away",
        )
    truth = {
        "identity": np.array([name[:IDENTITY_LENGTH] for name in names]),
        "azimuth_deg": np.array(azimuths_deg, dtype=float),
    }
    return one_each(folder, names, truth)


def _compiled(azimuth_pattern: str) -> re.Pattern[str]:
    fix = r"give a regular expression such as '_(?P<azimuth>[+-]?\d+)deg'"
    try:
        pattern = re.compile(azimuth_pattern)
    except re.error as error:
        raise UserError(f"not a regular expression: {error}", azimuth_pattern, fix) from error
    if "azimuth" not in pattern.groupindex:
        raise UserError("the pattern has no group named azimuth", azimuth_pattern, fix)
    return pattern


def _azimuth_deg(name: str, pattern: re.Pattern[str]) -> float | None:
    """None for a name without an identity or a finite number where the pattern has it."""
    match = pattern.search(name)
    if match is None or len(Path(name).stem) < IDENTITY_LENGTH:
        return None
    try:
        azimuth = float(match["azimuth"])
    except (TypeError, ValueError):
        return None
    return azimuth if math.isfinite(azimuth) else None
