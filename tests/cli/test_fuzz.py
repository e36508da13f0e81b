"""Random commands, benchmarks, rows and checkpoints: no traceback, no hang, nothing lost.

A few hundred in the suite; 2,400 with `pytest -m slow tests/cli/test_fuzz.py`.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click
import pytest
import torch
from click.testing import CliRunner, Result
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file
from torch import nn

from ganbench.cli.main import main
from ganbench.results.folder import ROWS
from ganbench.training import checkpoint
from ganbench.training.checkpoint import Position

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "results" / "reference"
LONGEST_SEC = 60
SHORT, LONG = 25, 600


def examples(n: int) -> Callable[[Any], Any]:
    return settings(
        max_examples=n, deadline=None, suppress_health_check=list(HealthCheck), database=None
    )


@contextmanager
def no_longer_than(seconds: int) -> Iterator[None]:
    def give_up(*args: object) -> None:
        raise AssertionError(f"it hangs: more than {seconds} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def told(*arguments: str | Path) -> Result:
    """What the command says. Whatever it was given, it ends with a code of its own."""
    with no_longer_than(LONGEST_SEC):
        found = CliRunner().invoke(main, list(map(str, arguments)))
    if found.exception is not None and not isinstance(found.exception, SystemExit):
        raise found.exception
    assert found.exit_code in {0, 1, 2}, found.output
    assert "Traceback" not in found.output
    return found


# ---- command lines ----

WORDS = st.sampled_from(
    [
        *("standard", "recon", "discogan", "munit", "toy", "car2car", "gender", "folder", "real"),
        *(
            "quick",
            "smoke",
            "paper",
            "code",
            "alignment",
            "flip",
            "inception",
            "test",
            "validation",
        ),
        *(
            "standard.lr=1",
            "discogan.rec=l1",
            "network=stylegan2",
            "toy.noise=0.1",
            "A=.",
            "0",
            "-1",
        ),
        *(
            "3,1",
            "30s",
            "7",
            "1e9",
            "nan",
            "",
            " ",
            ",",
            "=",
            "a=b=c",
            "ö",
            "\u2028",
            "none",
            "cpu",
        ),
        *("cuda", "bf16", "..", ".", "/", "/dev/null", "pyproject.toml", "rows", "--", "-x", "AB"),
        *("9" * 30, "[", "%s", "{}", "~", "*", "\\", "auto", "json", "latex", "bca", "celeba"),
    ]
)
# The system passes no NUL in a command line.
LETTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\0")
TEXTS = st.one_of(WORDS, WORDS, st.text(LETTERS, max_size=8))
# `check` and `bench` train. What the others could do at length is asked for as a plan, or offline.
TRAINING = {"check", "bench"}
HARMLESS = {("run",): ["--dry-run"], ("data", "prepare"): ["--offline"], ("score",): ["--offline"]}


def commands(group: click.Group, path: tuple[str, ...] = ()) -> dict[tuple[str, ...], list[str]]:
    """Every command by the words that call it, and its options."""
    found: dict[tuple[str, ...], list[str]] = {}
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found |= commands(command, (*path, name))
        elif name not in TRAINING:
            options = [param.opts[0] for param in command.params if param.opts[0][0] == "-"]
            found[*path, name] = [*options, "--help"]
    return found


OPTIONS = {**commands(main), ("nonsense",): ["--help"]}
COMMAND_LINES = st.sampled_from(sorted(OPTIONS)).flatmap(
    lambda path: st.tuples(
        st.just(path),
        st.lists(st.tuples(st.sampled_from([*OPTIONS[path], ""]), TEXTS).map(list), max_size=5),
        st.lists(TEXTS, max_size=2),
    )
)


def run_a_command_line(
    parts: tuple[tuple[str, ...], list[list[str]], list[str]], folder: Path
) -> None:
    path, options, rest = parts
    words = [word for pair in options for word in pair if word] + rest
    before = set(ROOT.glob("[!.]*"))
    cwd = Path.cwd()
    os.chdir(folder)
    try:
        told(*path, *HARMLESS.get(path, []), *words)
    finally:
        os.chdir(cwd)
    assert set(ROOT.glob("[!.]*")) == before


def test_the_fuzz_knows_the_commands() -> None:
    assert {("run",), ("translate",), ("data", "verify"), ("why",)} < OPTIONS.keys()
    assert "--step" in OPTIONS["translate",] and "--models" in OPTIONS["run",]


@pytest.fixture
def nowhere(tmp_path: Path, cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GANBENCH_CACHE", str(cache_dir))
    monkeypatch.setenv("GANBENCH_DATA", str(tmp_path / "data"))
    return tmp_path


@examples(SHORT)
@given(parts=COMMAND_LINES)
def test_command_lines(nowhere: Path, parts: Any) -> None:
    run_a_command_line(parts, nowhere)


@pytest.mark.slow
@examples(LONG)
@given(parts=COMMAND_LINES)
def test_many_command_lines(nowhere: Path, parts: Any) -> None:
    run_a_command_line(parts, nowhere)


# ---- files: cut, flipped, or wrongly typed ----

STRANGE = st.sampled_from(
    [None, True, 0, -1, 1.5, 1e308, 10**30, "", "x", "..", "a/b", [], [1], {}, {"a": 1}, ["x", {}]]
)


@st.composite
def damaged_bytes(draw: st.DrawFn, whole: bytes) -> bytes:
    """The file cut, with bytes flipped, with a piece doubled or with nonsense put in."""
    at = draw(st.integers(0, len(whole)))
    kind = draw(st.sampled_from(["cut", "flip", "double", "insert"]))
    if kind == "cut":
        return whole[:at]
    if kind == "double":
        return whole[:at] + whole[at // 2 :]
    if kind == "insert":
        return whole[:at] + draw(st.binary(min_size=1, max_size=5)) + whole[at:]
    spots = draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=5))
    flipped = bytearray(whole)
    for spot in spots:
        flipped[spot] ^= 1 << draw(st.integers(0, 7))
    return bytes(flipped)


@st.composite
def wrongly_typed(draw: st.DrawFn, whole: Any) -> Any:
    """A JSON value with one part, at any depth, replaced, taken out or doubled under a new name."""
    changed = copy.deepcopy(whole)
    here = changed
    while True:
        keys = list(here) if isinstance(here, dict) else list(range(len(here)))
        if not keys:
            break
        key = draw(st.sampled_from(keys))
        if isinstance(here[key], dict | list) and here[key] and draw(st.booleans()):
            here = here[key]
            continue
        kind = draw(st.sampled_from(["replace", "replace", "take out", "rename"]))
        value = here[key]
        if kind == "replace":
            here[key] = draw(STRANGE)
            break
        del here[key]
        if kind == "rename" and isinstance(here, dict):
            here["renamed"] = value
        break
    return changed


RECORDS = [
    json.loads(line)
    for name in ("models/toy-quick.jsonl", "figure5/quick/rows.jsonl")  # points; extractors too
    for line in (REFERENCE / name).read_text(encoding="utf-8").splitlines()[:3]
]


def rows_text(records: Any) -> bytes:
    return "".join(json.dumps(record) + "\n" for record in records).encode()


ROWS_FILES = st.one_of(
    damaged_bytes(rows_text(RECORDS)), wrongly_typed(RECORDS).map(rows_text), st.binary(max_size=50)
)


def show_damaged_rows(data: bytes, folder: Path, turn: int) -> None:
    """Every command that reads rows tells or leaves out what is wrong, and changes nothing."""
    output = folder / f"out{time.monotonic_ns()}"
    output.mkdir()
    (output / ROWS).write_bytes(data)
    run = ("run", "--models", "standard,recon", "--task", "toy", "--dry-run", "--output", output)
    commands: list[tuple[str | Path, ...]] = [
        ("table", output),
        ("table", output, "--format", "json"),
        ("compare", output),
        ("claims", output, "--benchmark", ROOT / "benchmarks" / "figure4.toml"),
        ("merge", output, output / "none", "-o", folder / "merged"),
        ("why", RECORDS[0]["cell"], "--output", output),
        run,
    ]
    told(*commands[turn % len(commands)])
    assert (output / ROWS).read_bytes() == data
    shutil.rmtree(output)


@examples(SHORT)
@given(data=ROWS_FILES, turn=st.integers(0, 6))
def test_rows_files(nowhere: Path, data: bytes, turn: int) -> None:
    show_damaged_rows(data, nowhere, turn)


@pytest.mark.slow
@examples(LONG)
@given(data=ROWS_FILES, turn=st.integers(0, 6))
def test_many_rows_files(nowhere: Path, data: bytes, turn: int) -> None:
    show_damaged_rows(data, nowhere, turn)


BENCHMARK = """title = "Figure 4"
models = ["standard", "recon", "discogan"]
tasks = ["toy"]
seeds = 3
preset = "quick"
recipe = "paper"
metrics = ["mode_coverage"]

