"""Heads: procedural, or the renders of the Basel face model (Paysan et al., 2009)."""

from dataclasses import dataclass

from ganbench.data.procedural.heads.heads import DATA_VERSION, procedural_heads
from ganbench.data.readers.basel_faces import LIKELY_PATTERN, list_basel_faces
from ganbench.task_families.views import ObjectClass


@dataclass(frozen=True)
class HeadOptions:
    """face_pattern: a regular expression whose group `azimuth` is the azimuth in degrees, in the
    file names of Basel faces. The form of these names has not been confirmed.
    """

    face_pattern: str = LIKELY_PATTERN


HEADS = ObjectClass(
    name="heads",
    version=DATA_VERSION,
    procedural=procedural_heads,
    real="basel_faces",
    list_real=list_basel_faces,
    authors_test=2,
    options=HeadOptions,
    real_options=("face_pattern",),
)
