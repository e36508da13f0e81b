"""Weights of extractors that no folder has. Scoring reaches nothing of this."""

from __future__ import annotations

from pathlib import Path

from ganbench.data.datasets.archive import Archive
from ganbench.data.datasets.download import Say, download
from ganbench.evaluation.fidelity.weights import (
    WEIGHTS_FOLDER,
    MissingWeights,
    Places,
    Published,
    Weights,
)


def obtain(weights: Weights, among: Places, cache_dir: Path, say: Say) -> None:
    """Downloads weights that no folder has into the cache; those of torch.hub are left to the user,
    for they run code of another repository. Raises UserError where they cannot be had.
    """
    try:
        weights.find(among)
    except MissingWeights:
        if isinstance(weights, Published):
            fetch(weights, cache_dir / WEIGHTS_FOLDER, say)
        weights.find(among)


def fetch(weights: Published, target: Path, say: Say) -> None:
    """Downloads into the folder `target`. Raises UserError where that fails."""
    target.mkdir(parents=True, exist_ok=True)
    archive = Archive(weights.file, weights.address, f"sha256:{weights.sha256}")
    download({archive: target / weights.file}, say)
