"""Files whose names are bytes that are no text in UTF-8, as old archives leave them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner, Result
from hypothesis import given
from hypothesis import strategies as st
from msgspec import structs
from PIL import Image

from ganbench.cli.main import main
from ganbench.core.errors import UserError, printable
from ganbench.results.folder import append_row, read_rows
from tests.conftest import Command
from tests.reporting.test_tables import row

ODD = os.fsdecode(b"caf\xe9")
TOLD = "caf\\udce9"
Cli = Callable[..., Result]


@pytest.fixture(autouse=True)
def odd_names_can_be_had(tmp_path: Path) -> None:
    try:
        (tmp_path / f"{ODD}.probe").touch()
        (tmp_path / f"{ODD}.probe").unlink()
    except OSError:
        pytest.skip("this file system has no such names")


@pytest.fixture
def cli(cache_dir: Path, monkeypatch: pytest.MonkeyPatch) -> Cli:
    """The command line in this process."""
    monkeypatch.setenv("GANBENCH_CACHE", str(cache_dir))
    return lambda *args: CliRunner().invoke(main, [str(arg) for arg in args])


def fill(folder: Path, seed: int, count: int = 12) -> Path:
    folder.mkdir(parents=True)
    rng = np.random.default_rng(seed)
    for i in range(count):
        pixels = rng.integers(256, size=(20, 20, 3), dtype=np.uint8)
        Image.fromarray(pixels).save(folder / f"{ODD}{i}.png")
    return folder


def told(done: Result, code: int, *texts: str) -> None:
    assert done.exit_code == code, (done.output, done.exception)
    assert all(text in done.output for text in texts) and "Traceback" not in done.output


def test_folders_are_scored_and_broken_files_named(cli: Cli, tmp_path: Path) -> None:
    real, fake = fill(tmp_path / f"{ODD}_real", 1), fill(tmp_path / "fake", 2)
    kept = tmp_path / f"{ODD}.npz"
    score = ("score", real, fake, "--metrics", "fd")
    told(cli(*score, "--json", "--save-features", kept), 0)
    assert kept.is_file()
    (fake / f"{ODD}3.png").write_bytes(b"no picture")
    told(cli(*score), 2, f"{TOLD}3.png")
    told(cli(*score, "--skip-unreadable"), 0, f"{TOLD}3.png")
    told(cli(*score, "--save-features", fake / f"{ODD}1.png"), 2, "would lie in what is read")


def test_models_are_trained_and_applied(ganbench: Command, cli: Cli, tmp_path: Path) -> None:
    a, b = fill(tmp_path / "A", 1, 30), fill(tmp_path / f"{ODD}_B", 2, 30)
    (b / "labels.csv").write_bytes(b"file,azimuth_deg\ncaf\xe90.png,10\n")
    out = tmp_path / "out"
    run = ("run", "--task", "folder", "--models", "standard", "--preset", "smoke", "--seeds", "1")
    data = ("--data", f"A={a}", "--data", f"B={b}", "--references", "none", "--output", out)
    told(cli(*run, *data), 2, "labels.csv")
    (b / "labels.csv").unlink()
    told(
        cli(*run, *data, "--output", tmp_path / f"{ODD}_out"), 2, f"{TOLD}_out", "no text in UTF-8"
    )
    done = ganbench(*run, *data)
    assert done.returncode == 0, done.stderr
    step = ("translate", "--step", out, "--model", "standard", "--output", tmp_path / "t")
    told(cli(*step, "--images", b), 0)
    assert {path.name for path in (tmp_path / "t").iterdir()} == {
        "chain.png",
        *(f"{ODD}{i}.png" for i in range(30)),
    }
    (b / f"{ODD}1.jpg").write_bytes((b / f"{ODD}1.png").read_bytes())
    told(cli(*step, "--images", b), 2, f"{TOLD}1.jpg' and '{TOLD}1.png'")
    told(cli("table", out, "--format", "json"), 0)
    told(cli("merge", out, "-o", tmp_path / f"{ODD}_all"), 2, f"{TOLD}_all", "no text in UTF-8")
    out.rename(tmp_path / f"{ODD}_out")
    step = ("translate", "--step", tmp_path / f"{ODD}_out", *step[3:])
    told(cli(*step, "--images", a), 2, f"--step {tmp_path}/{TOLD}_out", "no text in UTF-8")
    told(cli("table", tmp_path / f"{ODD}_out"), 0)


@pytest.mark.broad
def test_meshes_are_rendered_and_broken_ones_named(ganbench: Command, tmp_path: Path) -> None:
    corners = "v 0 0 0\nv 1 0 0\nv 0 1 {}\nv 0 0 1\n"
    faces = "f 1 2 3\nf 1 2 4\nf 1 3 4\nf 2 3 4\n"
    (tmp_path / "meshes").mkdir()
    for i in range(8):
        (tmp_path / "meshes" / f"{ODD}{i}.obj").write_text(corners.format(i + 1) + faces)
    (tmp_path / "meshes" / f"{ODD}x.obj").write_text("v nothing\n")
    done = ganbench(
        *("run", "--task", "car2car", "--models", "standard", "--preset", "smoke", "--seeds", "1"),
        *("--steps", "1", "--references", "none", "--skip-unreadable"),
        *("--data", f"meshes={tmp_path / 'meshes'}", "--output", tmp_path / "out"),
    )
    assert done.returncode == 0, done.stderr
    assert f"{TOLD}x.obj" in done.stderr and "Traceback" not in done.stderr


def test_data_sets_are_read_and_plugins_found(cli: Cli, tmp_path: Path) -> None:
    folder = tmp_path / ODD
    for name in ("train", "val"):
        (folder / ODD / name).mkdir(parents=True)
        Image.new("RGB", (64, 32)).save(folder / ODD / name / "1_AB.jpg")
    told(cli("data", "verify", "edges2shoes", folder), 0, TOLD)
    told(cli("data", "verify", "edges2handbags", tmp_path), 2, f"which holds {TOLD}")
    told(cli("new", "model", "my_gan", "--folder", tmp_path / f"{ODD}_plugins"), 0, TOLD)
    told(cli("list", "--plugins", tmp_path / f"{ODD}_plugins"), 0, "my_gan")
    told(cli("table", tmp_path / f"{ODD}_none"), 2, f"{TOLD}_none")


@given(text=st.text(st.characters(codec=None, categories=None)) | st.text("\udce9\ud83d\ude00a\\"))
def test_any_text_can_be_printed_and_plain_text_is_left_alone(text: str) -> None:
    shown = printable(text)
    shown.encode()
    assert printable(shown) == shown
    str(UserError(text, text, text)).encode()
    try:
        text.encode()
    except UnicodeEncodeError:
        assert shown != text
    else:
        assert shown == text


@pytest.mark.parametrize("reason", [ODD, f"😀 \\udon {ODD}", "😀", "\\udce9"])
def test_rows_with_such_names_are_read_again(tmp_path: Path, reason: str) -> None:
    given_row = structs.replace(
        row("standard", 0, 1.0), status="failed", reason=reason, protocol={reason: [reason]}
    )
    append_row(tmp_path, given_row)
    (found,) = read_rows(tmp_path).rows
    assert found.reason == printable(reason)
    assert json.loads((tmp_path / "rows.jsonl").read_text())["protocol"] == {
        printable(reason): [printable(reason)]
    }
