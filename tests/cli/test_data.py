"""`ganbench data` as a user runs it: messages, exit codes, and nothing without being asked."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import CliRunner
from PIL import Image

from ganbench.cli.main import main
from ganbench.core.source_hash import PACKAGE_DIR

Done = subprocess.CompletedProcess[str]
Data = Callable[..., Done]

# The real command, but the catalogue's shoes are read by the stand-in of tests/data.
DRIVER = """
from dataclasses import replace
from ganbench.data.datasets import catalogue
catalogue.CATALOGUE = tuple(
    replace(s, reader="tests.data.stand_in:list_people") if s.name == "edges2shoes" else s
    for s in catalogue.CATALOGUE
)
from ganbench.cli.main import main
main(prog_name="ganbench")
"""


@pytest.fixture
def data(tmp_path: Path) -> Data:
    """Runs `ganbench data ARGS` with an empty data folder and no way to a network."""

    def run(*args: str | Path) -> Done:
        env = {
            **os.environ,
            "GANBENCH_DATA": str(tmp_path / "data"),
            "PYTHONPATH": str(PACKAGE_DIR.parent),
            "COLUMNS": "120",
            "http_proxy": "http://127.0.0.1:9",
            "https_proxy": "http://127.0.0.1:9",
            "no_proxy": "",
            "NO_PROXY": "",
        }
        command = [sys.executable, "-c", DRIVER, "data", *map(str, args)]
        return subprocess.run(command, capture_output=True, text=True, env=env, check=False)

    return run


@pytest.fixture
def shoes(tmp_path: Path) -> Path:
    buffer = BytesIO()
    Image.new("RGB", (8, 8)).save(buffer, "PNG")
    with tarfile.open(tmp_path / "edges2shoes.tar.gz", "w:gz") as tar:
        for name in ("train/1_AB.png", "train/2_AB.png", "val/1_AB.png"):
            info = tarfile.TarInfo(f"edges2shoes/{name}")
            info.size = len(buffer.getvalue())
            tar.addfile(info, BytesIO(buffer.getvalue()))
    return tmp_path / "edges2shoes.tar.gz"


def told(code: int, output: str, *parts: str) -> None:
    assert code == 2, output
    assert "Traceback" not in output
    for part in parts:
        assert part in output, output


def test_list(data: Data, tmp_path: Path) -> None:
    shown = data("list")
    assert shown.returncode == 0, shown.stderr
    for part in ("cad_cars", "celeba", "by hand", "download", "MIT", str(tmp_path / "data")):
        assert part in shown.stdout
    (tmp_path / "data" / "celeba").mkdir(parents=True)
    (tmp_path / "data" / "celeba" / "list.txt").touch()
    sets = json.loads(data("list", "--format", "json").stdout)["data_sets"]
    assert [s["name"] for s in sets if s["is_there"]] == ["celeba"]
    assert {s["name"]: s["get"] for s in sets}["facescrub"] == "by hand"


def test_prepare_verify_and_again(data: Data, shoes: Path, tmp_path: Path) -> None:
    folder = tmp_path / "data" / "edges2shoes"
    first = data("prepare", "edges2shoes", "--archive", shoes)
    assert first.returncode == 0, first.stderr
    assert f"--data edges2shoes={folder}" in first.stdout
    assert "no checksum is published" in first.stderr and "licence:" in first.stderr
    again = data("prepare", "edges2shoes")
    assert (again.returncode, again.stdout) == (0, first.stdout)
    assert "already prepared" in again.stderr
    checked = data("verify", "edges2shoes")
    assert checked.returncode == 0, checked.stderr
    for part in ("pictures                3", "identities              2", "3 sampled pictures"):
        assert part in checked.stdout
    (folder / "train" / "2_AB.png").write_bytes(b"nonsense")
    broken = data("verify", "edges2shoes", folder)
    assert broken.returncode == 1
    assert "1 files of 3 sampled pictures are broken" in broken.stderr
    assert "2_AB.png" in broken.stderr


def test_a_wrong_layout(data: Data, tmp_path: Path) -> None:
    done = data("verify", "edges2shoes", tmp_path)
    told(done.returncode, done.stderr, "no PERSON/*.png", "give the folder of the people")


def test_no_network(data: Data, tmp_path: Path) -> None:
    done = data("prepare", "edges2handbags")
    told(done.returncode, done.stderr, "cannot be downloaded: ProxyError", "berkeley.edu")
    assert not [file for file in tmp_path.rglob("*") if file.is_file()]


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["prepare", "edges2shoe"], ["unknown data set 'edges2shoe'", "'edges2shoes'?"]),
        (["verify", "celebA", "."], ["did you mean 'celeba'?"]),
        (["prepar", "celeba"], ["no command 'prepar'", "did you mean 'prepare'?"]),
        (["verify", "celeba", "no"], ["no folder of 'celeba'", "ganbench data prepare celeba"]),
        (["verify", "celeba"], ["no folder of 'celeba'"]),
        (["prepare", "cad_cars", "--archive", "no.tar"], ["no such archive", "no.tar"]),
        (["prepare", "facescrub", "--archive", "no.tar"], ["no archive that could be unpacked"]),
        (["prepare", "celeba"], ["only be had from its owner", "1. read the terms", "4. run"]),
        (["prepare", "basel_faces", "--offline"], ["missing: BaselFaceModel.tgz", "register"]),
        (["prepare", "facescrub"], ["facescrub/actors/face"]),
        (
            ["prepare", "fashion_mnist", "--offline"],
            ["--offline downloads nothing", "8d4fb7e6c68d591d4c3dfef9ec88bf0d", "t10k-labels"],
        ),
    ],
)
def test_mistakes(
    arguments: list[str], parts: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GANBENCH_DATA", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)
    result = CliRunner().invoke(main, ["data", *arguments])
    told(result.exit_code, result.output, *parts)
    assert not (tmp_path / "data").exists()


def test_a_published_checksum(shoes: Path, tmp_path: Path) -> None:
    given = ["data", "prepare", "cad_cars", "--data-dir", str(tmp_path), "--archive", str(shoes)]
    result = CliRunner().invoke(main, given)
    told(result.exit_code, result.output, "wrong checksum", "4e866a7919c1beedf53964e6f7a23686")
    assert not (tmp_path / "cad_cars").exists()
