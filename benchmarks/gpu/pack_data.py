"""Data for a machine that cannot render: `python benchmarks/gpu/pack_data.py DATA.tar.xz`.

Renders what figures 5 and 6 need in preset `paper`, in a cache of its own, and packs it. On the
other machine, unpack it into a folder and give that as GANBENCH_CACHE.
"""

from __future__ import annotations

import sys
import tarfile
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from ganbench.registry.registry import discover

TASKS = ("car2car", "face2face")
PRESET = "paper"
FAST = 1  # of xz's levels: a high one takes minutes and saves a tenth


def prepare(name: str, cache_dir: Path) -> None:
    """Renders the data of a task into the cache."""
    kind = discover().load("task", name)
    options = kind.options_type(**kind.preset_options.get(PRESET, {}))
    kind(options, kind.presets[PRESET], "procedural", {}, cache_dir / "data").prepare(print)


def main(packed: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name in TASKS:
            prepare(name, Path(folder))
        with tarfile.open(packed, "w:xz", preset=FAST) as archive:  # type: ignore[call-overload]
            archive.add(Path(folder) / "data", "data", filter=without_locks)
    print(f"{packed}: {packed.stat().st_size / 1e6:.0f} MB")


def without_locks(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if member.name.endswith(".lock") else member


if __name__ == "__main__":
    main(Path(sys.argv[1]))
