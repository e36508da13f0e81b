"""Archives: what is good is unpacked, what is hostile or broken is refused and leaves nothing."""

from __future__ import annotations

import gzip
import io
import stat
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from ganbench.core.errors import UserError
from ganbench.data.datasets.unpack import USUAL_BOUNDS, Bounds, extract, new_folder
from tests.data.stand_in import contents


def member(
    name: str, kind: bytes = tarfile.REGTYPE, link: str = "", size: int = 0
) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.size = kind, link, size
    return info


def write_tar(file: Path, *members: tarfile.TarInfo, mode: str = "w") -> Path:
    with tarfile.open(file, mode) as tar:  # type: ignore[call-overload]
        for info in members:
            tar.addfile(info, io.BytesIO(bytes(info.size)))
    return file


def write_zip(file: Path, files: Mapping[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, data in files.items():
            zipped.writestr(name, data)
    return file


def pack(file: Path, files: Mapping[str, bytes]) -> Path:
    if file.suffix == ".zip":
        return write_zip(file, files)
    with tarfile.open(file, "w" if file.suffix == ".tar" else "w:gz") as tar:
        for name, data in files.items():
            tar.addfile(member(name, size=len(data)), io.BytesIO(data))
    return file


def unpack(archive: Path, target: Path, bounds: Bounds = USUAL_BOUNDS, inner: str = "") -> None:
    with new_folder(target, inner) as partial:
        extract(archive, partial, bounds)


def refused(archive: Path, target: Path, bounds: Bounds = USUAL_BOUNDS) -> str:
    """The message; checks that neither the target nor anything beside it was made."""
    before = sorted(target.parent.rglob("*"))
    with pytest.raises(UserError) as caught:
        unpack(archive, target, bounds)
    assert sorted(target.parent.rglob("*")) == before
    assert archive.name in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("name", ["a.tar", "a.tar.gz", "a.tgz", "a.zip"])
def test_a_good_archive(tmp_path: Path, name: str) -> None:
    unpack(pack(tmp_path / name, contents()), tmp_path / "out", inner="people")
    found = {f"people/{f.relative_to(tmp_path / 'out')}": f.read_bytes() for f in files(tmp_path)}
    assert found == contents()
    assert sorted(f.name for f in tmp_path.iterdir()) == sorted([name, "out"])


def files(tmp_path: Path) -> list[Path]:
    return [file for file in (tmp_path / "out").rglob("*") if file.is_file()]


def test_single_files(tmp_path: Path) -> None:
    (tmp_path / "labels.gz").write_bytes(gzip.compress(b"labels"))
    unpack(tmp_path / "labels.gz", tmp_path / "out")
    (tmp_path / "list.txt").write_bytes(b"list")
    unpack(tmp_path / "list.txt", tmp_path / "more")
    assert (tmp_path / "out" / "labels").read_bytes() == b"labels"
    assert (tmp_path / "more" / "list.txt").read_bytes() == b"list"


def test_links_within_are_kept(tmp_path: Path) -> None:
    members = (
        member("a/1"),
        member("a/2", tarfile.SYMTYPE, "1"),
        member("3", tarfile.LNKTYPE, "a/1"),
    )
    unpack(write_tar(tmp_path / "a.tar", *members), tmp_path / "out")
    assert (tmp_path / "out" / "a" / "2").resolve() == tmp_path / "out" / "a" / "1"
    assert (tmp_path / "out" / "3").is_file()


@pytest.mark.parametrize(
    ("members", "reason"),
    [
        ([member("../evil")], "outside of the target"),
        ([member("a/../../evil")], "outside of the target"),
        ([member("/evil")], "outside of the target"),
        ([member("C:\\evil")], "outside of the target"),
        ([member("..\\evil")], "outside of the target"),
        ([member("a", tarfile.SYMTYPE, "/etc")], "absolute path"),
        ([member("a", tarfile.SYMTYPE, "../..")], "outside"),
        ([member("a", tarfile.LNKTYPE, "../evil")], "outside of the target"),
        ([member("a", tarfile.LNKTYPE, "/etc/hostname")], "outside of the target"),
        ([member("b/c"), member("a", tarfile.SYMTYPE, "b"), member("a/d")], "goes through a link"),
        ([member("b"), member("a", tarfile.SYMTYPE, "b"), member("a")], "goes through a link"),
        ([member("a", tarfile.CHRTYPE)], "special file"),
        ([member("a", tarfile.FIFOTYPE)], "special file"),
    ],
)
def test_a_hostile_tar(tmp_path: Path, members: list[tarfile.TarInfo], reason: str) -> None:
    assert reason in refused(write_tar(tmp_path / "a.tar", *members), tmp_path / "in" / "out")


@pytest.mark.parametrize("name", ["../evil", "/evil", "a/../../evil", "C:/evil"])
def test_a_hostile_zip(tmp_path: Path, name: str) -> None:
    archive = write_zip(tmp_path / "a.zip", {name: b"evil"})
    assert "outside of the target" in refused(archive, tmp_path / "in" / "out")


def test_a_zip_with_a_link(tmp_path: Path) -> None:
    link = zipfile.ZipInfo("a")
    link.external_attr = (stat.S_IFLNK | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as zipped:
        zipped.writestr(link, "/etc")
    assert "link or a device" in refused(tmp_path / "a.zip", tmp_path / "in" / "out")


def test_an_encrypted_zip(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "a.zip", {"a": b"data"})
    data = bytearray(archive.read_bytes())
    data[data.index(b"PK\1\2") + 8] |= 1
    archive.write_bytes(data)
    assert "encrypted" in refused(archive, tmp_path / "in" / "out")


ZEROS = 5_000_000
MAKERS: dict[str, Callable[[Path], object]] = {
    "a.tar.gz": lambda file: write_tar(file, member("zeros", size=ZEROS), mode="w:gz"),
    "a.zip": lambda file: write_zip(file, {"zeros": bytes(ZEROS)}),
    "a.gz": lambda file: file.write_bytes(gzip.compress(bytes(ZEROS))),
}


@pytest.mark.parametrize("name", MAKERS)
def test_a_bomb(tmp_path: Path, name: str) -> None:
    archive = tmp_path / name
    MAKERS[name](archive)
    assert archive.stat().st_size < ZEROS / 100
    reason = refused(archive, tmp_path / "in" / "out", Bounds(size_bytes=1_000_000))
    assert "more than 1,000,000 bytes" in reason


@pytest.mark.parametrize("name", ["a.tar", "a.zip"])
def test_too_many_files(tmp_path: Path, name: str) -> None:
    archive = pack(tmp_path / name, {str(i): b"" for i in range(11)})
    reason = refused(archive, tmp_path / "in" / "out", Bounds(members=10))
    assert "more than 10 files" in reason


BLOCKS = 2 * tarfile.BLOCKSIZE  # one small file: header and content


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("a.tar", lambda size: 0),
        ("a.tar", lambda size: BLOCKS + 600),
        ("a.tar", lambda size: BLOCKS),  # between two files, where tarfile sees no fault
        ("a.tar.gz", lambda size: 0),
        ("a.tar.gz", lambda size: size // 2),
        ("a.tar.gz", lambda size: size - 4),
        ("a.zip", lambda size: size // 2),
        ("a.zip", lambda size: size - 4),
        ("a.gz", lambda size: size // 2),
        ("a.gz", lambda size: size - 4),
    ],
)
def test_a_truncated_archive(tmp_path: Path, name: str, kept: Callable[[int], int]) -> None:
    archive = tmp_path / name
    if name == "a.gz":
        archive.write_bytes(gzip.compress(b"labels"))
    else:
        pack(archive, contents())
    data = archive.read_bytes()
    archive.write_bytes(data[: kept(len(data))])
    assert "broken or cut off" in refused(archive, tmp_path / "in" / "out")


def test_a_damaged_header(tmp_path: Path) -> None:
    data = bytearray(pack(tmp_path / "a.tar", contents()).read_bytes())
    data[BLOCKS] ^= 1
    (tmp_path / "a.tar").write_bytes(data)
    assert "broken or cut off" in refused(tmp_path / "a.tar", tmp_path / "in" / "out")


def test_a_page_instead_of_an_archive(tmp_path: Path) -> None:
    (tmp_path / "a.tar.gz").write_text("<html>please log in</html>")
    assert "broken" in refused(tmp_path / "a.tar.gz", tmp_path / "in" / "out")


def test_a_missing_inner_folder(tmp_path: Path) -> None:
    archive = pack(tmp_path / "a.tar", contents())
    with pytest.raises(UserError, match="no folder cars"):
        unpack(archive, tmp_path / "out", inner="cars")
    assert not (tmp_path / "out").exists()


def test_an_unknown_ending(tmp_path: Path) -> None:
    (tmp_path / "a.7z").touch()
    assert "no way to unpack" in refused(tmp_path / "a.7z", tmp_path / "in" / "out")
