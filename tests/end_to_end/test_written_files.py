"""Commands that write: never in or over what they read, and over nothing that is there."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ganbench.cli.commands.translate import output_names
from ganbench.cli.main import main
from ganbench.core.errors import UserError
from ganbench.core.files import holds, new_files, put
from tests.conftest import Command
from tests.reporting.test_merge import folder as result_folder
from tests.reporting.test_merge import ready

Cli = Callable[..., Result]


def fill(folder: Path, names: list[str], seed: int = 0) -> Path:
    rng = np.random.default_rng(seed)
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        pixels = rng.integers(256, size=(20, 20, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / name)
    return folder


def snapshot(folder: Path) -> dict[str, bytes | str]:
    """Everything below, links as what they say."""
    found: dict[str, bytes | str] = {}
    for path in sorted(folder.rglob("*")):
        name = os.fsdecode(os.fsencode(path.relative_to(folder)))
        if path.is_symlink():
            found[name] = f"link to {path.readlink()}"
        else:
            found[name] = "folder" if path.is_dir() else path.read_bytes()
    return found


@pytest.fixture
def cli(cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line in this process."""
    monkeypatch.setenv("GANBENCH_CACHE", str(cache_dir))
    return lambda *args: CliRunner().invoke(main, [str(arg) for arg in args])


