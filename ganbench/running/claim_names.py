"""Names in a benchmark's claims, looked up before a run and not after it."""

from __future__ import annotations

from collections.abc import Sequence

from ganbench.core.errors import UserError, did_you_mean
from ganbench.registry.registry import Registry
from ganbench.reporting.claims import direction
from ganbench.results.benchmark_file import Claim


def require_known_names(claims: Sequence[Claim], registry: Registry) -> None:
    """Raises UserError for a task, model or metric that there is none of, and for a metric without
    a better end.
    """
    tasks = registry.of_kind("task")
    models = {**registry.of_kind("model"), **registry.of_kind("reference")}
    for claim in claims:
        where = f"claim {claim.id}"
        for kind, name, known in (
            ("task", claim.task, tasks),
            *(("model", model, models) for model in claim.models),
        ):
            if name not in known:
                hint = f"{did_you_mean(name, known)} (a plugin of your own needs --plugins DIR)"
                raise UserError(f"unknown {kind} '{name}'", where, hint)
        direction(claim, registry.columns)
