"""A benchmark of GAN variants on unpaired cross-domain translation."""

from __future__ import annotations

from typing import Any

__all__ = ["UserError", "run"]


def __getattr__(name: str) -> Any:
    """Names are imported when first used, so that `import ganbench` stays free of torch."""
    if name == "run":
        from ganbench.benchmark import run

        return run
    if name == "UserError":
        from ganbench.errors import UserError

        return UserError
    raise AttributeError(f"module 'ganbench' has no attribute '{name}'")
