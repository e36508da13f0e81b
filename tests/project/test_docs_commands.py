"""Every command that a page shows is one that there is, with options that it has."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from ganbench.cli.main import main

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("*/README.md")])
BLOCK = re.compile(r"^```(?:bash|text)\n(.*?)^```", re.M | re.S)
LINE = re.compile(r"^(?:\$ |\.venv/bin/)?(ganbench (?:.*\\\n)*.*)$", re.M)
INLINE = re.compile(r"`(ganbench [^`]+)`")
PLACEHOLDERS = ("…", "...", "COMMAND")


def commands_of(text: str) -> list[str]:
    """Also those that go on in another line; without comments."""
    blocks = [line for block in BLOCK.findall(text) for line in LINE.findall(block)]
    inline = [found.replace("\n", " ") for found in INLINE.findall(BLOCK.sub("", text))]
    return [
        re.sub(r"\\\n", " ", line).split("  #")[0].split(" #")[0] for line in [*blocks, *inline]
    ]


def faults_of(text: str) -> list[str]:
    words = shlex.split(text.replace("'s ", " "))
    command: click.Command = main
    for word in words[1:]:
        if isinstance(command, click.Group):
            if word in PLACEHOLDERS:
                return []
            if word.startswith("-"):
                break
            if word not in command.commands:
                return [f"{text}: no command {word}"]
            command = command.commands[word]
    known = {name for param in command.params for name in param.opts} | {"-h", "--help"}
    asked = {word.partition("=")[0] for word in words if re.match(r"--?[a-z]", word)}
    return [f"{text}: no option {name}" for name in sorted(asked - known)]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_and_their_options_are_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert [fault for command in commands_of(text) for fault in faults_of(command)] == []


def test_mistyped_commands_would_be_found() -> None:
    block = "ganbench rum --models x\nganbench run --modles x \\\n  --seed 3 # --no\n"
    text = f"```bash\n{block}```\n`ganbench data lisst`"
    faults = [fault for command in commands_of(text) for fault in faults_of(command)]
    assert [fault.rpartition(" ")[2] for fault in faults] == ["rum", "--modles", "--seed", "lisst"]
