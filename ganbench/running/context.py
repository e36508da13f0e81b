"""What cells need of this machine, in addition to their descriptions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ganbench.core.spec import DEFAULT_READING, Reading
from ganbench.evaluation.fidelity.weights import Places, places
from ganbench.registry.registry import Registry


@dataclass(frozen=True)
class Context:
    """The same for all cells of a request, and in no cell's identity.

    paths: the user's data by name. cache_dir: where made data, features and probes are cached.
    weights: the folders of extractors' weights. reading: how the user's files are read.
    """

    registry: Registry
    paths: Mapping[str, Path]
    cache_dir: Path
    weights: Places
    reading: Reading = DEFAULT_READING


def context_of(
    registry: Registry,
    cache_dir: Path,
    paths: Mapping[str, Path] | None = None,
    weights_dir: Path | None = None,
    reading: Reading = DEFAULT_READING,
    made_by: str = "",
) -> Context:
    """paths: as the user typed them. made_by: settings whose numbers have a cache of their own.
    Raises UserError for a `weights_dir` that is no folder.
    """
    expanded = {name: path.expanduser() for name, path in (paths or {}).items()}
    made_dir = cache_dir / made_by if made_by else cache_dir
    return Context(registry, expanded, made_dir, places(cache_dir, weights_dir), reading)
