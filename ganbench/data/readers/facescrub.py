"""FaceScrub (Ng and Winkler, 2014): `facescrub/{actors,actresses}/face/*.jpg`."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np

from ganbench.data.listing import Listing, one_each
from ganbench.data.readers.layout import locate, matching

GROUPS = ("actors", "actresses")
FILE = re.compile(r"(?P<name>.+)\.jpg", re.IGNORECASE)
NUMBERED = re.compile(r"(?P<person>.*[^\d_])(_\d+)+")


def list_facescrub(root: Path) -> Listing:
    """Every face of FaceScrub (Ng and Winkler, 2014); the truth's `actress` is bool.

    root: the folder with `actors` and `actresses`, or the one that has it as `facescrub`.

    A file named by a person and numbers, as `Ann_Lee_12.jpg` or `Ann_Lee_12_345.jpg`, has the
    identity `actresses/Ann_Lee`; any other is an identity of its own. Raises UserError where the
    folders or faces are missing.
    """
    entries = tuple(f"{group}/face" for group in GROUPS)
    fix = "give the folder facescrub, with actors/face and actresses/face"
    folder = locate(root, ("", "facescrub"), entries, fix)
    lack = ("no .jpg in the folder", "put the cropped faces there")
    faces = [
        (group, match)
        for group in GROUPS
        for match in matching(folder / group / "face", FILE, *lack)
    ]
    truth = {
        "identity": np.array([f"{group}/{_person(match['name'])}" for group, match in faces]),
        "actress": np.array([group == "actresses" for group, _ in faces]),
    }
    return one_each(folder, [f"{group}/face/{match[0]}" for group, match in faces], truth)


def _person(name: str) -> str:
    match = NUMBERED.fullmatch(name)
    return match["person"] if match else name
