"""Which models are programs, and what their licences say."""

from __future__ import annotations

import io

import pytest
import torch
from msgspec import structs

from ganbench.core.errors import UserError
from ganbench.core.spec import Direction, sides
from ganbench.running.export import data_lines, program_of
from ganbench.running.trained import Generator, leave_training_out
from tests.broad import few_of
from tests.plugins.test_models import BUILT_IN, IMAGES, POINTS
from tests.reporting.test_tables import row
from tests.training.test_vmap_stack import seeded

NO_PROGRAMS = {
    "cogan": "its latents are searched for",
    "munit": "draws with no seed of its own",
    "starganv2": "draws with no seed of its own",
}
PROGRAMS = sorted(set(BUILT_IN.of_kind("model")) - NO_PROGRAMS.keys())
PICTURES = torch.rand(7, 3, 16, 16, generator=torch.Generator().manual_seed(0))


def generator_of(name: str, direction: Direction = "AB", seed: int = 0) -> Generator:
    model = seeded(name, 0, IMAGES)
    leave_training_out(model)
    return Generator(model, direction, seed)


@pytest.mark.parametrize("name", few_of(PROGRAMS, ("cut", "cyclegan", "discogan")))
def test_a_model_is_a_program_for_any_number_of_pictures(name: str) -> None:
    generator = generator_of(name)
    stored, one_at_a_time = program_of(generator, IMAGES.A)
    assert not one_at_a_time
    program = torch.export.load(io.BytesIO(stored)).module()
    for number in (1, 7):
        torch.testing.assert_close(program(PICTURES[:number]), generator(PICTURES[:number]))


@pytest.mark.parametrize("name", sorted(NO_PROGRAMS))
def test_what_is_no_program_is_told(name: str) -> None:
    with pytest.raises(UserError, match=NO_PROGRAMS[name]):
        program_of(generator_of(name), IMAGES.A)


def test_points_are_a_program_too() -> None:
    generator = Generator(seeded("discogan", 0, POINTS), "BA")
    stored, _ = program_of(generator, POINTS.shape(sides("BA")[0]))
    points = torch.randn(9, 2)
    program = torch.export.load(io.BytesIO(stored)).module()
    torch.testing.assert_close(program(points), generator(points))


def test_what_depends_on_the_number_of_pictures_takes_one_at_a_time() -> None:
    generator = generator_of("standard")
    translate = generator.model.translate
    generator.model.translate = lambda x, to: translate(x, to) * [0.5, 1.0][len(x) > 1]  # type: ignore[method-assign]
    stored, one_at_a_time = program_of(generator, IMAGES.A)
    assert one_at_a_time
    program = torch.export.load(io.BytesIO(stored)).module()
    torch.testing.assert_close(program(PICTURES[:1]), generator(PICTURES[:1]))


def test_an_output_of_several_is_chosen() -> None:
    first, again, other = (generator_of("munit", seed=seed)(PICTURES) for seed in (0, 0, 3))
    assert torch.equal(first, again) and not torch.allclose(first, other, atol=1e-6)
    with pytest.raises(UserError, match="one output for an input"):
        generator_of("standard", seed=1)
    with pytest.raises(UserError, match="no direction BA"):
        generator_of("standard", "BA")


def test_the_licence_of_real_data_is_named() -> None:
    own = row("standard", 0, {})
    line, binding = data_lines(structs.replace(own, data="celeba"))
    assert "non-commercial research only" in line and "may bind" in binding
    assert len(data_lines(structs.replace(own, data="cad_cars+rendered_chairs"))) == 3
    line, binding = data_lines(structs.replace(own, data="folder"))
    assert "does not know" in line and "may bind" in binding
    (line,) = data_lines(structs.replace(own, data="procedural"))
    assert "no licence of others" in line
