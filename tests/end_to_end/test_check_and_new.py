"""`ganbench check` and `ganbench new`, through the real command."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.conftest import Command
from tests.testing.broken import MODEL, MODELS

HEAD = "class Sound(Model):\n"
FOR_POINTS = """    @classmethod
    def unsupported(cls, spec):
        return None if spec.kind == "points" else "it is for points"

"""


def of_points(source: str) -> str:
    """The model for points alone, for which it is checked sooner than for images too."""
    return source.replace(HEAD, HEAD + FOR_POINTS)


@pytest.mark.parametrize("kind", ["model", "task", "metric"])
def test_a_new_plugin_passes_at_once_and_runs(ganbench: Command, tmp_path: Path, kind: str) -> None:
    made = ganbench("new", kind, "my_own", "--folder", tmp_path / "mine")
    assert made.returncode == 0, made.stderr
    checked = ganbench("check", tmp_path / "mine" / "my_own.py")
    assert checked.returncode == 0, checked.stdout
    assert "passed" in checked.stdout and "failed" not in checked.stdout
    command = made.stdout.split("use it:")[1].split()
    assert command[0] == "ganbench"
    steps = ("--steps", 4, "--seeds", 1, "--output", tmp_path / "out")
    done = ganbench(*command[1:], *steps)
    assert done.returncode == 0, done.stderr


def test_a_fault_is_told_with_its_check_and_ends_in_1(ganbench: Command, tmp_path: Path) -> None:
    broken = next(b for b in MODELS if b.check == "check_translate_is_per_sample")
    (tmp_path / "looker.py").write_text(of_points(broken.source))
    (tmp_path / "sound.py").write_text(of_points(MODEL))
    done = ganbench("check", tmp_path)
    assert done.returncode == 1
    assert "check_translate_is_per_sample" in done.stdout
    assert "depends on the other samples" in " ".join(done.stdout.split())
    assert "check_batch_of_one" not in done.stdout  # it passes, and --verbose was not given
    assert "Traceback" not in done.stdout + done.stderr


def test_verbose_names_each_check_and_its_result(ganbench: Command, tmp_path: Path) -> None:
    done = ganbench("check", "-v", "identity")
    assert done.returncode == 0, done.stderr
    lines = [line.split() for line in done.stdout.splitlines()]
    assert ["check_samples_of_the_target", "passed"] in lines
    assert lines[-1][1:] == ["passed"] and int(lines[-1][0]) == len(lines) - 3


def test_a_file_that_cannot_be_read_is_broken_and_the_others_are_checked(
    ganbench: Command, tmp_path: Path
) -> None:
    (tmp_path / "half.py").write_text("class Half(Model")
    (tmp_path / "sound.py").write_text(of_points(MODEL))
    done = ganbench("check", tmp_path)
    assert done.returncode == 1
    assert "line 1" in done.stdout and "syntax" in done.stdout
    assert "passed" in done.stdout


def test_an_expected_failure_is_one_as_long_as_it_fails(ganbench: Command, tmp_path: Path) -> None:
    broken = next(b for b in MODELS if b.check == "check_translate_is_per_sample")
    reasons = "    expected_failures = {'%s': 'it looks at the batch, as its paper does'}\n"
    known = HEAD + reasons % "check_translate_is_per_sample"
    (tmp_path / "sound.py").write_text(of_points(broken.source).replace(HEAD, known))
    done = ganbench("check", tmp_path / "sound.py")
    assert done.returncode == 0, done.stdout
    assert "expected failure" in done.stdout
    assert "as its paper does" in " ".join(done.stdout.split())
    (tmp_path / "sound.py").write_text(of_points(MODEL).replace(HEAD, known))
    done = ganbench("check", tmp_path / "sound.py")
    assert done.returncode == 1
    assert "take it out" in " ".join(done.stdout.split())
    wrong = HEAD + reasons % "check_translate_is_per_sampel"
    (tmp_path / "sound.py").write_text(MODEL.replace(HEAD, wrong))
    done = ganbench("check", tmp_path / "sound.py")
    assert done.returncode == 1
    assert "did you mean" in " ".join(done.stdout.split())


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("check", "discgan"), "did you mean"),
        (("check", "nowhere.py"), "no such file"),
        (("new", "model", "discogan"), "already"),
        (("new", "model", "My-GAN"), "small letters"),
        (("new", "modle", "mine"), "modle"),
    ],
)
def test_mistakes_are_told(
    ganbench: Command, tmp_path: Path, arguments: tuple[str, ...], message: str
) -> None:
    folder = ("--folder", tmp_path) if arguments[0] == "new" else ()
    done = ganbench(*arguments, *folder)
    assert done.returncode == 2
    assert message in done.stderr and "Traceback" not in done.stderr


def test_a_file_that_is_there_is_left_as_it_is(ganbench: Command, tmp_path: Path) -> None:
    (tmp_path / "mine.py").write_text("precious")
    done = ganbench("new", "task", "mine", "--folder", tmp_path)
    assert done.returncode == 2 and "left as it is" in done.stderr
    assert (tmp_path / "mine.py").read_text() == "precious"
