"""Trained models, as their cells' folders and exports have them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from safetensors import SafetensorError
from torch import Tensor, nn

from ganbench.contracts.model import Model
from ganbench.core.errors import UserError
from ganbench.core.spec import Direction, sides
from ganbench.networks.averages import Averages, take_averages
from ganbench.networks.image_pool import ImagePool
from ganbench.registry.registry import Registry, discover
from ganbench.results.folder import CONFIG, read_cell
from ganbench.results.records import Cell
from ganbench.running.build import model_of_shapes
from ganbench.running.sample_shapes import FILE, Shapes, read_shapes
from ganbench.training import checkpoint
from ganbench.training.loop import CHECKPOINT

WEIGHTS = "model.safetensors"  # of an export
PLACES = "give a model's folder in cells/, or one of `ganbench export --format safetensors`"
AGAIN = "run the same benchmark again with --overwrite"


class Generator(nn.Module):
    """One direction of a trained model, ready to apply: samples of its source (n, ...) to samples
    of its target (n, ...). Pictures are RGB, from 0 to 1.

    model: one that was trained. output_seed: which of its outputs, of a model that has several.
    """

    def __init__(self, model: Model, direction: Direction, output_seed: int = 0) -> None:
        super().__init__()
        require_direction(model, direction, output_seed)
        self.model = model.eval()
        self.target = sides(direction)[1]
        self.output_seed = output_seed

    def forward(self, x: Tensor) -> Tensor:
        if self.model.several_outputs:
            return self.model.translate(x, self.target, self.output_seed)
        return self.model.translate(x, self.target)


def load_generator(
    folder: Path | str,
    direction: Direction = "AB",
    *,
    output_seed: int = 0,
    plugins: Sequence[Path | str] = (),
) -> Generator:
    """The trained network of a direction, on the CPU, in evaluation mode. Its data are not needed.

    folder: a cell's, in a result's cells/, or one that `ganbench export --format safetensors` has
        written. output_seed: which of its outputs, of a model that has several. plugins: folders
        with plugins of your own.

    Raises UserError where the folder has no trained model, or its plugin is gone or has changed.
    """
    place = Path(folder).expanduser()
    if not (place / CONFIG).is_file():
        raise UserError("this is no folder of a trained model", str(place), PLACES)
    cell = read_cell(place)
    if cell.is_reference:
        raise UserError("this cell is a reference, which nothing is trained of", str(place), PLACES)
    shapes = read_shapes(place)
    if shapes is None:
        raise UserError("the shapes of the model's data are missing", str(place / FILE), AGAIN)
    registry = discover(tuple(Path(path) for path in plugins))
    model = trained_model(place, cell, shapes, registry)
    return Generator(model, direction, output_seed).eval()


def trained_model(folder: Path, cell: Cell, shapes: Shapes, registry: Registry) -> Model:
    """The model of a cell's folder, or of an export, with the weights that it is scored with and
    without what only training needs; on the CPU. Raises UserError where there are no weights that
    can be read, or they do not fit.
    """
    model = model_of_shapes(cell, registry, shapes)
    try:
        if (folder / WEIGHTS).is_file():
            leave_training_out(model)
            checkpoint.load_weights(folder / WEIGHTS, model)
        else:
            restore_checkpoint(model, folder, f"{cell.model}, seed {cell.seed},")
            take_averages(model)
            leave_training_out(model)
    except RuntimeError as error:
        raise UserError(
            f"the weights do not fit the model as its plugin is now: {error}",
            str(folder),
            "run the benchmark again",
        ) from error
    except (OSError, SafetensorError) as error:
        raise UserError(
            f"the weights cannot be read: {error}", str(folder / WEIGHTS), "export the cell again"
        ) from error
    return model.eval()


def leave_training_out(model: Model) -> None:
    """Discriminators, averages, and pools, which hold translated training data."""
    model.discriminators = nn.ModuleDict()
    for module in list(model.modules()):
        for name, child in list(module.named_children()):
            if isinstance(child, Averages | ImagePool):
                delattr(module, name)


def restore_checkpoint(model: Model, folder: Path, called: str) -> None:
    """The weights of the cell's last checkpoint. called: what the checkpoint is of."""
    stored = checkpoint.read(folder / CHECKPOINT)
    if stored is None:
        raise UserError(
            f"the checkpoint of {called} is missing or damaged", str(folder / CHECKPOINT), AGAIN
        )
    checkpoint.restore(stored[0], model, {})


def require_direction(model: Model, direction: Direction, output_seed: int) -> None:
    """Raises UserError for a direction or an output that the model does not have."""
    name = type(model).__name__
    if direction not in model.directions:
        raise UserError(
            f"{name} has no direction {direction}", "direction", f"use {model.directions[0]}"
        )
    if output_seed and not model.has_several(sides(direction)[1]):
        raise UserError(
            f"{name} has one output for an input", f"output seed {output_seed}", "leave it out"
        )
