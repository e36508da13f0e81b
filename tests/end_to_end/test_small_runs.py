"""The real command on small jobs: other ways to ask, what stops it, and a plugin of one's own."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ganbench.results.folder import ROWS, read_rows
from tests.conftest import Command, Start
from tests.end_to_end.raises import RAISES
from tests.end_to_end.test_run import rows
from tests.events import AT_SECOND_CELL, end_of, hooked, wait_for


def check_figure_4(out: Path) -> None:
    """The B plane: translations before and after, D_B's opinion of it, one picture of all."""
    for row in rows(out):
        with np.load(out / "cells" / row.cell / "arrays.npz") as arrays:
            assert ("AB/judged" in arrays) == (not row.is_reference)
            if row.is_reference:
                continue
            assert arrays["AB/judged"].min() >= 0 and arrays["AB/judged"].max() <= 1
            assert arrays["AB/initial_points"].shape == arrays["AB/points"].shape
            assert not np.array_equal(arrays["AB/initial_points"], arrays["AB/points"])
    picture = np.asarray(Image.open(out / "figures" / "toy-points.png").convert("RGB"))
    assert len(np.unique(picture.reshape(-1, 3), axis=0)) > 100


def test_a_benchmark_file_is_run_and_its_claims_judged(ganbench: Command, tmp_path: Path) -> None:
    file, out = tmp_path / "tiny.toml", tmp_path / "out"
    file.write_text(
        'models = ["standard", "discogan"]\ntasks = ["toy"]\nseeds = 2\npreset = "smoke"\n'
        "[set.toy]\nsigma_A = 0.2\n[set.discogan]\nlambda_rec = 2\n"
        '[[claims]]\nid = "first"\nfigure = "4"\ntext = "t"\ntask = "toy"\n'
        'metric = "mode_collisions"\nbetter = "discogan"\nworse = "standard"\n'
        '[[claims]]\nid = "second"\nfigure = "4"\ntext = "t"\ntask = "toy"\n'
        'metric = "modes_covered"\nmodel = "discogan"\nat_least = 11\n'
    )
    done = ganbench("run", file, "--output", out)
    assert done.returncode == 0, done.stderr
    assert "claims · toy" in done.stdout and "second" in done.stdout
    assert {(r.seed, r.options["sigma_A"]) for r in rows(out)} == {(0, 0.2), (1, 0.2)}
    check_figure_4(out)
    told = ganbench("claims", out, "--format", "json")
    claims = {claim["id"]: claim for claim in json.loads(told.stdout)["claims"]}
    assert claims["first"]["verdict"] == "undecided" and claims["first"]["n"] == 2
    assert claims["second"]["verdict"] == "not replicated"
    keys = {"id", "figure", "verdict", "effect", "ci_low", "ci_high", "p", "n"}
    assert keys <= claims["first"].keys()
    fewer = ("run", file, "--output", out, "--seeds", "1", "--references", "none")
    assert "cells: 2, to do: 0" in ganbench(*fewer).stderr
    assert "cells: 1, to do: 0" in ganbench(*fewer, "--models", "standard").stderr


def test_the_validation_split_is_a_table_of_its_own(ganbench: Command, tmp_path: Path) -> None:
    arguments = ("run", "--models", "standard", "--task", "toy", "--preset", "smoke")
    for split in ("validation", "test"):
        done = ganbench(*arguments, "--seeds", "1", "--split", split, "--output", tmp_path)
        assert done.returncode == 0, done.stderr
        assert ("· validation split" in done.stdout) == (split == "validation")
    scores = {r.split: r.metrics for r in rows(tmp_path) if r.model == "oracle"}
    assert scores["validation"] != scores["test"]


def test_fid_without_weights_is_skipped_and_the_rest_is_scored(
    ganbench: Command, tmp_path: Path
) -> None:
    done = ganbench(
        *("run", "--models", "standard", "--task", "car2car", "--preset", "smoke", "--seeds", "1"),
        *("--references", "none", "--metrics", "fid", "--offline", "--output", tmp_path),
    )
    assert done.returncode == 0, done.stderr
    (row,) = rows(tmp_path)
    assert str(row.metrics["fid"]).startswith("skipped: the weights weights-inception")
    assert "--weights-dir" in str(row.metrics["kid"])
    assert isinstance(row.metrics["kd_efficientnet_lite0"], float)
    assert "inception_v3" not in row.protocol["metrics"]


def test_a_set_smaller_than_a_batch_is_told(ganbench: Command, tmp_path: Path) -> None:
    done = ganbench(
        *("run", "--models", "standard", "--task", "toy", "--preset", "smoke", "--steps", "2"),
        *("--seeds", "1", "--output", tmp_path, "--references", "none", "--batch-size", "128"),
        *("--set", "toy.train_samples=100"),
    )
    assert done.returncode == 0, done.stderr
    assert "toy: domain A has 100 training samples, fewer than a batch of 128" in done.stderr
    assert "--batch-size 100" in done.stderr


def test_dry_run_lists_and_writes_nothing(ganbench: Command, tmp_path: Path) -> None:
    done = ganbench(
        *("run", "--models", "standard", "--task", "toy", "--dry-run"),
        *("--seed-list", "3,7", "--output", tmp_path / "out", "--references", "none"),
    )
    assert done.returncode == 0
    assert "seed 3" in done.stdout and "cells: 2, to do: 2" in done.stdout
    assert not (tmp_path / "out").exists()


