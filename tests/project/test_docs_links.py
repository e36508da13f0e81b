"""What pages point to is there."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md")])
CODE = re.compile(r"^```.*?^```", re.M | re.S)
LINK = re.compile(r"\]\((?!https?:|#|mailto:)([^)#\s]+)")
NAMED = re.compile(r"`((?:tests|benchmarks|docs|ganbench|plugins|findings)/[\w./-]+\.\w+)`")


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.relative_to(ROOT).as_posix())
def test_links_and_named_files_are_there(page: Path) -> None:
    text = CODE.sub("", page.read_text())
    missing = [link for link in LINK.findall(text) if not (page.parent / link).exists()]
    missing += [name for name in NAMED.findall(text) if not (ROOT / name).exists()]
    assert not missing


def test_the_architecture_names_files_of_the_package() -> None:
    named = re.findall(r"`([a-z_]+/[\w/]+\.py)`", (ROOT / "ARCHITECTURE.md").read_text())
    package = [name for name in named if not name.startswith("tests/")]
    assert len(package) > 20
    assert not [name for name in package if not (ROOT / "ganbench" / name).exists()]


def test_the_citation_is_of_this_version() -> None:
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert {citation["title"].partition(":")[0], citation["license"]} == {"ganbench", "MIT"}
    assert citation["version"] == project["version"]
    assert citation["keywords"] == project["keywords"]
