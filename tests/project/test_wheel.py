"""The wheel holds the built-in plugins and works outside the repository."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from ganbench.core.source_hash import PACKAGE_DIR


def test_an_installed_wheel_lists_the_built_in_plugins(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(tmp_path)]
    done = subprocess.run(
        [*build, str(PACKAGE_DIR.parent)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    site = tmp_path / "site"
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    assert (site / "ganbench" / "py.typed").is_file()  # types are for users too
    code = (
        f"import sys; sys.path.insert(0, {str(site)!r})\n"
        "import ganbench; assert ganbench.__file__.startswith(sys.path[0]), ganbench.__file__\n"
        "from ganbench.cli.main import main; main(['list'])"
    )
    listed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False
    )
    assert listed.returncode == 0, listed.stderr
    for name in ("standard", "recon", "discogan", "car2car", "toy", "folder", "azimuth_alignment"):
        assert name in listed.stdout
    assert "broken" not in listed.stdout
