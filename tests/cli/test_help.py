"""Help and lists, as they look on a terminal of 80 columns."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from ganbench.cli.main import main
from ganbench.cli.options import range_in_words
from ganbench.data.datasets.catalogue import CATALOGUE
from ganbench.registry.registry import Plugin, discover

OF_CLICK = ("RANGE", "TEXT", "INTEGER", "FLOAT", "<=", ">=", "<x")


def commands(group: click.Group = main, *path: str) -> Iterator[tuple[str, ...]]:
    """The words of every command and group of commands."""
    yield path
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from commands(command, *path, name)
        else:
            yield (*path, name)


def shown(*arguments: str) -> str:
    done = CliRunner().invoke(main, [*arguments], env={"COLUMNS": "80", "TERMINAL_WIDTH": "80"})
    assert done.exit_code == 0, done.output
    return done.output


@pytest.mark.parametrize("path", list(commands()), ids=" ".join)
def test_help_is_in_words_and_whole(path: tuple[str, ...]) -> None:
    usage, _, told = shown(*path, "--help").partition("\n\n")
    assert usage.startswith(f"Usage: {' '.join(('main', *path))} ")
    assert max(map(cell_len, told.splitlines())) <= 80
    assert "..." not in told and not re.search(r"\S  \[", told)
    assert not [word for word in OF_CLICK if word in told]


@pytest.mark.parametrize("path", [(), ("data",)], ids=" ".join)
def test_a_group_tells_the_whole_sentence_of_each_command(path: tuple[str, ...]) -> None:
    told = " ".join(shown(*path, "--help").split())
    group = main.commands[path[0]] if path else main
    assert isinstance(group, click.Group)
    for name, command in group.commands.items():
        (first, *_) = re.split(r"\.\s", " ".join((command.help or "").split()) + " ")
        assert f" {name} {first}." in told


@pytest.mark.parametrize(
    ("least", "most", "is_more", "told"),
    [
        (1, None, False, "1 or more"),
        (0.0, None, True, "more than 0"),
        (1, 100_000, False, "1 to 100,000"),
        (0.001, 1e6, False, "0.001 to 1,000,000"),
    ],
)
def test_ranges_in_words(least: float, most: float | None, is_more: bool, told: str) -> None:
    assert range_in_words(least, most, is_more) == told


def test_data_sets_fit_and_no_name_is_cut(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GANBENCH_DATA", str(tmp_path))
    told = shown("data", "list")
    assert max(cell_len(line) for line in told.splitlines() if str(tmp_path) not in line) <= 80
    words = {word.strip(",:") for word in told.split()}
    for data_set in CATALOGUE:
        assert {data_set.name, *data_set.tasks, *data_set.licence.replace(",", "").split()} <= words


def test_the_list_says_where_plugins_are_from_if_not_all_are_built_in(tmp_path: Path) -> None:
    """Or the column would take the room of all that they say."""
    assert "from    " not in shown("list") and "built-in" not in shown("list")
    (tmp_path / "mine.py").write_text(
        '"""A model of one\'s own."""\n' + discover().find("model", "standard").path.read_text()
    )
    models, rest = shown("list", "--plugins", str(tmp_path)).split("tasks", 1)
    assert re.search(r"^name +from +what it is", models, re.MULTILINE)
    assert re.search(r"^standard +built-in +Standard GAN", models, re.MULTILINE)
    assert "built-in" not in rest


@pytest.mark.parametrize("plugin", discover().plugins, ids=lambda plugin: plugin.path.stem)
def test_a_built_in_plugin_is_told_in_whole_sentences(plugin: Plugin) -> None:
    """The first line of its docstring."""
    assert plugin.summary.endswith((".", "?", ")"))