def test_values_of_an_option_are_compared(ganbench: Command, tmp_path: Path) -> None:
    """Listed, trained and printed side by side, each by what differs."""
    asked = (
        *("run", "--models", "recon", "--task", "toy", "--preset", "smoke", "--steps", "2"),
        *("--seeds", "1", "--output", tmp_path, "--references", "none"),
        *("--set", "recon.lambda_rec=1,10", "--set", "recon.lambda_rec=3"),
    )
    listed = ganbench(*asked, "--dry-run")
    assert "recon (lambda_rec=10.0)  seed 0" in listed.stdout
    done = ganbench(*asked)
    assert done.returncode == 0, done.stderr
    assert {row.hparams["lambda_rec"] for row in rows(tmp_path)} == {1.0, 3.0, 10.0}
    told = done.stdout.splitlines()  # a path a line, to be copied
    assert f"rows:   {tmp_path / ROWS}" in told
    assert f"again:  `ganbench table {tmp_path}` prints the tables" in told
    printed = ganbench("table", tmp_path, "--format", "csv").stdout
    assert all(f"recon (lambda_rec={value})" in printed for value in (1.0, 3.0, 10.0))


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
def test_an_interrupted_run_goes_on(
    start_command: Start, tmp_path: Path, ganbench: Command
) -> None:
    """Ctrl-C as the second of two cells writes its first losses, at a twelfth of its training."""
    arguments = [
        *("run", "--models", "standard", "--task", "toy", "--preset", "smoke", "--seeds", "2"),
        *("--steps", "600", "--together", "1", "--workers", "1", "--references", "none"),
        *("--output", str(tmp_path / "out")),
    ]
    hook = hooked(tmp_path / "hook", AT_SECOND_CELL)
    started = start_command(*arguments, hook=hook)
    _, errors = end_of(started)
    assert started.returncode == 130, errors
    assert "Traceback" not in errors and "goes on from here" in errors
    kept = (tmp_path / "out" / ROWS).read_text()
    done = ganbench(*arguments)
    assert done.returncode == 0, done.stderr
    assert "cells: 2, to do: 1" in done.stderr
    assert (tmp_path / "out" / ROWS).read_text().startswith(kept)
    assert {(r.seed, r.status) for r in rows(tmp_path / "out")} == {(0, "done"), (1, "done")}


@pytest.mark.skipif(not Path("/proc").is_dir(), reason="looks at /proc")
def test_workers_end_with_a_killed_run(start_command: Start, tmp_path: Path) -> None:
    out = tmp_path / "out"
    started = start_command(
        *("run", "--models", "standard", "--task", "toy", "--preset", "smoke"),
        *("--steps", "1000000", "--seeds", "1", "--output", out),
    )

    def children() -> list[str]:
        stats = [f.read_text() for f in Path("/proc").glob("[0-9]*/stat") if f.exists()]
        return [s.split()[0] for s in stats if s.rsplit(")", 1)[1].split()[1] == str(started.pid)]

    wait_for(lambda: bool(list(out.glob("cells/*/losses.csv"))), started)
    workers = children()
    assert workers
    started.kill()
    end_of(started)
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in workers))


@pytest.mark.broad
def test_python_api_gives_a_frame(cache_dir: Path, tmp_path: Path) -> None:
    import ganbench

    frame = ganbench.run(
        models=["standard"],
        tasks=["toy"],
        seeds=2,
        preset="smoke",
        references=[],
        output=tmp_path,
        cache_dir=cache_dir,
        workers=1,
        together=2,
    )
    assert list(frame["seed"]) == [0, 1]
    assert {row.provenance["together"] for row in read_rows(tmp_path).rows} == {2}
    assert frame["modes_covered"].notna().all()
    assert frame["overfit_D"].notna().all()


def test_a_plugin_of_ones_own(ganbench: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text(
        '"""The standard model under another name."""\n'
        "from ganbench.api import Model, adversarial_recipes\n\n\n"
        "class Mine(Model):\n"
        "    recipes = staticmethod(adversarial_recipes)\n\n"
        "    def build(self, nets):\n"
        '        self.generators["G_AB"] = nets.translator("A", "B")\n'
        '        self.discriminators["D_B"] = nets.discriminator("B")\n\n'
        "    def fakes(self, real):\n"
        '        return {"B": self.generators["G_AB"](real["A"])}\n\n'
        "    def generator_loss(self, real, fake, step):\n"
        '        return self.adversarial_terms("B", real, fake)\n'
    )
    (tmp_path / "raises.py").write_text(RAISES)
    out = tmp_path / "out"
    done = ganbench(
        *("run", "--models", "standard,mine,raises", "--task", "toy", "--preset", "smoke"),
        *("--seeds", "1", "--plugins", tmp_path, "--output", out, "--references", "none"),
    )
    assert done.returncode == 1
    by_model = {row.model: row for row in rows(out)}
    assert by_model["mine"].metrics == by_model["standard"].metrics
    failed = by_model["raises"]
    assert failed.status == "failed"
    assert "RuntimeError: no network today (raises.py, line 7" in failed.reason
    assert "Traceback" in (out / "cells" / failed.cell / "traceback.txt").read_text()
    assert "raises seed 0 failed: RuntimeError: no network today" in done.stdout
