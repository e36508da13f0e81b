"""A plugin as a package of its own, built and installed as a stranger would, and one as a file."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from ganbench.results.folder import read_rows
from tests.conftest import Command

PROJECT = """[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "strangers-gans"
version = "1.0"

[project.entry-points."ganbench.plugins"]
theirs = "strangers_gans.doubled"

[tool.hatch.build.targets.wheel]
packages = ["strangers_gans"]
"""
MODEL = '''"""The standard GAN, from {where}."""

from ganbench.api import Model, adversarial_recipes
{weight}


class Mine(Model):
    recipes = staticmethod(adversarial_recipes)

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {{"B": self.generators["G_AB"](real["A"])}}

    def generator_loss(self, real, fake, step):
        return self.adversarial_terms("B", real, fake, weight=WEIGHT)
'''


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the package is installed: a folder of its own, so that no environment changes."""
    folder = tmp_path_factory.mktemp("strangers")
    package = folder / "strangers_gans"
    package.mkdir()
    (folder / "pyproject.toml").write_text(PROJECT)
    (package / "__init__.py").touch()
    (package / "weights.py").write_text("WEIGHT = 2.0\n")
    model = MODEL.format(where="a package", weight="from .weights import WEIGHT")
    (package / "doubled.py").write_text(model)
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    done = subprocess.run([*build, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = folder.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:  # what installing pure Python comes to, without pip
        archive.extractall(folder / "site")
    return folder / "site"


@pytest.fixture
def own_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "plugins"
    folder.mkdir()
    (folder / "lone.py").write_text(MODEL.format(where="a file", weight="WEIGHT = 2.0"))
    return folder


def test_a_package_and_a_file_are_listed_and_run(
    ganbench: Command,
    site: Path,
    own_folder: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PYTHONPATH", str(site))
    listed = ganbench("list", "--plugins", own_folder)
    assert listed.returncode == 0, listed.stderr
    lines = [line.split() for line in listed.stdout.splitlines()]
    assert ["theirs", "strangers-gans"] in [line[:2] for line in lines]
    assert "The standard GAN, from a package." in listed.stdout
    assert "lone" in [line[0] for line in lines if line]
    assert "The standard GAN, from a file." in listed.stdout
    assert "broken" not in listed.stdout
    done = ganbench(
        *("run", "--models", "theirs,lone", "--task", "toy", "--preset", "smoke", "--seeds", "1"),
        *("--plugins", own_folder, "--references", "none", "--output", tmp_path / "out"),
    )
    assert done.returncode == 0, done.stdout + done.stderr
    by_model = {row.model: row for row in read_rows(tmp_path / "out").rows}
    assert {row.status for row in by_model.values()} == {"done"}
    assert by_model["theirs"].metrics == by_model["lone"].metrics


def test_without_the_package_its_model_is_unknown(ganbench: Command) -> None:
    done = ganbench("run", "--models", "theirs", "--task", "toy", "--preset", "smoke")
    assert done.returncode == 2
    assert "unknown model 'theirs'" in done.stderr
