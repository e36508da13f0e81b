"""Imports only go down the layers, and the light commands stay light."""

from __future__ import annotations

import subprocess
import sys

import pytest

from ganbench.source import PACKAGE_DIR, project_imports

LAYERS = (
    (
        "types",
        "errors",
        "interrupts",
        "meaning",
        "registry",
        "scopes",
        "seeds",
        "source",
        "plugin_faults",
        "plugin_options",
        "plugin_source",
    ),
    (
        "hparams",
        "networks",
        "losses",
        "pool",
        "gathered",
        "latents",
        "disk",
        "memory",
        "outputs",
        "pictures",
        "terminal",
    ),
    (
        "data/apart",
        "data/archive",
        "data/cache",
        "data/listing",
        "data/mesh",
        "data/misread",
        "data/pixels",
        "data/render",
        "data/tree",
        "data/sameness",
        "data/shapes",
    ),
    ("data/readers", "data/decoded", "data/edges", "data/rendered"),
    ("data/image_folder", "data/labels"),
    ("data/unpack", "data/catalogue", "data/download", "data/prepare", "data/verify"),
    ("fidelity",),
    ("model", "task", "metric", "reference", "recipes"),
    ("data/collection", "data/collection_task", "data/mixtures"),
    ("data/views", "data/conversions", "data/goods", "data/classes"),
    ("fidelity/metric", "api"),
    ("sampler", "checkpoint", "loss_log", "draws"),
    ("stacking", "steps", "beside", "compiled"),
    ("together", "trainer"),
    ("probes", "evaluate"),
    ("grid", "row_lines", "sample_shapes", "store", "workers"),
    ("testing", "templates"),
    ("selection", "cell", "executor"),
    ("statistics", "protocols", "groups", "benchmark_file"),
    ("formats", "tables", "comparisons", "claims", "figures"),
    ("benchmark", "speed", "results", "translation", "merging", "staleness"),
    ("commands", "cli", "__main__"),
)


def layer(name: str) -> int:
    parts = name.split("/")
    for level, members in enumerate(LAYERS):
        if name in members:
            return level
    for level, members in enumerate(LAYERS):
        if "/".join(parts[:-1]) in members:
            return level
    raise AssertionError(f"{name} has no layer; give it one here")


def modules() -> list[str]:
    files = PACKAGE_DIR.rglob("*.py")
    names = (file.relative_to(PACKAGE_DIR).with_suffix("").as_posix() for file in files)
    return sorted(n for n in names if not n.startswith("plugins/") and not n.endswith("__init__"))


@pytest.mark.parametrize("name", modules())
def test_imports_go_down_or_sideways(name: str) -> None:
    for imported in project_imports(PACKAGE_DIR / f"{name}.py"):
        target = imported.relative_to(PACKAGE_DIR).with_suffix("").as_posix()
        if not target.endswith("__init__"):
            assert layer(target) <= layer(name), f"{name} imports {target}, which is above it"


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["run", "--help"],
        ["claims", "--help"],
        ["list"],
        ["data", "--help"],
        ["data", "list"],
    ],
)
def test_light_commands_do_not_import_torch(arguments: list[str]) -> None:
    code = (
        "import sys\nfrom ganbench.cli import main\n"
        f"try:\n    main({arguments!r})\nexcept SystemExit as stop:\n    assert not stop.code\n"
        "heavy = {'torch', 'pandas', 'scipy', 'matplotlib', 'pyvista'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
