"""Mistakes in folders of one's own, through the real command."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from PIL import Image

from tests.cli.test_mistakes import folder_run, folders
from tests.conftest import Command


def test_folders_of_ones_own(tmp_path: Path, cache_dir: Path, ganbench: Command) -> None:
    a, b = folders(tmp_path)
    Image.new("L", (30, 30), 90).save(a / "grey.jpg")
    Image.new("RGBA", (30, 30), (0, 0, 0, 0)).save(a / "clear.PNG")
    done = ganbench(*folder_run(a, b, tmp_path / "out", cache_dir))
    assert done.returncode == 0, done.stderr
    assert "domain A: 8 images" in done.stderr
    assert (tmp_path / "out" / "figures" / "folder-samples.png").exists()


def test_a_script_from_standard_input_runs_cells_in_processes(tmp_path: Path) -> None:
    """As of `python - <<EOF`: it has no file that helpers could import, and they need none."""
    script = (
        "import ganbench, sys\n"
        "path = sys.modules['__main__'].__file__\n"
        f"frame = ganbench.run(['standard'], ['toy'], 1, output={str(tmp_path / 'out')!r},\n"
        "                     preset='smoke', references=[])\n"
        "print(*frame.status, sys.modules['__main__'].__file__ == path)\n"
    )
    done = subprocess.run(
        [sys.executable, "-"],
        check=False,
        input=script,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.stdout.split() == ["done", "True"], done.stderr


def test_a_script_without_a_guard_is_told_so_and_does_not_wait_for_itself(tmp_path: Path) -> None:
    script = tmp_path / "compare.py"
    script.write_text(
        "import ganbench\n"
        f"ganbench.run(['standard'], ['car2car'], 1, output={str(tmp_path / 'out')!r},\n"
        f"             preset='smoke', cache_dir={str(tmp_path / 'cache')!r})\n"
    )
    done = subprocess.run(
        [sys.executable, script], check=False, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 1
    assert "the script runs ganbench again" in done.stderr  # said by the helper
    assert 'below `if __name__ == "__main__":`' in done.stderr.splitlines()[-1]
    assert not (tmp_path / "out" / "rows.jsonl").exists()