@pytest.fixture(scope="module")
def trained(ganbench: Command, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with train_A, train_B and the result of a run on them."""
    base = tmp_path_factory.mktemp("trained")
    names = [f"{i:02}.png" for i in range(30)]
    fill(base / "train_A", names, seed=1)
    fill(base / "train_B", names, seed=2)
    done = ganbench(
        *("run", "--task", "folder", "--models", "standard", "--preset", "smoke", "--seeds", "1"),
        *("--data", f"A={base / 'train_A'}", "--data", f"B={base / 'train_B'}"),
        *("--references", "none", "--output", base / "result"),
    )
    assert done.returncode == 0, done.stderr
    return base


def refused(done: Result, message: str) -> None:
    assert done.exit_code == 2, done.output
    assert message in done.output and "Traceback" not in done.output


# Inputs, where the output goes as seen from the base folder, and what is said.
MEETING = {
    "two endings": (["cat.jpg", "cat.png"], "out", "'cat.jpg' and 'cat.png' would both be"),
    "three": (["cat.jpg", "cat.png", "chain.png"], "out", "would both be written as 'cat.png'"),
    "in a folder below": (["x/1.bmp", "x/1.jpeg"], "out", "would both be written as 'x/1.png'"),
    "the chain": (["chain.png", "dog.png"], "out", "the picture of the chain"),
    "the chain as JPEG": (["chain.jpg"], "out", "the picture of the chain"),
    "file and folder": (["a.jpg", "a.png/b.jpg"], "out", "'a.png'"),
    "the same folder": (["dog.png"], "mine", "would lie in what is read"),
    "below": (["dog.jpg"], "mine/out/new", "would lie in what is read"),
    "around": (["dog.png"], ".", "holds what is read"),
    "by dots": (["dog.png"], "elsewhere/../mine", "would lie in what is read"),
    "by a link": (["dog.png"], "link_to_mine/new", "would lie in what is read"),
    "a linked class": (["dog.png"], "linked", "would lie in what is read"),
    "below a linked class": (["dog.png"], "linked/new", "would lie in what is read"),
}


@pytest.mark.parametrize("case", MEETING)
def test_translate_never_writes_over_an_input_or_twice(
    cli: Cli, trained: Path, tmp_path: Path, case: str
) -> None:
    names, output, message = MEETING[case]
    fill(tmp_path / "mine", names)
    (tmp_path / "elsewhere").mkdir()
    fill(tmp_path / "linked", ["cow.png"])
    if "linked" in output:
        (tmp_path / "mine" / "class").symlink_to(tmp_path / "linked")
    (tmp_path / "link_to_mine").symlink_to("mine")
    before = snapshot(tmp_path)
    step = ("translate", "--step", trained / "result", "--model", "standard")
    refused(
        cli(*step, "--images", tmp_path / "mine", "--output", tmp_path / output),
        message,
    )
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("place", ["train_A", "train_A/new", "result", "result/cells/new", "."])
def test_translate_writes_nothing_among_data_and_results(
    cli: Cli, trained: Path, tmp_path: Path, place: str
) -> None:
    mine, before = fill(tmp_path / "mine", ["dog.png"]), snapshot(trained)
    step = ("translate", "--step", trained / "result", "--model", "standard", "--images", mine)
    data = ("--data", f"A={trained / 'train_A'}", "--data", f"B={trained / 'train_B'}")
    refused(cli(*step, *data, "--output", trained / place), "what is read")
    assert snapshot(trained) == before


def test_translate_needs_no_training_data_for_ones_own_pictures(
    ganbench: Command, trained: Path, tmp_path: Path
) -> None:
    mine = fill(tmp_path / "mine", ["dog.jpg", "sub/cat.png"])
    step = ("translate", "--step", trained / "result", "--model", "standard")
    done = ganbench(*step, "--images", mine, "--output", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    made = snapshot(tmp_path / "out")
    assert {*made} == {"chain.png", "dog.png", "sub", "sub/cat.png"}
    assert Image.open(tmp_path / "out" / "dog.png").size == (16, 16)
    without = ganbench(*step, "--output", tmp_path / "test")
    assert without.returncode == 2 and "Traceback" not in without.stderr
    assert "--data A=DIR --data B=DIR" in without.stderr
    one = ganbench(*step, "--data", f"A={trained / 'train_A'}", "--output", tmp_path / "test")
    assert one.returncode == 2 and "give --data B=DIR, or" in one.stderr
    assert not (tmp_path / "test").exists()


def test_translate_can_be_given_again_and_replaces_nothing(
    cli: Cli, trained: Path, tmp_path: Path
) -> None:
    mine, out = fill(tmp_path / "mine", ["dog.jpg", "sub/cat.png"]), tmp_path / "out"
    step = ("translate", "--step", trained / "result", "--model", "standard", "--images", mine)
    assert cli(*step, "--output", out).exit_code == 0
    made = snapshot(out)
    assert cli(*step, "--output", out).exit_code == 0
    assert snapshot(out) == made
    fill(out, ["sub/cat.png"], seed=7)  # the user's own, by the name of an output
    (out / "dog.png").unlink()
    before = snapshot(out)
    refused(cli(*step, "--output", out), "there already, with other content: sub/cat.png")
    refused(cli(*step, "--times", 3, "--output", out), "2 files are there already")
    assert snapshot(out) == before
    (tmp_path / "file").write_text("mine")
    refused(cli(*step, "--output", tmp_path / "file"), "cannot be written")
    refused(cli(*step, "--output", tmp_path / "file" / "below"), "cannot be written")
    assert (tmp_path / "file").read_text() == "mine"


@pytest.mark.parametrize(
    "place", ["real/001.png", "fake/new.npz", "real_link/new.npz", "notes.txt"]
)
def test_features_are_written_over_nothing(cli: Cli, tmp_path: Path, place: str) -> None:
    names = [f"{i:03}.png" for i in range(12)]
    fill(tmp_path / "real", names, seed=1)
    fill(tmp_path / "fake", names, seed=2)
    (tmp_path / "real_link").symlink_to("real")
    (tmp_path / "notes.txt").write_text("mine")
    before = snapshot(tmp_path)
    score = ("score", tmp_path / "real", tmp_path / "fake", "--metrics", "fd")
    message = "a file is there already" if place == "notes.txt" else "would lie in what is read"
    refused(cli(*score, "--save-features", tmp_path / place), message)
    assert snapshot(tmp_path) == before


def test_features_of_the_same_command_may_be_there(cli: Cli, tmp_path: Path) -> None:
    names = [f"{i:03}.png" for i in range(12)]
    for seed, name in enumerate(("real", "fake", "other")):
        fill(tmp_path / name, names, seed)
    kept = tmp_path / "features.npz"
    score = ("score", tmp_path / "real")
    save = ("--metrics", "fd", "--save-features", kept)
    assert cli(*score, tmp_path / "fake", *save).exit_code == 0
    before = snapshot(tmp_path)
    assert cli(*score, tmp_path / "fake", *save).exit_code == 0
    refused(cli(*score, tmp_path / "other", *save), "a file is there already, with other content")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("place", ["A", "A/results", "B_link", ".", "photos", "photos/cells_of"])
def test_a_run_writes_nothing_among_data_or_other_things(
    cli: Cli, tmp_path: Path, place: str
) -> None:
    for name in ("A", "B", "photos", "photos/cells_of/cells"):
        fill(tmp_path / name, [f"{i}.png" for i in range(4)])
    (tmp_path / "B_link").symlink_to("B")
    before = snapshot(tmp_path)
    data = ("--data", f"A={tmp_path / 'A'}", "--data", f"B={tmp_path / 'B'}")
    run = ("run", "--task", "folder", "--models", "standard", "--preset", "smoke", *data)
    message = "this is no result folder" if "photos" in place else "what is read"
    for dry in ((), ("--dry-run",)):
        refused(cli(*run, *dry, "--output", tmp_path / place), message)
    assert snapshot(tmp_path) == before


def test_a_benchmark_of_the_users_is_not_replaced(cli: Cli, tmp_path: Path) -> None:
    claim = (
        '[[claims]]\nid = "a"\nfigure = "4"\ntext = "t"\ntask = "toy"\nmetric = "modes_covered"\n'
        'model = "standard"\nat_least = 1\n'
    )
    grid = 'models = ["standard"]\ntasks = ["toy"]\nseeds = 1\npreset = "smoke"\n'
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "benchmark.toml").write_bytes(f"# mine\r\n{grid}".encode())
    (tmp_path / "other.toml").write_text(grid + claim)
    before = snapshot(tmp_path)
    run = ("run", tmp_path / "other.toml", "--output", tmp_path / "mine")
    refused(cli(*run), "this is no result folder, for it has benchmark.toml")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("place", ["a", "a/all", "a/cells/all", "a_link/all", "file"])
def test_merge_writes_into_no_input(cli: Cli, tmp_path: Path, place: str) -> None:
    a = result_folder(tmp_path / "a", ready("standard", 0, 1.0))
    b = result_folder(tmp_path / "b", ready("standard", 1, 1.0))
    (tmp_path / "a_link").symlink_to("a")
    (tmp_path / "file").write_text("mine")
    before = snapshot(tmp_path)
    is_there = place in ("a", "file")
    message = "there already" if is_there else "would lie in what is read"
    refused(cli("merge", a, b, "-o", tmp_path / place), message)
    assert snapshot(tmp_path) == before


def test_merge_leaves_a_folder_alone_that_is_named_as_its_own_were(
    cli: Cli, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a = result_folder(tmp_path / "all.partial", ready("standard", 0, 1.0))
    b = result_folder(tmp_path / "b", ready("standard", 1, 1.0))
    (tmp_path / "empty").mkdir()
    (tmp_path / "all_link").symlink_to("empty")
    before = snapshot(a)
    (tmp_path / "here").mkdir()
    for output in (tmp_path / "all", tmp_path / "all_link", tmp_path / "new" / "all"):
        assert cli("merge", a, b, "-o", output).exit_code == 0
        assert (output / "rows.jsonl").read_text().count("\n") == 2
        assert {path.name for path in (output / "cells").iterdir()} == {"standard-0", "standard-1"}
    monkeypatch.chdir(tmp_path / "here")
    assert cli("merge", a, b, "-o", ".").exit_code == 0
    assert Path("rows.jsonl").is_file()
    assert snapshot(a) == before and (tmp_path / "all_link").is_symlink()
    assert not list(tmp_path.rglob(".ganbench-*"))


@pytest.mark.parametrize("kind", ["file", "link", "link to nothing"])
def test_new_leaves_what_is_there(cli: Cli, tmp_path: Path, kind: str) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    target = tmp_path / "my_gan.py"
    if kind == "file":
        target.write_text("mine")
    else:
        target.symlink_to("mine.txt" if kind == "link" else "nothing")
    before = snapshot(tmp_path)
    refused(cli("new", "model", "my_gan", "--folder", tmp_path), "there already")
    assert snapshot(tmp_path) == before


@pytest.mark.parametrize("kind", ["file", "link to a file", "link to nothing"])
def test_data_prepare_leaves_what_is_there(cli: Cli, tmp_path: Path, kind: str) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    target = tmp_path / "fashion_mnist"
    if kind == "file":
        target.write_text("mine")
    else:
        target.symlink_to("mine.txt" if kind == "link to a file" else "nothing")
    before = snapshot(tmp_path)
    done = cli("data", "prepare", "fashion_mnist", "--offline", "--data-dir", tmp_path)
    refused(done, "is left as it is")
    assert snapshot(tmp_path) == before


PART = st.sampled_from(["a", "b", "chain", "a.png"])
NAME = st.builds(
    "{}{}{}".format,
    st.sampled_from(["", "a/", "a.png/"]),
    PART,
    st.sampled_from([".png", ".jpg", ".PNG"]),
)


@given(names=st.lists(NAME, unique=True, max_size=5))
def test_outputs_have_names_of_their_own_or_are_refused(names: list[str]) -> None:
    try:
        found = output_names(names)
    except UserError:
        return
    every = [*found, "chain.png"]
    assert len({*every}) == len(names) + 1
    assert not any(one.startswith(f"{other}/") for one in every for other in every)


@settings(deadline=None, max_examples=30)
@given(
    there=st.dictionaries(st.sampled_from(["a", "b", "s/c", "s/t/d"]), st.binary(max_size=3)),
    wanted=st.dictionaries(
        st.sampled_from(["a", "b", "s/c", "s/t/d"]), st.binary(max_size=3), min_size=1
    ),
)
def test_new_files_come_all_or_none(
    there: dict[str, bytes], wanted: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> None:
    base = tmp_path_factory.mktemp("new")
    for name, data in there.items():
        put(base / "out" / name, data)
    before = snapshot(base)
    clash = [name for name in wanted if there.get(name, wanted[name]) != wanted[name]]
    try:
        with new_files(base / "out", "--output") as folder:
            for name, data in wanted.items():
                put(folder / name, data)
    except UserError as error:
        assert clash and all(name in str(error) for name in sorted(clash)[:3])
        assert snapshot(base) == before
        return
    files = {name: data for name, data in snapshot(base).items() if data != "folder"}
    assert not clash
    assert files == {f"out/{name}": data for name, data in (there | wanted).items()}


def test_what_was_begun_is_taken_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The third file cannot be moved: another disk, say."""
    (tmp_path / "out").mkdir()
    moved: list[object] = []
    move = os.replace

    def fail(source: Path, target: Path) -> None:
        if len(moved) == 2:
            raise OSError(18, "Invalid cross-device link")
        moved.append(target)
        move(source, target)

    monkeypatch.setattr("ganbench.core.files.os.replace", fail)
    with pytest.raises(UserError, match="Invalid"), new_files(tmp_path / "out", "-o") as folder:
        for name in ("a", "s/b", "s/c"):
            put(folder / name, b"x")
    assert len(moved) == 2 and snapshot(tmp_path) == {"out": "folder"}


def test_two_names_of_one_file_are_told(tmp_path: Path) -> None:
    """As on a disk that takes `Cat.png` for `cat.png`."""
    with pytest.raises(UserError, match="one file on this disk"), new_files(tmp_path, "-o") as made:
        put(made / "cat.png", b"x")
        (made / "Cat.png").hardlink_to(made / "cat.png")
        put(made / "Cat.png", b"y")
    assert not list(tmp_path.iterdir())


def test_a_folder_is_known_by_any_of_its_names(tmp_path: Path) -> None:
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "circle").symlink_to("circle")
    inside = ("a", "a/b/new/er", "link", "link/b", "a/../a/b", "link/./new")
    assert all(holds(tmp_path / "a", tmp_path / name) for name in inside)
    assert not any(holds(tmp_path / "a", tmp_path / n) for n in ("ab", "", "circle/x", "b", "a/.."))
    assert not holds(tmp_path / "nothing", tmp_path / "nothing" / "new")
