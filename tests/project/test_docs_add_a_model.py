"""docs/add-a-model.md is true: its files are written, its commands run, its faults made."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from ganbench.testing import CHECKS, Result, run_check
from ganbench.testing.find import find_plugins
from ganbench.testing.subjects import Subject
from tests.conftest import Command
from tests.events import LAST_NET_SEC
from tests.registry.test_faults import error_of

PAGE = Path(__file__).parents[2] / "docs" / "add-a-model.md"
FENCE = "```"
FILE_NAME = re.compile(r"`([\w./-]+)`:$")
SECOND_PART = "\n## Add a task\n"


@dataclass(frozen=True)
class Block:
    """One fenced block, and the line above it, which may be another block's end.

    file: what that line names, to be written.
    """

    language: str
    text: str
    above: str

    @property
    def file(self) -> str:
        named = FILE_NAME.search(self.above)
        return named[1] if named else ""


def blocks(markdown: str) -> Iterator[Block]:
    above, language, inside = "", "", None
    for line in markdown.splitlines():
        if inside is not None and line == FENCE:
            yield Block(language, "".join(inside), above)
            above, inside = FENCE, None
        elif inside is not None:
            inside.append(f"{line}\n")
        elif line.startswith(FENCE):
            language, inside = line.removeprefix(FENCE), []
        else:
            above = line or above


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def simgan(page: str) -> str:
    """The model of the page."""
    (text,) = [b.text for b in blocks(page) if b.file == "ganbench_simgan/simgan.py"]
    return text


@pytest.fixture
def environment(cache_dir: Path, tmp_path: Path) -> dict[str, str]:
    """That of somebody who has ganbench on the path. What is installed goes to a folder of its own,
    without any download.
    """
    programs, site = tmp_path / "bin", tmp_path / "site"
    programs.mkdir()
    for name, module in (("ganbench", "-m ganbench"), ("python", ""), ("pip", "-m pip")):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} {module} "$@"\n')
        program.chmod(0o755)
    return {
        **os.environ,
        "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(site),
        "PYTHONSAFEPATH": "1",  # as the installed command, which does not look where it stands
        "GANBENCH_CACHE": str(cache_dir),
        "COLUMNS": "200",
        "PIP_TARGET": str(site),
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",  # 0 is how pip spells that there is none
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
    }


def follow(markdown: str, folder: Path, environment: dict[str, str], ganbench: Command) -> int:
    """What a reader does, block by block; how many commands ran. A text right below a command is a
    part of what it prints. Blocks with other programs are run by a shell.
    """
    folder.mkdir()
    count, printed = 0, ""
    for block in blocks(markdown):
        if block.file:
            (folder / block.file).write_text(block.text, encoding="utf-8")
        elif block.language == "bash":
            asked = [shlex.split(line) for line in block.text.replace("\\\n", "").splitlines()]
            if all(name == "ganbench" for name, *_ in asked):
                text = "".join(said(ganbench(*more, cwd=folder)) for _, *more in asked)
            else:
                text = output(block.text, folder, environment)
            printed = one_line(text)
            count += 1
        elif block.language == "text" and block.above == FENCE:
            for line in block.text.splitlines():
                assert one_line(line.rstrip("…")) in printed
    return count


def output(command: str, folder: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-euc", command],
        capture_output=True,
        text=True,
        cwd=folder,
        env=environment,
        timeout=LAST_NET_SEC,
        check=False,
    )
    return said(done)


def said(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def one_line(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.broad
def test_the_model_is_made_checked_run_tested_and_shipped(
    page: str, tmp_path: Path, environment: dict[str, str], ganbench: Command
) -> None:
    first, _ = page.split(SECOND_PART)
    assert follow(first, tmp_path / "work", environment, ganbench) == 5


def test_a_task_and_a_metric_are_made_checked_and_run(
    page: str, tmp_path: Path, environment: dict[str, str], ganbench: Command
) -> None:
    _, second = page.split(SECOND_PART)
    assert follow(second, tmp_path / "work", environment, ganbench) == 3


def test_the_model_has_as_many_lines_as_the_page_says(page: str, simgan: str) -> None:
    (lines,) = re.findall(r"These are (\d+) lines", page)
    assert len(simgan.splitlines()) == int(lines) < 60


IMPORTS = "from ganbench.api import HParams, ImagePool, Model, require_range\n"
HPARAMS = "@dataclass(frozen=True)\n"
HEAD = "class SimGAN(Model):\n"
NETWORK = 'self.generators["G_AB"] = nets.translator("A", "B")\n'
POOL = "        self.pool = ImagePool(self.hparams.pool_size, nets.spec.B)\n"
FAKES = '    def fakes(self, real):\n        return {"B": self.generators["G_AB"](real["A"])}\n\n'
D_LOSS = '        return super().discriminator_loss(real, {"B": self.pool(fake["B"])}, step)\n'
G_LOSS = "        return {\n            **self.adversarial_terms"
L1 = 'F.l1_loss(fake["B"], real["A"])'
TERM = f"self.hparams.lambda_reg * {L1}"


def translate(result: str) -> tuple[str, str]:
    """A method at the end of the class."""
    way = '        g = self.generators["G_" + self.declared(to)]\n'
    method = f"\n    def translate(self, x, to, seed=0):\n{way}        return {result}\n"
    return f'"reg_A": {TERM},\n        }}\n', f'"reg_A": {TERM},\n        }}\n{method}'


Changes = tuple[tuple[str, str], ...]
TOLD: dict[str, Changes] = {
    "no `fakes`": ((FAKES, ""),),
    "`generator_loss` without `step`": (
        ("generator_loss(self, real, fake, step)", "generator_loss(self, real, fake)"),
    ),
    "`recipes` without `@classmethod`": (("    @classmethod\n    def recipes", "    def recipes"),),
    "hyper-parameters without `@dataclass(frozen=True)`": ((HPARAMS, ""),),
    "`lr = 1e-3` among them": (("    weight_decay: float = 0.0\n", "    lr = 1e-3\n"),),
    "`weights: list = (1.0, 2.0)` among them": (
        ("    lambda_reg: float = 1.0\n", "    weights: list = (1.0, 2.0)\n"),
    ),
    "`SimGANHParams(pool=0)` in a recipe": (("(pool_size=0)", "(pool=0)"),),
    "`ImagePool` is not imported": ((IMPORTS, IMPORTS.replace("ImagePool, ", "")),),
    "`ImagePol` is imported": ((IMPORTS, IMPORTS.replace("ImagePool", "ImagePol")),),
    "a second model in the file": (
        (
            f'"reg_A": {TERM},\n        }}\n',
            f'"reg_A": {TERM},\n        }}\n\n\nclass Other(Model): ...\n',
        ),
    ),
}
TRIED: dict[str, tuple[Changes, ...]] = {
    "`.item()` after the L1 term": (((L1, f"{L1}.item()"),),),
    "a mean for each sample": (((L1, '(fake["B"] - real["A"]).abs().flatten(1).mean(1)'),),),
    'the term times `float(fake["B"].mean())`': (((L1, f'{L1} * float(fake["B"].mean())'),),),
    "`if near > 0.5:`": (
        (
            (L1, "near"),
            (
                G_LOSS,
                f"        near = {L1}\n        if near > 0.5:\n            near /= 2\n{G_LOSS}",
            ),
        ),
    ),
    "the pool as a list": (
        (
            (POOL, "        self.pool = []\n"),
            (
                D_LOSS,
                '        self.pool.append(fake["B"])\n'
                '        return super().discriminator_loss(real, {"B": self.pool[-4:][0]}, step)\n',
            ),
        ),
    ),
    "statistics in a plain attribute": (
        (
            (TERM, f"getattr(self, 'scale', 1.0) * {L1}"),
            (
                FAKES,
                f"    def fit_statistics(self, real_A, real_B):\n"
                f"        self.scale = float(real_A.float().std())\n\n{FAKES}",
            ),
        ),
    ),
    "`random.random()` in a term": (
        ((TERM, f"random.random() * {L1}"), (IMPORTS, f"import random\n{IMPORTS}")),
    ),
    "a network outside of the two dicts": (
        ((POOL, f'{POOL}        self.back = nets.translator("B", "A")\n'),),
    ),
    "a generator that no term uses": (
        ((POOL, f'{POOL}        self.generators["G_BA"] = nets.translator("B", "A")\n'),),
    ),
    "new fakes in `discriminator_loss`": ((('self.pool(fake["B"])', 'self.fakes(real)["B"]'),),),
    'the fakes of B under `"A"`': (
        (('return {"B": self.generators', 'return {"A": self.generators'),),
    ),
    "`x - x.mean(0)` in `translate`": ((translate("g(x - x.mean(0))"),),),
    "`torch.randn_like` in `translate`": (
        (translate("g(x + torch.randn_like(x))"), (IMPORTS, f"import torch\n{IMPORTS}")),
    ),
    "`several_outputs` where the seed plays no part": (
        ((HEAD, f"{HEAD}    several_outputs = True\n\n"),),
    ),
    "a deviation over the batch": (((L1, 'fake["B"].std(0).mean()'),),),
}


def changed(text: str, changes: Changes) -> str:
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text


def rows(page: str, heading: str) -> dict[str, list[str]]:
    """Of the table under a heading, by their first cells; the other cells without marks of code."""
    _, below = page.split(heading)
    found = {}
    for line in below.splitlines()[1:]:
        if not line.startswith("|"):
            break
        first, *rest = (cell.strip() for cell in line.strip("|").split(" | "))
        found[first] = [without_marks(cell) for cell in rest]
    return found


def without_marks(cell: str) -> str:
    """`code` is code, and so is ``code with a ` in it``; dots say that there is more."""
    found = re.fullmatch(r"(`+) ?(.*?) ?\1(?: …)?", cell)
    assert found, cell
    return found[2]


