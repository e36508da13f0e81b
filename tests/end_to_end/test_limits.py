"""Memory that is full, a disk that is full, and a user who will not wait."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor

from ganbench.core.disk import NoRoom, is_disk_full
from ganbench.core.memory import in_pieces, is_out_of_memory
from ganbench.results.folder import ROWS, append_row, read_rows
from ganbench.results.records import Row
from tests.conftest import Start
from tests.events import end_of, hooked, wait_for

if sys.platform != "win32":
    import resource

Command = Callable[..., subprocess.CompletedProcess[str]]
TOO_MANY = 2**52  # floats: no machine has them
ROW = Row(
    *("c0", "standard", "toy", "mixture", "quick", "paper", 0, "done"),
    budget={"budget_steps": 10, "width": 8},
)
MODEL = '''
"""Hungry: a standard GAN that wants more memory than there is."""

import torch

from ganbench.api import Model, adversarial_recipes


class Hungry(Model):
    recipes = staticmethod(adversarial_recipes)

    def build(self, nets):
        self.generators["G_AB"] = nets.translator("A", "B")
        self.discriminators["D_B"] = nets.discriminator("B")

    def fakes(self, real):
        return {{"B": self.generators["G_AB"](real["A"])}}

    def translate(self, x, to, seed=0):
        {translating}
        return self.generators["G_AB"](x)

    def generator_loss(self, real, fake, step):
        {training}
        return self.adversarial_terms("B", real, fake)
'''
SLEEPY = '''
"""Sleepy: a metric that never ends."""

import threading
from pathlib import Path

from ganbench.api import Column, Metric


class Sleepy(Metric):
    columns = {{"sleepy": Column("", None, "nothing")}}
    over_training = False  # of the trained model alone

    def unsupported(self, view):
        return None

    def compute(self, view):
        Path({mark!r}).touch()
        threading.Event().wait()
        return {{"sleepy": 0.0}}
'''
TOY = ("--task", "toy", "--preset", "smoke", "--seeds", "1", "--references", "none")


def refused(x: Tensor) -> Tensor:
    """The allocator's own error for more than three samples."""
    if len(x) > 3:
        torch.empty(TOO_MANY)
    return 2 * x


def test_what_does_not_fit_is_done_in_pieces() -> None:
    batch = torch.arange(10.0).reshape(10, 1)
    parts = list(in_pieces(refused, batch))
    assert max(map(len, parts)) <= 3
    assert torch.equal(torch.cat(parts), 2 * batch)
    assert len(list(in_pieces(refused, batch[:3]))) == 1


def test_one_sample_that_does_not_fit_is_an_error() -> None:
    with pytest.raises(RuntimeError) as caught:
        list(in_pieces(lambda x: torch.empty(TOO_MANY), torch.zeros(4, 1)))
    assert is_out_of_memory(caught.value)


def test_other_errors_are_not_tried_again() -> None:
    calls: list[int] = []

    def wrong(x: Tensor) -> Tensor:
        calls.append(len(x))
        return x @ torch.zeros(7, 7)

    with pytest.raises(RuntimeError) as caught:
        list(in_pieces(wrong, torch.zeros(4, 1)))
    assert calls == [4] and not is_out_of_memory(caught.value)


def plugin(folder: Path, kind: str, name: str, text: str) -> Path:
    (folder / kind).mkdir(parents=True)
    (folder / kind / f"{name}.py").write_text(text.lstrip())
    return folder


def test_a_model_that_wants_too_much_memory(tmp_path: Path, ganbench: Command) -> None:
    """In training it fails and says why; in scoring it gets smaller batches, and the numbers of a
    model that has all the memory that it wants. The other cells go on.
    """
    wants = f"torch.empty({TOO_MANY})"
    hungry = MODEL.format(training=wants, translating="pass")
    greedy = MODEL.format(training="pass", translating=f"{wants} if len(x) > 20 else None")
    mine = plugin(tmp_path / "mine", "models", "hungry", hungry)
    (mine / "models" / "greedy.py").write_text(greedy.lstrip().replace("Hungry", "Greedy"))
    out = tmp_path / "out"
    models = ("--models", "hungry,greedy,standard")
    done = ganbench("run", *models, *TOY, "--plugins", mine, "--output", out)
    assert done.returncode == 1 and "Traceback" not in done.stderr
    rows = {row.model: row for row in read_rows(out).rows}
    assert rows["hungry"].status == "failed"
    assert rows["hungry"].reason.startswith("out of memory while training")
    assert "--batch-size" in rows["hungry"].reason
    assert rows["greedy"].status == rows["standard"].status == "done"
    for key, value in rows["standard"].metrics.items():
        wanted = value if isinstance(value, str) else pytest.approx(value, rel=1e-4)
        assert rows["greedy"].metrics[key] == wanted


SMALL_FILES = """
import resource

resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits")
def test_a_full_disk_stops_the_run_which_goes_on_later(
    start_command: Start, tmp_path: Path, ganbench: Command
) -> None:
    """No file may grow beyond a limit that the checkpoint does not keep to."""
    arguments = ("run", "--models", "standard", *TOY, "--steps", "60")
    out, straight = tmp_path / "out", tmp_path / "straight"
    prepared = ganbench(*arguments, "--output", straight)
    assert prepared.returncode == 0, prepared.stderr

    started = start_command(
        *arguments, "--output", out, hook=hooked(tmp_path / "hook", SMALL_FILES)
    )
    _, errors = end_of(started)
    assert started.returncode == 1, errors
    assert "the disk is full" in errors and "Traceback" not in errors
    assert not list(out.rglob("*.partial"))
    assert read_rows(out).rows == ()
    later = ganbench(*arguments, "--output", out)
    assert later.returncode == 0, later.stderr
    assert read_rows(out).rows[0].metrics == read_rows(straight).rows[0].metrics


@pytest.mark.skipif(sys.platform == "win32", reason="limits")
def test_half_a_row_is_taken_back(tmp_path: Path) -> None:
    append_row(tmp_path, ROW)
    whole = (tmp_path / ROWS).read_bytes()
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (len(whole) + 50, before[1]))
    try:
        with pytest.raises(NoRoom, match="the disk is full"):
            append_row(tmp_path, ROW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (tmp_path / ROWS).read_bytes() == whole


def test_a_full_disk_is_known_by_its_error() -> None:
    from safetensors import SafetensorError

    assert is_disk_full(OSError(28, "No space left on device"))
    assert is_disk_full(SafetensorError("I/O error: No space left on device (os error 28)"))
    assert not is_disk_full(OSError(13, "Permission denied"))
    assert not is_disk_full(SafetensorError("I/O error: Permission denied (os error 13)"))
    assert not is_disk_full(ValueError("28"))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interruption_does_not_wait_for_scoring(start_command: Start, tmp_path: Path) -> None:
    mark = tmp_path / "scoring"
    mine = plugin(tmp_path / "mine", "metrics", "sleepy", SLEEPY.format(mark=str(mark)))
    out = tmp_path / "out"
    metrics = ("--metrics", "sleepy", "--plugins", str(mine), "--output", str(out))
    started = start_command("run", "--models", "standard", *TOY, *metrics)
    wait_for(mark.exists, started)
    os.killpg(started.pid, signal.SIGINT)
    _, errors = end_of(started)  # though the metric never ends
    assert started.returncode == 130, errors
    assert "goes on from here" in errors and "Traceback" not in errors
    assert list(out.glob("cells/*/checkpoint.safetensors"))
