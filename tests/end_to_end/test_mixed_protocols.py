"""The command refuses to mix numbers of two protocols."""

from __future__ import annotations

from pathlib import Path

from tests.conftest import Command
from tests.reporting.test_protocols import row


def test_the_table_command_refuses_with_exit_code_2(ganbench: Command, tmp_path: Path) -> None:
    rows = (row("standard", 0), row("recon", 0, weights="sha256:bb"))
    (tmp_path / "rows.jsonl").write_text("".join(f"{each.to_json()}\n" for each in rows))
    done = ganbench("table", tmp_path)
    assert done.returncode == 2 and "Traceback" not in done.stderr
    assert "by 2 protocols" in done.stderr