[set]
discogan.rec_share = 0.5
toy.noise = 0.1

[[claims]]
id = "covers"
figure = "4"
text = "All target modes are covered."
task = "toy"
metric = "modes_captured"
model = "discogan"
at_least = 10

[[claims]]
id = "fewer"
figure = "4"
text = "Fewer collisions."
task = "toy"
metric = "mode_collisions"
better = "discogan"
worse = "standard"
margin = 0.5
"""
TOML_VALUES = (
    "1",
    "-1",
    "1.5",
    '""',
    '"x"',
    "[]",
    "[1]",
    "{}",
    "true",
    "nan",
    "[[1]]",
    "1979-05-27",
)


@st.composite
def wrongly_typed_toml(draw: st.DrawFn) -> bytes:
    lines = BENCHMARK.splitlines()
    at = draw(st.sampled_from([i for i, line in enumerate(lines) if "=" in line]))
    key = lines[at].partition("=")[0]
    changes = [f"{key}= {value}" for value in TOML_VALUES]
    changes += ["", lines[at] + "\n" + lines[at], f"x{lines[at]}", f"[{key.strip()}]"]
    lines[at] = draw(st.sampled_from(changes))
    return "\n".join(lines).encode()


BENCHMARK_FILES = st.one_of(
    damaged_bytes(BENCHMARK.encode()), wrongly_typed_toml(), st.binary(max_size=50)
)


def read_damaged_benchmark(data: bytes, folder: Path, claims: bool) -> None:
    file = folder / "benchmark.toml"
    file.write_bytes(data)
    output = folder / "rows"
    output.mkdir(exist_ok=True)
    (output / ROWS).write_bytes(rows_text(RECORDS))
    if claims:
        told("claims", output, "--benchmark", file)
    else:
        told("run", file, "--dry-run", "--output", output)
    assert file.read_bytes() == data


@examples(SHORT)
@given(data=BENCHMARK_FILES, claims=st.booleans())
def test_benchmark_files(nowhere: Path, data: bytes, claims: bool) -> None:
    read_damaged_benchmark(data, nowhere, claims)


@pytest.mark.slow
@examples(LONG)
@given(data=BENCHMARK_FILES, claims=st.booleans())
def test_many_benchmark_files(nowhere: Path, data: bytes, claims: bool) -> None:
    read_damaged_benchmark(data, nowhere, claims)


# ---- checkpoints ----


def nets() -> tuple[nn.Module, dict[str, torch.optim.Optimizer]]:
    torch.manual_seed(0)
    model = nn.Linear(2, 2)
    optimiser = torch.optim.Adam(model.parameters())
    model(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    return model, {"G": optimiser}


@pytest.fixture(scope="module")
def saved(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("checkpoint") / "checkpoint.safetensors"
    checkpoint.save(path, *nets(), {}, {}, Position(3, 1.0, 5))
    return path


def read_damaged_checkpoint(saved: Path, data: st.DataObject) -> None:
    """A damaged one is none; what is read is what was written."""
    whole = saved.read_bytes()
    damaged = saved.with_name("damaged.safetensors")
    if data.draw(st.booleans()):
        damaged.write_bytes(data.draw(damaged_bytes(whole)))
    else:  # a valid file of other things
        tensors = load_file(saved)
        name = data.draw(st.sampled_from(sorted(tensors)))
        tensors[name] = data.draw(
            st.sampled_from([torch.zeros(0), torch.ones(3, 3), tensors[name]])
        )
        told_of_it = data.draw(st.sampled_from([None, {}, {"position": "[]"}, {"position": "{"}]))
        save_file(tensors, damaged, metadata=told_of_it)
    found = checkpoint.read(damaged)
    if found is not None:
        tensors, position = found
        assert position == Position(3, 1.0, 5)
        assert all(torch.equal(value, tensors[name]) for name, value in load_file(saved).items())


@examples(SHORT)
@given(data=st.data())
def test_checkpoints(saved: Path, data: st.DataObject) -> None:
    read_damaged_checkpoint(saved, data)


@pytest.mark.slow
@examples(LONG)
@given(data=st.data())
def test_many_checkpoints(saved: Path, data: st.DataObject) -> None:
    read_damaged_checkpoint(saved, data)
