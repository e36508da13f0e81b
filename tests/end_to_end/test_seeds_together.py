"""A run of seeds together is a run of seeds alone, also where it breaks."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from ganbench.results.folder import cell_folder, read_rows
from ganbench.results.records import Row
from ganbench.training.loop import LOSS_LOG

Command = Callable[..., subprocess.CompletedProcess[str]]
SUDDEN = '''
import os

from torch._C._functorch import is_batchedtensor

from ganbench.api import Model


class Sudden(Model):
    """Takes its process with it where it is stacked."""

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        if is_batchedtensor(real["A"]):
            os._exit(1)
        return {"B": self.generators["G_AB"](real["A"])}

    def generator_loss(self, real, fake, step):
        return self.adversarial_terms("B", real, fake)
'''


def toy(ganbench: Command, output: Path, *how: str) -> dict[tuple[str, int], Row]:
    size = ("--task", "toy", "--preset", "smoke", "--steps", "20", "--references", "none")
    run = ("--seeds", "2", "--workers", "1", "--output", str(output))
    done = ganbench("run", *size, *run, *how)
    assert done.returncode == 0, done.stderr
    return {(row.model, row.seed): row for row in read_rows(output).rows}


DROPPING = """
from torch.nn.functional import dropout

from ganbench.api import Model


class Dropping(Model):
    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {"B": self.generators["G_AB"](dropout(real["A"]))}

    def generator_loss(self, real, fake, step):
        return self.adversarial_terms("B", real, fake)
"""


def test_a_run_of_seeds_together_is_a_run_of_seeds_alone(ganbench: Command, tmp_path: Path) -> None:
    """Of a model that draws in training too; one that cannot be stacked says so."""
    (tmp_path / "plugins/models").mkdir(parents=True)
    (tmp_path / "plugins/models/dropping.py").write_text(DROPPING)
    plugins = ("--plugins", str(tmp_path / "plugins"))
    models = {"together": ("recon,munit,dropping", "2"), "alone": ("recon,munit", "1")}
    both = {
        at: toy(ganbench, tmp_path / at, *plugins, "--models", names, "--together", n)
        for at, (names, n) in models.items()
    }
    for key, other in both["alone"].items():
        row = both["together"].pop(key)
        assert row.cell == other.cell and row.status == other.status == "done"
        assert row.provenance["together"] == 2
        assert "together" not in other.provenance
        losses = [
            [*map(float, log.read_text().split()[-1].split(","))]
            for log in (cell_folder(tmp_path / at, row.cell) / LOSS_LOG for at in both)
        ]
        assert losses[0] == pytest.approx(losses[1], rel=1e-3)
        assert row.metrics["reverse_kl"] == pytest.approx(other.metrics["reverse_kl"], rel=0.02)
    told = [(row.model, row.status) for row in both["together"].values()]
    assert told == [("dropping", "done")] * 2
    assert {row.provenance["not_together"] for row in both["together"].values()} == {
        "torch.func cannot map its losses in fp32"
    }


@pytest.mark.broad
def test_seeds_whose_stack_breaks_the_worker_run_alone(ganbench: Command, tmp_path: Path) -> None:
    (tmp_path / "plugins/models").mkdir(parents=True)
    (tmp_path / "plugins/models/sudden.py").write_text(SUDDEN)
    how = ("--plugins", str(tmp_path / "plugins"), "--models", "sudden", "--together", "2")
    rows = toy(ganbench, tmp_path / "out", *how)
    assert [row.status for row in rows.values()] == ["done", "done"]
    assert not any("together" in row.provenance for row in rows.values())


DEADLY = '''
import os

from ganbench.api import Model


class Deadly(Model):
    """Takes its process with it in its first step."""

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        os._exit(1)

    def generator_loss(self, real, fake, step):
        return self.adversarial_terms("B", real, fake)
'''


def test_who_kills_its_worker_fails_alone(ganbench: Command, tmp_path: Path) -> None:
    """Cells that are under way beside it are none the worse."""
    (tmp_path / "plugins/models").mkdir(parents=True)
    (tmp_path / "plugins/models/deadly.py").write_text(DEADLY)
    what = ("--models", "standard,deadly", "--task", "toy", "--preset", "smoke", "--seeds", "2")
    how = ("--references", "none", "--workers", "2", "--output", tmp_path / "out")
    done = ganbench("run", *what, *how, "--plugins", tmp_path / "plugins")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    rows = read_rows(tmp_path / "out").rows
    assert {row.status for row in rows if row.model == "standard"} == {"done"}
    failed = {(row.status, row.reason) for row in rows if row.model == "deadly"}
    assert failed == {("failed", "its worker process died (out of memory?)")}
    assert len((tmp_path / "out/rows.jsonl").read_text().splitlines()) == len(rows) == 4
