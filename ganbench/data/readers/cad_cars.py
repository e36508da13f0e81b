"""Rendered CAD cars (Fidler et al., 2012): `data/cars/car_NNN_mesh.mat`, all views in one file."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ganbench.core.options import require_range
from ganbench.data.listing import Files, Listing, Pictures
from ganbench.data.readers.layout import Frames, locate, matching

FILE = re.compile(r"car_(\d{3})_mesh\.mat")
AZIMUTHS = 24
ELEVATIONS = 4
SHAPES = tuple((channels, AZIMUTHS, ELEVATIONS) for channels in (1, 3))
STEP_DEG = 15
# The authors' 11 views, +75 to -75 degrees.
AZIMUTH_INDICES = (5, 4, 3, 2, 1, 0, 23, 22, 21, 20, 19)


def list_cad_cars(root: Path, elevation_index: int = 3) -> Listing:
    """Eleven views of each car, from +75 to -75 degrees, cars in the order of their numbers.

    root: the folder of the `car_NNN_mesh.mat`, or one that has them in `cars` or `data/cars`.
    elevation_index: 0 to 3; the authors take 3.

    Part `24 * elevation index + azimuth index` of a file is one view. The identity is the car's
    number, which has gaps.
    """
    require_range(0 <= elevation_index < ELEVATIONS, "elevation_index", elevation_index, "0 to 3")
    fix = "unpack the archive of the cars, and give the folder that has its car_NNN_mesh.mat"
    folder = locate(root, ("", "cars", "data/cars"), ("car_[0-9][0-9][0-9]_mesh.mat",), fix)
    files = matching(folder, FILE, "no file of a car")
    azimuth = np.array(AZIMUTH_INDICES)
    azimuth_deg = STEP_DEG * np.where(azimuth < AZIMUTHS / 2, azimuth, azimuth - AZIMUTHS)
    return Listing(
        Files(folder, tuple(match[0] for match in files)),
        np.repeat(np.arange(len(files)), len(azimuth)),
        np.tile(AZIMUTHS * elevation_index + azimuth, len(files)),
        open_car,
        {
            "identity": np.repeat([int(match[1]) for match in files], len(azimuth)),
            "azimuth_deg": np.tile(azimuth_deg.astype(float), len(files)),
        },
    )


def open_car(path: Path) -> Pictures:
    """All 96 views of a file, the azimuths of elevation 0 first; grey ones of one channel."""
    from scipy.io import loadmat

    try:
        im = np.asarray(loadmat(path, variable_names=["im"])["im"])
    except KeyError:
        raise ValueError("it has no variable 'im'") from None
    except Exception as error:  # of many types: whatever the damage leads SciPy into
        raise ValueError(f"not a whole MATLAB file: {error}") from error
    if im.dtype != np.uint8 or im.ndim != 5 or im.shape[2:] not in SHAPES:
        raise ValueError(f"'im' is {im.dtype} {im.shape}, not uint8 (128, 128, 3, 24, 4)")
    views = im.transpose(4, 3, 0, 1, 2)
    frames = views.reshape(-1, *views.shape[2:])
    return Frames(frames[..., 0] if frames.shape[-1] == 1 else frames)
