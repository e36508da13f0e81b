"""`ganbench why`: what has changed since a cell was run, in a copy of the project."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from ganbench.core.source_hash import PACKAGE_DIR
from ganbench.registry.registry import built_in_folder
from ganbench.running.staleness import differences

Ganbench = Callable[..., list[tuple[int, str]]]
RUN = (
    *("run", "--models", "standard", "--task", "toy", "--preset", "smoke", "--seeds", "1"),
    *("--steps", "4", "--references", "none", "--backend", "here", "--output", "results/first"),
)


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("project")
    skipped = shutil.ignore_patterns("__pycache__")
    shutil.copytree(PACKAGE_DIR, base / "ganbench", ignore=skipped)
    shutil.copytree(built_in_folder(), base / "plugins", ignore=skipped)
    return base


COMMANDS = """
import json, sys
from click.testing import CliRunner
from ganbench.cli.main import main
done = [CliRunner().invoke(main, arguments) for arguments in json.loads(asked)]
print(json.dumps([[result.exit_code, result.output] for result in done]), flush=True)
"""
# What the commands import of others takes longer than they do, and is the same whatever is edited.
FORKED = f"""
import os, sys
import matplotlib.figure, torch._dynamo
for asked in sys.stdin:
    pid = os.fork()
    if pid == 0:
        exec({COMMANDS!r})
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        break
"""
STARTED = f"import sys\nasked = sys.stdin.readline()\n{COMMANDS}"


@pytest.fixture(scope="module")
def ganbench(copy: Path) -> Iterator[Ganbench]:
    """The copy's commands, one after the other in one process and in the copy's folder: the exit
    code and the output of each. Each such process imports the copy as it is then.
    """
    env = {**os.environ, "PYTHONPATH": str(copy), "GANBENCH_CACHE": str(copy / "cache")}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    forks = sys.platform == "linux"

    def begin() -> subprocess.Popen[str]:
        code = FORKED if forks else STARTED
        return subprocess.Popen([sys.executable, "-c", code], text=True, cwd=copy, env=env, **pipes)

    def ask(process: subprocess.Popen[str], *commands: tuple[str, ...]) -> list[tuple[int, str]]:
        assert process.stdin is not None and process.stdout is not None
        print(json.dumps(commands), file=process.stdin, flush=True)
        return [(code, output) for code, output in json.loads(process.stdout.readline())]

    def run(*commands: tuple[str, ...]) -> list[tuple[int, str]]:
        if forks:
            return ask(server, *commands)
        with begin() as process:
            return ask(process, *commands)

    if not forks:
        yield run
        return
    with begin() as server:
        yield run


@pytest.fixture(scope="module")
def cell(ganbench: Ganbench, copy: Path) -> str:
    ((code, output),) = ganbench(RUN)
    assert code == 0, output
    (folder,) = (copy / "results" / "first" / "cells").iterdir()
    return folder.name


@contextmanager
def edited(files: Sequence[Path], more: str = "THOUGHT = 1") -> Iterator[None]:
    """With a comment and another statement in each."""
    before = {file: file.read_text() for file in files}
    for file, text in before.items():
        file.write_text(text + f"\n# another thought\n{more}\n")
    try:
        yield
    finally:
        for file, text in before.items():
            file.write_text(text)


TRAINED = {
    "ganbench/networks/losses.py",
    "ganbench/networks/points.py",
    "plugins/models/standard.py",
}
SCORED = {"plugins/metrics/modes.py"}
NEITHER = {"plugins/models/recon.py", "ganbench/reporting/tables.py"}


@pytest.mark.parametrize(
    ("files", "changed", "message"),
    [
        (set(), set(), "nothing has changed"),
        (TRAINED, TRAINED, "trained again:\n"),
        (SCORED, SCORED, "scored again:\n    plugins/metrics/modes.py was changed"),
        (NEITHER, set(), "nothing has changed"),
    ],
    ids=["none", "trained", "scored", "neither"],
)
def test_what_was_edited_is_told(
    ganbench: Ganbench, copy: Path, cell: str, files: set[str], changed: set[str], message: str
) -> None:
    with edited([copy / file for file in files]):
        (code, told), (_, left) = ganbench(("why", cell[:6]), (*RUN, "--dry-run"))
    assert code == 0, told
    assert message in told
    assert set(re.findall(r"(\S+) was changed", told)) == changed
    assert ("trained again" in told) == (files == TRAINED)
    assert ("to do: 0" in left) == (not changed)


def test_a_comment_and_a_moved_file_are_no_change(
    ganbench: Ganbench, copy: Path, cell: str
) -> None:
    old, new = (
        copy / "ganbench" / "networks" / "losses.py",
        copy / "ganbench" / "networks" / "games.py",
    )
    users = [f for f in copy.rglob("*.py") if b"ganbench.networks.losses" in f.read_bytes()]
    before = {file: file.read_text() for file in (*users, old)}
    try:
        for file in users:
            file.write_text(
                before[file].replace("ganbench.networks.losses", "ganbench.networks.games")
            )
        shutil.move(old, new)
        with edited([*users, new, copy / "plugins/models/standard.py"], more=""):
            (code, told), (_, left) = ganbench(("why", cell[:6]), (*RUN, "--dry-run"))
    finally:
        new.unlink()
        for file, text in before.items():
            file.write_text(text)
    assert code == 0 and users
    assert "nothing has changed" in told and "to do: 0" in left


def test_files_that_moved_are_known_by_their_hash() -> None:
    before = {"a.py": "1", "b.py": "2", "c.py": "3", "d.py": "3"}
    now = {"x/b.py": "2", "a.py": "9", "e.py": "3", "new.py": "4"}
    assert differences(before, now) == [
        "a.py was changed",
        "new.py is reached now",
        "d.py is not reached any more",
    ]


def test_a_cell_without_a_row_is_told(ganbench: Ganbench, copy: Path, cell: str) -> None:
    shutil.copytree(copy / "results" / "first" / "cells", copy / "results" / "second" / "cells")
    ((_, told),) = ganbench(("why", cell, "--output", "results/second"))
    assert "it has no row yet" in told
    shutil.rmtree(copy / "results" / "second")


def test_mistakes_are_told(ganbench: Ganbench, cell: str) -> None:
    mistakes = {
        ("zzzz",): "no cell",
        ("../..",): "no id of a cell",
        ("a", "--output", "nowhere"): "no cell",
    }
    for (code, told), message in zip(
        ganbench(*(("why", *arguments) for arguments in mistakes)), mistakes.values(), strict=True
    ):
        assert code == 2
        assert message in told and "Traceback" not in told
