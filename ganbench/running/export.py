"""A trained model on its own: its weights or its programs, with a model card."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from safetensors.torch import save
from torch import Tensor
from torch.export import Dim, ExportedProgram

from ganbench.core.errors import UserError
from ganbench.core.files import new_files, put, refuse_inside
from ganbench.core.spec import DataSpec, Direction, sides
from ganbench.data.datasets.catalogue import CATALOGUE
from ganbench.registry.registry import Registry
from ganbench.reporting.model_card import Exported, model_card
from ganbench.reporting.run_command import run_command
from ganbench.results.folder import CONFIG, cell_folder, read_cell, read_rows, refuse_among_results
from ganbench.results.records import Row
from ganbench.running.sample_shapes import FILE, Shapes, read_shapes
from ganbench.running.trained import AGAIN, WEIGHTS, Generator, trained_model

CARD = "README.md"
OPTION = "--to"
TRAINED_ONES = "give a trained cell that is done; the same `ganbench run` with --dry-run lists them"
SOME, MORE = 3, 5  # samples that a program is traced with, and tried with
CALLS = 2
AGAIN_IN = Path("results/again")

BINDING = "what licence they have may bind what you do with the model; this card names none for it"

LOAD_WEIGHTS = """import ganbench

generator = ganbench.load_generator("FOLDER", "{direction}")
translated = generator(samples)"""
LOAD_PROGRAM = """import torch

generator = torch.export.load("FOLDER/{file}").module()
translated = generator(samples)"""


@dataclass(frozen=True)
class Trained:
    """A finished cell. make: its generators, each afresh."""

    row: Row
    folder: Path
    shapes: Shapes
    directions: Sequence[Direction]
    make: Callable[[Direction], Generator]


@dataclass(frozen=True)
class Form:
    """What an export comes to. files: by name. usage, batch: as a card says it."""

    files: Mapping[str, bytes]
    usage: str
    batch: str


def weights_of(trained: Trained) -> Form:
    """The weights in one file, and what the networks are built by."""
    generator = trained.make(trained.directions[0])
    tensors = {name: value.contiguous() for name, value in generator.model.state_dict().items()}
    files = {WEIGHTS: save(untied(tensors))}
    files |= {name: (trained.folder / name).read_bytes() for name in (CONFIG, FILE)}
    usage = LOAD_WEIGHTS.format(direction=trained.directions[0])
    return Form(files, usage, "any number at a time")


def untied(tensors: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Copies, for safetensors stores no memory twice."""
    return {name: value.clone() for name, value in tensors.items()}


def programs_of(trained: Trained) -> Form:
    """A program for each direction, which needs nothing but PyTorch."""
    files, alone = {}, False
    for direction in trained.directions:
        shape = trained.shapes.spec.shape(sides(direction)[0])
        files[program_name(direction)], one_at_a_time = program_of(trained.make(direction), shape)
        alone |= one_at_a_time
    usage = LOAD_PROGRAM.format(file=program_name(trained.directions[0]))
    return Form(files, usage, "one at a time" if alone else "any number at a time")


def program_name(direction: Direction) -> str:
    return f"generator_{direction}.pt2"


FORMATS: Mapping[str, Callable[[Trained], Form]] = {
    "torch-export": programs_of,
    "safetensors": weights_of,
}


def program_of(generator: Generator, shape: tuple[int, ...]) -> tuple[bytes, bool]:
    """The generator's program, and whether it takes one sample at a time, which it does where what
    it computes depends on their number. Raises UserError where it cannot be traced, or where the
    program computes something else.
    """
    some = torch.rand(MORE, *shape, generator=torch.Generator().manual_seed(0))
    reasons = []
    for number, shapes in ((SOME, ({0: Dim.AUTO},)), (1, None)):
        try:
            with torch.no_grad(), warnings.catch_warnings(action="ignore"):
                program = torch.export.export(generator, (some[:number],), dynamic_shapes=shapes)
                stored = stored_program(program, generator, some if shapes else some[:1])
        except Exception as error:  # whatever its code raises in tracing
            reasons.append(str(error).strip().split("\n")[0])
            if isinstance(error, Unseeded):
                break
        else:
            return stored, shapes is None
    raise UserError(
        f"torch.export cannot do it: {reasons[0]}",
        f"model {type(generator.model).__name__}",
        "export it with --format safetensors",
    )


