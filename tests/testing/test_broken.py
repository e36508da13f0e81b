"""Each check of the kit finds its fault, and no sound plugin fails."""

from __future__ import annotations

from pathlib import Path

import pytest

from ganbench.testing import CHECKS, Check, run_check, visibility_checks
from ganbench.testing.find import find_plugins
from ganbench.testing.report import checks_in
from ganbench.testing.subjects import Subject
from tests.testing.broken import BROKEN, FIDELITY, SOUND, Broken, Kind

KINDS: tuple[Kind, ...] = ("model", "task", "metric", "reference")


def subject(source: str, folder: Path, kind: Kind) -> Subject:
    path = folder / "sound.py"
    path.write_text(source, encoding="utf-8")
    registry, (plugin,) = find_plugins([path])
    assert (plugin.kind, plugin.error) == (kind, "")
    return Subject(plugin, registry, folder / "cache")


def named(kind: Kind, name: str) -> Check:
    (found,) = [check for check in CHECKS[kind] if check.__name__ == name]
    return found


@pytest.mark.parametrize("kind", KINDS)
def test_a_sound_plugin_passes_all(tmp_path: Path, kind: Kind) -> None:
    sound = subject(SOUND[kind], tmp_path, kind)
    results = [run_check(check, sound) for check in CHECKS[kind]]
    assert not [r for r in results if r.status not in ("passed", "not applicable")]


@pytest.mark.parametrize("check", checks_in(visibility_checks), ids=lambda check: check.__name__)
def test_sound_distances_pass(tmp_path: Path, check: Check) -> None:
    result = run_check(check, subject(FIDELITY, tmp_path, "metric"))
    assert result.status == "passed", result.reason


@pytest.mark.parametrize("broken", BROKEN, ids=lambda broken: broken.what.replace(" ", "_"))
def test_a_fault_is_caught(tmp_path: Path, broken: Broken) -> None:
    faulty = subject(broken.source, tmp_path, broken.kind)
    result = run_check(named(broken.kind, broken.check), faulty)
    assert result.status == "failed"
    assert result.reason and "\n" not in result.reason


def test_every_check_has_a_plugin_that_it_catches() -> None:
    caught = {(broken.kind, broken.check) for broken in BROKEN}
    shared = {check.__name__ for check in CHECKS["task"]} & {c.__name__ for c in CHECKS["metric"]}
    for kind in KINDS:
        for check in CHECKS[kind]:
            assert (kind, check.__name__) in caught or check.__name__ in shared
