"""Rendered heads to other heads; only the azimuth is shared (Kim et al., 2017, figure 6)."""

from dataclasses import dataclass

from ganbench.api import Task, ViewOptions, ViewsTask, procedural_heads


@dataclass(frozen=True)
class Options(ViewOptions):
    """Heads as the paper has them: from one profile to the other."""

    azimuth_min_deg: float = -90.0
    azimuth_max_deg: float = 90.0
    elevation_deg: float = 5.0


class Face2Face(ViewsTask, Task):
    shapes = "ganbench.data.shapes.heads"
    options_type = Options

    def procedural_objects(self):
        return procedural_heads(self.options.identities)