class Unseeded(Exception):
    """A program leaves out that a torch.Generator is seeded: each call draws other numbers."""


def stored_program(program: ExportedProgram, generator: Generator, samples: Tensor) -> bytes:
    """Raises Unseeded where it does not compute what the generator does, in each of its calls."""
    buffer = io.BytesIO()
    torch.export.save(program, buffer)
    read = torch.export.load(io.BytesIO(buffer.getvalue())).module()
    expected = generator(samples)
    if not all(torch.allclose(read(samples), expected, atol=1e-5) for _ in range(CALLS)):
        raise Unseeded("a program draws with no seed of its own")
    return buffer.getvalue()


def export(
    output: Path,
    cell_id: str,
    to: Path,
    form: str,
    directions: Sequence[Direction],
    output_seed: int,
    registry: Registry,
) -> list[Path]:
    """Writes the model of a finished cell of the result folder `output` into the folder `to`, and
    gives its files.

    form: one of FORMATS. directions: all of the model's where empty. output_seed: which of the
        outputs of a model that has several.

    Raises UserError where the cell is not done, is no trained model, or cannot be exported so, and
    for a folder with other files.
    """
    refuse_inside(to, [output], OPTION)
    refuse_among_results(to, OPTION)
    trained = trained_of(output, cell_id, directions, output_seed, registry)
    made = FORMATS[form](trained)
    spec = trained.shapes.spec
    exported = Exported(
        spec=spec,
        directions=trained.directions,
        usage=made.usage,
        taking=taking(spec, trained.directions[0], made.batch),
        data=data_lines(trained.row),
        columns=registry.columns,
        command=run_command(trained.row, [trained.row], AGAIN_IN, registry),
    )
    files = {**made.files, CARD: model_card(trained.row, exported).encode()}
    with new_files(to, OPTION) as folder:
        for name, content in files.items():
            put(folder / name, content)
    return [to / name for name in files]


def trained_of(
    output: Path,
    cell_id: str,
    directions: Sequence[Direction],
    output_seed: int,
    registry: Registry,
) -> Trained:
    rows = {row.cell: row for row in read_rows(output).rows}
    row = rows.get(cell_id)
    if row is None or row.status != "done" or row.is_reference:
        what = "has not ended" if row is None else f"ended as {row.status}"
        what = "is a reference, which nothing is trained of" if row and row.is_reference else what
        raise UserError(f"cell {cell_id} {what}", str(output), TRAINED_ONES)
    folder = cell_folder(output, cell_id)
    cell, shapes = read_cell(folder), read_shapes(folder)
    if shapes is None:
        raise UserError("the shapes of the model's data are missing", str(folder / FILE), AGAIN)

    def make(direction: Direction) -> Generator:
        model = trained_model(folder, cell, shapes, registry)
        return Generator(model, direction, output_seed)

    own = trained_model(folder, cell, shapes, registry).directions
    return Trained(row, folder, shapes, tuple(directions) or own, make)


def taking(spec: DataSpec, direction: Direction, batch: str) -> str:
    takes, gives = (spec.kinds[side] for side in sides(direction))
    source, target = (" x ".join(map(str, spec.shape(side))) for side in sides(direction))
    given = "" if takes == gives else f"{gives.taken}, "
    return f"It takes {takes.taken}, n x {source}, {batch}, and gives {given}n x {target}."


def data_lines(row: Row) -> list[str]:
    """The training data and their licences, and whether these bind the model."""
    known = {data_set.name: data_set for data_set in CATALOGUE}
    names = row.data.split("+")
    found = [known[name] for name in names if name in known]
    if found:
        lines = [f"{s.name}: {s.summary}. Licence: {s.licence} ({s.home})" for s in found]
        return [*lines, BINDING]
    if row.data in ("procedural", "mixture"):
        return ["samples that ganbench drew itself; no licence of others binds them"]
    return [f"{row.data}: data of the user's own, whose licence ganbench does not know", BINDING]
