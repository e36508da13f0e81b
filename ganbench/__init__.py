"""A benchmark of GAN variants on unpaired cross-domain translation."""

from __future__ import annotations

from typing import Any

__all__ = ["UserError", "compare", "load_generator", "run", "table", "verdicts"]

HOMES = {
    "run": "ganbench.running.runner",
    "load_generator": "ganbench.running.trained",
    "UserError": "ganbench.core.errors",
    "verdicts": "ganbench.reporting.frames",
    "compare": "ganbench.reporting.frames",
    "table": "ganbench.reporting.frames",
}


def __getattr__(name: str) -> Any:
    """Names are imported when first used, so that `import ganbench` stays free of torch."""
    if name not in HOMES:
        raise AttributeError(f"module 'ganbench' has no attribute '{name}'")
    from importlib import import_module

    return getattr(import_module(HOMES[name]), name)
