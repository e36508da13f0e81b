"""docs/models.md tells each model's file, directions, terms and recipes as they are."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from pathlib import Path

import pytest
import torch

from ganbench.contracts.hparams import INGREDIENT
from ganbench.registry.registry import discover
from tests.plugins.test_models import ANGLES, IMAGES, batch, build

PAGE = Path(__file__).parents[2] / "docs" / "models.md"
FOR_ALL = {"stable", "thorough"}  # recipes that the page has in tables of their own
MODELS = discover().of_kind("model")
NAMED_COLUMNS = ("lr", "beta1", "weight_decay", "batch_size", "schedule")
BETA2 = {"starganv2": 0.99, "uvcgan": 0.99, "wgan_gp": 0.9}


def table(start: str) -> list[list[str]]:
    """Rows of the table whose head starts so, as what stands in their cells."""
    _, below = PAGE.read_text(encoding="utf-8").split(f"\n| {start} |", 1)
    lines, *_ = below.split("\n\n")
    return [[c.strip() for c in line[1:-1].split("|")] for line in lines.splitlines()[2:]]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def test_every_model_stands_with_its_directions_paper_and_lines() -> None:
    rows = {codes(name)[0]: rest for name, *rest in table("model | what it is")}
    assert rows.keys() == MODELS.keys()
    for name, (_, paper, directions, lines) in rows.items():
        plugin = MODELS[name]
        assert paper in plugin.summary.replace("(", "").replace(")", ""), name
        ways = directions.replace(" → ", "").split(", ")
        assert ways == list(discover().load("model", name).directions)
        assert int(lines) == len(plugin.path.read_text(encoding="utf-8").splitlines()), name


def test_every_model_has_the_terms_that_the_page_names() -> None:
    rows = {codes(name)[0]: rest for name, *rest in table("model | generators")}
    assert rows.keys() == MODELS.keys()
    real, step = batch(IMAGES), torch.tensor(0)
    for name, (terms, discriminators) in rows.items():
        model = build(name, IMAGES, "paper")
        fake = model.fakes(real)
        assert set(codes(terms)) == set(model.generator_loss(real, fake, step)), name
        found = model.discriminator_loss(real, model.judged(fake), step)
        assert set(codes(discriminators)) == {term for term in found if term[:2] != "D_"}, name


RECIPES = table("model | recipe")


@pytest.mark.parametrize("row", RECIPES, ids=lambda row: f"{row[0]} {row[1]}")
def test_recipes_have_the_values_of_the_page(row: list[str]) -> None:
    models, (recipe,), columns, others = codes(row[0]), codes(row[1]), row[2:7], row[7]
    for name in models:
        hparams = discover().load("model", name).recipes(IMAGES)[recipe]
        found = asdict(hparams)
        for key, cell in zip(NAMED_COLUMNS, columns, strict=True):
            assert cell == f"`{found[key]}`" if key == "schedule" else float(cell) == found[key]
        assert found["beta2"] == BETA2.get(name, 0.999)
        named = dict(re.findall(r"`(\w+)` ([\d.]+)", others))
        if others:
            assert {key: float(value) for key, value in named.items()} == {
                k: found[k] for k in named
            }
        unnamed = {f.name: f.default for f in fields(hparams)}.keys() - {
            *NAMED_COLUMNS,
            *named,
            "beta2",
        }
        off = {f.name: f.default for f in fields(hparams) if f.metadata.get(INGREDIENT)}
        plain = {"feat_share": 0.0, "distance": "l2", "geometry": "rot90", "warmup_steps": 0, **off}
        assert all(found[key] == plain.get(key, 1.0) for key in unnamed), name


def test_every_recipe_stands_on_the_page() -> None:
    listed = {
        (name, recipe) for row in RECIPES for name in codes(row[0]) for recipe in codes(row[1])
    }
    known = {(m, r) for m in MODELS for r in discover().load("model", m).recipes(IMAGES)}
    assert listed == {(model, recipe) for model, recipe in known if recipe not in FOR_ALL}
    for name in FOR_ALL:
        assert {model for model, recipe in known if recipe == name} == set(MODELS)


def test_recipe_stable_is_what_the_page_says() -> None:
    """The same values for every model, beside those that are its own."""
    rows = table("`stable` | value")
    said = {codes(name)[0]: codes(value)[0] for name, value, _ in rows}
    for name in MODELS:
        recipes = discover().load("model", name).recipes(IMAGES)
        paper, stable = asdict(recipes["paper"]), asdict(recipes["stable"])
        changed = {key: value for key, value in stable.items() if value != paper[key]}
        assert changed.keys() <= said.keys(), name
        own = {"schedule"} if paper["schedule"] != "DG" else set()
        if name not in {"recon", "discogan"}:
            own |= {"lambda_adv", "lambda_rec", "distance"}
        common = [key for key in said if key in stable and key not in own]
        assert [str(stable[key]) for key in common] == [said[key] for key in common], name


def test_recipe_thorough_is_stable_but_for_what_the_page_says() -> None:
    said = {codes(name)[0]: codes(value)[0] for name, value, _ in table("`thorough` | value")}
    for name in MODELS:
        recipes = discover().load("model", name).recipes(IMAGES)
        stable, thorough = asdict(recipes["stable"]), asdict(recipes["thorough"])
        changed = {key: str(value) for key, value in thorough.items() if value != stable[key]}
        assert changed == said, name


def test_weights_in_tasks_that_share_an_azimuth() -> None:
    page = " ".join(PAGE.read_text(encoding="utf-8").split())
    assert "`lambda_adv` 0.1 and `lambda_rec` 0.9 throughout" in page
    assert "`feat_from` 3" in page
    assert build("standard", ANGLES, "code").hparams.feat_share == 0
    for name in ("recon", "discogan"):
        hparams = build(name, ANGLES, "code").hparams
        assert (
            hparams.feat_share,
            hparams.lambda_adv,
            hparams.lambda_rec,
            hparams.warmup_steps,
            hparams.feat_from,
        ) == (0.9, 0.1, 0.9, 0, 3)


def test_the_files_that_the_page_names_are_there() -> None:
    text = PAGE.read_text(encoding="utf-8")
    for path in {*re.findall(r"`(tests/[\w/]+\.py)`", text), *re.findall(r"\((\w+\.md)\)", text)}:
        assert (PAGE.parents[1] / path).exists() or (PAGE.parent / path).exists(), path
