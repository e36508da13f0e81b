"""Source modes that land on one target mode of a known mixture (Kim et al., 2017, figure 4)."""

import numpy as np

from ganbench.api import Column, Metric, only_finite

SHARE_FOR_COLLISION = 0.05


def collisions(source_mode, target_mode):
    """Target modes that take more than a share of two or more source modes."""
    table = np.zeros((source_mode.max() + 1, target_mode.max() + 1))
    np.add.at(table, (source_mode, target_mode), 1)
    shares = table / table.sum(axis=1, keepdims=True).clip(min=1)
    return int(((shares > SHARE_FOR_COLLISION).sum(axis=0) >= 2).sum())


class Collisions(Metric):
    columns = {
        "mode_collisions": Column("modes", False, "target modes fed by two or more source modes"),
    }

    def unsupported(self, view):
        are_planes = all(kind.in_a_plane for kind in view.spec.kinds.values())
        known = (
            are_planes and "mode" in view.inputs.truth and "mode_centres" in view.targets.constants
        )
        return None if known else "the two domains are no mixtures with known modes"

    def compute(self, view):
        centres = view.targets.constants["mode_centres"]
        points = only_finite(view.fakes).numpy()
        distances = np.linalg.norm(points[:, None] - centres[None], axis=2)
        count = collisions(view.inputs.truth["mode"], distances.argmin(axis=1))
        return {"mode_collisions": float(count)}