TOLD_HEADING = "| fault | message |\n"
TRIED_HEADING = "| fault | check | message |\n"


def test_every_fault_of_the_page_is_made_here(page: str) -> None:
    assert rows(page, TOLD_HEADING).keys() == TOLD.keys()
    assert rows(page, TRIED_HEADING).keys() == TRIED.keys()


@pytest.mark.parametrize("fault", TOLD)
def test_a_fault_that_is_told_first(page: str, simgan: str, tmp_path: Path, fault: str) -> None:
    assert [error_of(tmp_path, changed(simgan, TOLD[fault]))] == rows(page, TOLD_HEADING)[fault]


def outcome(source: str, folder: Path, check: str) -> Result:
    (folder / "simgan.py").write_text(source, encoding="utf-8")
    registry, (plugin,) = find_plugins([folder / "simgan.py"])
    assert not plugin.error
    (wanted,) = [c for c in CHECKS["model"] if c.__name__ == check]
    return run_check(wanted, Subject(plugin, registry, folder))


@pytest.mark.filterwarnings("ignore")  # torch's, about the faults
@pytest.mark.parametrize("fault", TRIED)
def test_a_fault_that_shows_when_tried(page: str, simgan: str, tmp_path: Path, fault: str) -> None:
    check, message = rows(page, TRIED_HEADING)[fault]
    for i, changes in enumerate(TRIED[fault]):
        folder = tmp_path / str(i)
        folder.mkdir()
        result = outcome(changed(simgan, changes), folder, check)
        assert result.status == "failed"
        assert result.reason.startswith(message)


