"""What saves memory in training, and what it does not go together with."""

from __future__ import annotations

from ganbench.core.errors import UserError
from ganbench.results.records import Cell
from ganbench.running.request import Request

OPTIONS = "--checkpoint-activations and --micro-batch"


def saves_memory(request: Request, cell: Cell) -> bool:
    """Whether the cell trains with less memory than the plain step needs."""
    is_checkpointed = request.checkpoint_activations and not cell.is_reference
    return is_checkpointed or bool(cell.hparams.get("micro_batch"))


def require_possible(request: Request, cell: Cell) -> None:
    """Raises UserError where the cell saves memory and is asked for what does not go with it."""
    obstacles = {
        f"--together {request.together}": (
            request.together > 1,
            "seeds that train as one program need the memory of all of them at once",
            f"drop it, or drop {OPTIONS}",
        ),
        "--compile": (
            request.compiled is True,
            "compiled steps choose themselves what they keep for the backward pass",
            f"drop it, or drop {OPTIONS}",
        ),
    }
    for where, (is_asked, what, fix) in obstacles.items():
        if is_asked and saves_memory(request, cell):
            raise UserError(what, f"{where}, model {cell.model}, which saves memory", fix)
