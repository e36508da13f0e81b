"""Which files below a folder are data, and what is told of the others."""

from __future__ import annotations

import os
import socket
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ganbench.data.tree import LEFT_OVERS, find_files

ENDINGS = {".png", ".jpg"}


def put(root: Path, *names: str) -> None:
    for name in names:
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(name.encode())


def test_files_of_wanted_endings_at_any_depth(tmp_path: Path) -> None:
    put(tmp_path, "b.png", "a/z.JPG", "a/b/c.Png", "a-b/y.png", "notes.txt", "Thumbs.db", "raw")
    found = find_files(tmp_path, ENDINGS)
    assert found.names == ("a/b/c.Png", "a/z.JPG", "a-b/y.png", "b.png")
    assert found.summary().startswith(f"left out in {tmp_path}: 3 of other kinds (1 ")
    assert found.other_endings == {".txt": 1, ".db": 1, "without ending": 1}


@pytest.mark.parametrize(
    ("name", "why"),
    [
        (".ipynb_checkpoints/a-checkpoint.png", "hidden"),
        ("._a.png", "hidden"),
        ("deep/er/.cache/in/side/a.jpg", "hidden"),
        ("__MACOSX/a.png", "left over from an archive or a system"),
        ("cats/@eaDir/a.jpg/thumb.jpg", "left over from an archive or a system"),
    ],
)
def test_hidden_and_left_over_files_are_no_data(tmp_path: Path, name: str, why: str) -> None:
    put(tmp_path, "a.png", name)
    found = find_files(tmp_path, ENDINGS)
    assert found.names == ("a.png",)
    assert dict(found.left_out) == {why: 1}
    assert f"1 {why}" in found.summary()


def test_a_hidden_root_is_the_users_choice(tmp_path: Path) -> None:
    put(tmp_path / ".data", "a.png")
    assert find_files(tmp_path / ".data", ENDINGS).names == ("a.png",)


def test_files_that_belong_to_the_data_are_not_told(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "labels.csv")
    assert find_files(tmp_path, ENDINGS, companions=("labels.csv",)).summary() == ""


def test_linked_folders_are_followed_once(tmp_path: Path) -> None:
    put(tmp_path / "disk", "cats/1.png", "cats/2.png")
    root = tmp_path / "root"
    put(root, "own/0.png")
    for name in ("a", "b"):
        (root / name).symlink_to(tmp_path / "disk/cats")
    (root / "again").symlink_to(root / "own")
    assert find_files(root, ENDINGS).names == ("a/1.png", "a/2.png", "own/0.png")


@pytest.mark.parametrize("target", [".", "..", "../..", "sub"])
def test_links_that_lead_back_end(tmp_path: Path, target: str) -> None:
    root = tmp_path / "root"
    put(root, "sub/a.png")
    put(tmp_path, "outside.png")
    (root / "sub" / "back").symlink_to(Path("..") / target)
    found = find_files(root, ENDINGS)
    assert [name for name in found.names if name.endswith("a.png")] == ["sub/a.png"]
    assert "outside.png" not in "".join(found.names)


def test_what_cannot_be_opened_is_told_with_its_reason(tmp_path: Path) -> None:
    put(tmp_path, "a.png", "album.png/in.png")
    (tmp_path / "gone.png").symlink_to("no-such-file.png")
    (tmp_path / "cats").symlink_to("no-such-folder")
    (tmp_path / "circle.jpg").symlink_to("circle.jpg")
    os.mkfifo(tmp_path / "pipe.png")
    with tempfile.TemporaryDirectory() as short, socket.socket(socket.AF_UNIX) as made:
        made.bind(f"{short}/s.png")
        assert find_files(Path(short), ENDINGS).broken == (("s.png", "not a regular file"),)
    found = find_files(tmp_path, ENDINGS)
    assert found.names == ("a.png", "album.png/in.png")
    assert found.broken == (
        ("cats", "a link to nothing"),
        ("circle.jpg", "a link that leads back to itself"),
        ("gone.png", "a link to nothing"),
        ("pipe.png", "not a regular file"),
    )


def test_a_name_in_another_encoding_is_found(tmp_path: Path) -> None:
    raw = os.fsencode(tmp_path) + b"/caf\xe9.png"
    with open(raw, "wb"):
        pass
    (name,) = find_files(tmp_path, ENDINGS).names
    assert os.fsencode(name) == b"caf\xe9.png"


PART = st.sampled_from(["a", "b", ".h", "__MACOSX", "c.png", "d.JPG", "e.txt", "f"])


@settings(max_examples=60, deadline=None)
@given(st.sets(st.lists(PART, min_size=1, max_size=4).map("/".join), max_size=12))
def test_each_file_is_data_or_counted(names: set[str]) -> None:
    """As a plain walk over names says, which knows nothing of links."""
    files = {n for n in names if not any(other.startswith(n + "/") for other in names)}
    with tempfile.TemporaryDirectory() as folder:
        put(Path(folder), *files)
        found = find_files(Path(folder), ENDINGS)
    shown = {
        n for n in files if not any(p.startswith(".") or p in LEFT_OVERS for p in n.split("/"))
    }
    pictures = {n for n in files if Path(n).suffix.lower() in ENDINGS}
    assert set(found.names) == shown & pictures
    assert sum(found.left_out.values()) == len(pictures - shown)
    assert sum(found.other_endings.values()) == len(shown - pictures)
    assert list(found.names) == sorted(found.names, key=lambda name: name.split("/"))
