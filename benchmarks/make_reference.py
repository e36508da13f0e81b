"""Runs a benchmark and writes what is committed of it.

`python benchmarks/make_reference.py figure5 quick` runs benchmarks/figure5.toml under that preset
into results/reference/figure5/quick, or continues there, and writes table.md, tests.md, claims.md
and claims.json beside its rows and figures. Further arguments go to `ganbench run`; with `--recipe
code` the folder is quick-code.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
EXPORTS = (
    ("table.md", "table", "markdown"),
    ("tests.md", "compare", "markdown"),
    ("claims.md", "claims", "markdown"),
    ("claims.json", "claims", "json"),
)


def ganbench(*arguments: str | Path) -> str:
    command = [sys.executable, "-m", "ganbench", *map(str, arguments)]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout


def main(name: str, preset: str, *more: str) -> None:
    recipe = [f"-{more[more.index('--recipe') + 1]}"] if "--recipe" in more else []
    output = ROOT / "results" / "reference" / name / "".join([preset, *recipe])
    file = ROOT / "benchmarks" / f"{name}.toml"
    print(ganbench("run", file, "--preset", preset, "--output", output, *more))
    for target, command, kind in EXPORTS:
        text = ganbench(command, output, "--format", kind)
        (output / target).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
