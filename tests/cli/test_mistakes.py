"""A user's mistake gives one message with what, where and the fix; exit code 2; no traceback."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from click.testing import CliRunner, Result
from PIL import Image

from ganbench.cli.main import main

CARS = ("run", "--models", "recon", "--task", "car2car")
RUN = ("run", "--models", "standard", "--task", "toy", "--preset", "smoke")


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(a) for a in arguments])


def told(result: Result, *parts: str) -> None:
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit | None)
    assert "Traceback" not in result.output
    for part in parts:
        assert part in result.output, result.output


@pytest.mark.parametrize(
    ("arguments", "parts"),
    [
        (["runn"], ["no command 'runn'", "did you mean 'run'?"]),
        (["run", "--modles", "x"], ["--modles", "--models"]),
        (["run", "--models", "dicsogan", "--task", "toy"], ["model 'dicsogan'", "'discogan'"]),
        (["run", "--models", "recon", "--task", "car2cra"], ["task 'car2cra'", "'car2car'"]),
        ([*RUN, "--metrics", "mods"], ["unknown metric 'mods'", "'modes'"]),
        ([*RUN, "--set", "standard.learning_rate=1"], ["option 'learning_rate'", "known: "]),
        ([*RUN, "--set", "standard.feat_shar=1"], ["option 'feat_shar'", "'feat_share'"]),
        ([*RUN, "--set", "toy.sigma_C=1"], ["option 'sigma_C'", "'sigma_"]),
        ([*RUN, "--set", "standrad.lr=1"], ["'standrad'", "did you mean 'standard'?"]),
        ([*RUN, "--set", "standard.lr"], ["is not NAME.key=value"]),
        ([*RUN, "--set", "standard.lr=fast"], ["'fast' is not a number"]),
        ([*RUN, "--set", "standard.lr=nan"], ["not a finite number"]),
        ([*RUN, "--set", "standard.lr=-1"], ["lr=-1.0 is out of range"]),
        ([*RUN, "--set", "standard.schedule=D,X"], ["schedule=D,X", "such as D,G,G"]),
        ([*RUN, "--set", "standard.batch_size=1.5"], ["not a whole number"]),
        (
            [*RUN, "--set", "standard.augment=noise"],
            ["points cannot be augmented", "leave augment"],
        ),
        ([*RUN, "--set", "standard.augment=nois"], ["augmentation 'nois'", "'noise'"]),
        ([*RUN, "--set", "standard.ema_kimg=-1"], ["ema_kimg=-1.0 is out of range"]),
        ([*RUN, "--preset", "quik"], ["unknown preset 'quik'", "'quick'"]),
        ([*RUN, "--recipe", "papr"], ["unknown recipe 'papr'", "'paper'"]),
        ([*RUN, "--recipe", "thorough"], ["--recipe, model standard for points", "known: code"]),
        ([*RUN, "--set", "standard.starts_by=looks"], ["'looks'", "known: distances, likeness"]),
        ([*RUN, "--seeds", "0"], ["--seeds", "1 to 100,000"]),
        ([*RUN, "--checkpoint-every", "often"], ["neither steps", "30s"]),
        ([*RUN, "--compile=maybe"], ["'maybe' is none of always, auto"]),
        ([*RUN, "--compile", "maybe"], ["maybe", "benchmark"]),
        ([*RUN, "--set", "network=stylegan2"], ["network for points", "plain"]),
        ([*RUN, "--seed-list", "a"], ["no list of whole numbers"]),
        ([*RUN, "--seeds", "2", "--seed-list", "1"], ["exclude each other"]),
        ([*RUN, "--plugins", "/no/such/dir"], ["plugin folder does not exist"]),
        ([*RUN, "--plugins", __file__], ["this is a file", f"--plugins {Path(__file__).parent}"]),
        (["curves", ".", "-o", "c.png"], ["the output is a folder", "such as c"]),
        ([*RUN, "--data", "A"], ["is not NAME=PATH"]),
        ([*RUN, "--max-seeds", "9"], ["none are added", "give --until-decided"]),
        ([*RUN, "--data", "A=/tmp"], ["cannot use this --data", "no --data at all"]),
        (["table", "/no/such/run"], ["no such result folder"]),
        (["movie", "/no/such/run"], ["no such result folder"]),
        (["run", "--models", ",", "--task", "toy"], ["no name is given", "--models"]),
        (["run", "--models", "recon"], ["no name is given", "--task"]),
        (["run", "no-such-file.toml"], ["benchmark file cannot be read", "no-such-file.toml"]),
        ([*RUN, "--references", "orcale"], ["unknown reference 'orcale'", "'oracle'"]),
        ([*RUN, "--split", "train"], ["--split", "validation"]),
        (["claims", "/no/such/run"], ["no such result folder"]),
        (["compare", "/no/such/run"], ["no such result folder"]),
        (
            [*CARS, "--size", "48"],
            ["power of two", "network 'plain' halve it down", "task car2car"],
        ),
        (
            [*CARS, "--set", "network=stylegan2", "--size", "512"],
            ["doubles 4 px until it has the size", "network 'stylegan2'", "choose 16"],
        ),
        ([*RUN, "--size", "64"], ["task toy has points, not images", "drop --size"]),
    ],
)
def test_mistakes(arguments: list[str], parts: list[str]) -> None:
    told(call(*arguments), *parts)


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a CUDA device")
def test_cuda_where_there_is_none() -> None:
    for asked in ("cuda", "cuda:0,1"):
        told(call(*RUN, "--device", asked), "no cuda device", f"--device {asked}", "--device cpu")


def test_a_device_that_is_none_and_a_number_of_cells_where_there_is_no_gpu() -> None:
    told(call(*RUN, "--device", "gpu"), "'gpu' is no device", "cuda:0,2")
    told(call(*RUN, "--device", "cpu", "--per-device", "auto"), "--per-device auto", "--workers")
    told(call(*RUN, "--per-device", "none"), "neither auto nor a number of cells")


def test_an_unwritable_output(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    told(call(*RUN, "--output", tmp_path / "file" / "out"), "cannot be written", "--output")


def test_a_folder_without_rows(tmp_path: Path) -> None:
    told(call("table", tmp_path), "no rows yet", "ganbench run")


def test_nonsense_in_the_rows(tmp_path: Path) -> None:
    (tmp_path / "rows.jsonl").write_text("nonsense\n")
    told(call("table", tmp_path), "line 1 is no row", "rows.jsonl")


def folders(tmp_path: Path) -> tuple[Path, Path]:
    for name, shade in (("A", 40), ("B", 200)):
        (tmp_path / name).mkdir()
        for i in range(6):
            Image.new("RGB", (20, 24), (shade, 10 * i, 0)).save(tmp_path / name / f"{i}.png")
    return tmp_path / "A", tmp_path / "B"


def folder_run(a: Path, b: Path, output: Path, cache_dir: Path) -> tuple[str | Path, ...]:
    return (
        *("run", "--models", "recon", "--task", "folder", "--preset", "smoke", "--seeds", "1"),
        *("--data", f"A={a}", "--data", f"B={b}", "--output", output, "--cache-dir", cache_dir),
    )


def test_bad_folders(tmp_path: Path, cache_dir: Path) -> None:
    a, b = folders(tmp_path)
    out = tmp_path / "out"
    told(call(*folder_run(tmp_path / "nowhere", b, out, cache_dir)), "does not exist", "nowhere")
    (tmp_path / "empty").mkdir()
    told(call(*folder_run(tmp_path / "empty", b, out, cache_dir)), "no images", "empty")
    told(call(*folder_run(a, a, out, cache_dir)), "the same folder")
    (b / "broken.png").write_bytes((b / "0.png").read_bytes()[:40])
    told(call(*folder_run(a, b, out, cache_dir)), "1 of 7 images cannot be read", "broken.png")
    missing_b = ("run", "--models", "recon", "--task", "folder", "--data", f"A={a}")
    told(call(*missing_b), "--data A=DIR --data B=DIR")


def test_bad_mesh_folders(tmp_path: Path, cache_dir: Path) -> None:
    arguments = ("run", "--models", "standard", "--task", "car2car", "--preset", "smoke")
    common = ("--output", tmp_path / "out", "--cache-dir", cache_dir)
    told(call(*arguments, *common, "--data", f"meshes={tmp_path / 'no'}"), "no such mesh folder")
    (tmp_path / "meshes").mkdir()
    told(call(*arguments, *common, "--data", f"meshes={tmp_path / 'meshes'}"), "no mesh file")
    (tmp_path / "meshes" / "car.obj").write_text("nonsense")
    told(call(*arguments, *common, "--data", f"meshes={tmp_path / 'meshes'}"), "car.obj")


def test_a_broken_plugin_is_listed_and_the_rest_works(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("class Broken(Model\n")
    listed = call("list", "--plugins", tmp_path)
    assert listed.exit_code == 0
    assert "broken" in listed.output and "line 1: syntax error" in listed.output
    assert "discogan" in listed.output
    told(
        call("run", "--models", "broken", "--task", "toy", "--plugins", tmp_path),
        "cannot be loaded",
        "broken.py",
    )


def test_info_names_versions_devices_and_cache(cache_dir: Path) -> None:
    shown = call("info", "--cache-dir", cache_dir)
    assert shown.exit_code == 0
    for part in ("ganbench", "torch", "python", "cpu", "cuda", str(cache_dir)):
        assert part in shown.output


@pytest.mark.parametrize("own", ["cells", "figures"])
def test_no_output_goes_among_what_belongs_to_a_result(own: str, tmp_path: Path) -> None:
    other = tmp_path / "other"
    (other / own).mkdir(parents=True)
    (other / "rows.jsonl").touch()
    place = str(other / own / "new")
    (tmp_path / "third" / "cells" / f"0123{0:012x}").mkdir(parents=True)
    commands = (
        [*RUN, "--output", place, "--dry-run"],
        ["merge", str(tmp_path / "third"), "-o", place],
        ["export", "0123", "--to", place, "--output", str(tmp_path / "third")],
    )
    for arguments in commands:
        told(CliRunner().invoke(main, arguments), f"among the {own} of the result {other}")
    beside = CliRunner().invoke(main, [*RUN, "--output", str(other / "new"), "--dry-run"])
    assert beside.exit_code == 0, beside.output