def snippet(page: str, start: str) -> str:
    (found,) = [block.text for block in blocks(page) if block.text.startswith(start)]
    return found


def test_a_layer_under_a_seed_of_its_own_is_sound(page: str, simgan: str, tmp_path: Path) -> None:
    layer = "".join(f"        {line}\n" for line in snippet(page, "with torch").splitlines())
    source = changed(
        simgan,
        (
            (NETWORK, f'{NETWORK}{layer}        self.generators["G_AB"].append(layer)\n'),
            (IMPORTS, f"import torch\nfrom torch import nn\n{IMPORTS[:-1]}, seed_for\n"),
        ),
    )
    for check in ("check_same_seed_same_history", "check_no_dead_generator_parameter"):
        assert outcome(source, tmp_path, check).status == "passed"


def test_an_expected_failure_is_one(page: str, simgan: str, tmp_path: Path) -> None:
    expected = snippet(page, "expected_failures").rstrip()
    source = changed(simgan, (translate("g(x - x.mean(0))"), (HEAD, f"{HEAD}    {expected}\n\n")))
    result = outcome(source, tmp_path, "check_translate_is_per_sample")
    assert (result.status, result.reason) == (
        "expected failure",
        "its paper normalises by the batch",
    )


def test_the_checks_that_the_page_names_are_there(page: str) -> None:
    known = {check.__name__ for checks in CHECKS.values() for check in checks}
    assert set(re.findall(r"check_\w+", page)) <= known
