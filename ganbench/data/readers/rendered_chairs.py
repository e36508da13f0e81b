"""Rendered chairs (Aubry et al., 2014): `rendered_chairs/<32 hex>/renders/*.png`."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ganbench.core.errors import UserError
from ganbench.data.listing import Listing, one_each
from ganbench.data.readers.layout import file_names, locate, matching

CHAIR = re.compile(r"[0-9a-f]{32}")
VIEW = re.compile(r"image_\d{3}_p(\d{3})_t(\d{3})_r\d{3}\.png")  # p elevation, t azimuth
FIX = "unpack the archive of the chairs, and give its folder rendered_chairs"


def list_rendered_chairs(
    root: Path,
    elevation_deg: int = 20,
    over_deg: float = 180.0,
    under_deg: float = 360.0,
) -> Listing:
    """The views at one elevation whose azimuth t is between two bounds, which are left out.

    root: the folder `rendered_chairs`, or the one that has it.

    The truth's azimuth is t less the middle of the bounds: with 180 < t < 360 the range is -90 to
    +90 degrees, and t = 270 is 0. The identity is the chair's folder.
    """
    folder = locate(root, ("", "rendered_chairs"), ("*/renders",), FIX)
    chairs = [name for name in file_names(folder) if CHAIR.fullmatch(name)]
    if not chairs:
        raise UserError("no chair's folder, of 32 hexadecimal digits", str(folder), FIX)
    lack = "a chair without a view named as image_001_p020_t011_r096.png"
    views = [
        (chair, view)
        for chair in chairs
        for view in matching(folder / chair / "renders", VIEW, lack)
    ]
    elevation, azimuth = np.array([[int(v[1]), int(v[2])] for _, v in views]).T
    if elevation_deg not in elevation:
        known = ", ".join(map(str, np.unique(elevation)))
        raise UserError(
            f"no view at an elevation of {elevation_deg} degrees", str(folder), f"known: {known}"
        )
    is_between = (elevation == elevation_deg) & (over_deg < azimuth) & (azimuth < under_deg)
    if not is_between.any():
        raise UserError(
            f"no view with an azimuth over {over_deg:g} and under {under_deg:g} degrees",
            str(folder),
            "give a wider range within 0 to 360",
        )
    chosen = [views[index] for index in np.flatnonzero(is_between)]
    truth = {
        "identity": np.array([chair for chair, _ in chosen]),
        "azimuth_deg": azimuth[is_between] - (over_deg + under_deg) / 2,
    }
    return one_each(folder, [f"{chair}/renders/{v[0]}" for chair, v in chosen], truth)
