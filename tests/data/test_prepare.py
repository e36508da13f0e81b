"""Data sets prepared from a server on this machine: whole or not at all, and only once."""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ganbench.core.errors import UserError
from ganbench.data.datasets.archive import Archive
from ganbench.data.datasets.catalogue import (
    CATALOGUE,
    DataSet,
    default_data_dir,
    find_data_set,
    load_reader,
)
from ganbench.data.datasets.download import download, refuse
from ganbench.data.datasets.prepare import RECORD, load_listing, prepare
from ganbench.data.datasets.verify import broken_files, summary
from tests.data.stand_in import FILES, contents, list_people, people


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        pass

    def copyfile(self, source: Any, outputfile: Any) -> None:
        """Breaks off in the middle of a file that is called so, as a lost connection does."""
        data = source.read()
        outputfile.write(data[: len(data) // 2] if "lost" in self.path else data)


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """A folder, and the address that it is served at."""
    folder = tmp_path_factory.mktemp("served")
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder))) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield folder, f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(autouse=True)
def without_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def pack(file: Path) -> Path:
    with tarfile.open(file, "w:gz") as tar:
        for name, data in contents().items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    return file


def md5(file: Path) -> str:
    return f"md5:{hashlib.md5(file.read_bytes()).hexdigest()}"


def sha256(file: Path) -> str:
    return f"sha256:{hashlib.sha256(file.read_bytes()).hexdigest()}"


def on_server(served: tuple[Path, str], name: str = "people.tar.gz", checksum: str = "") -> DataSet:
    folder, address = served
    file = pack(folder / name)
    return people(Archive(name, f"{address}/{name}", checksum or md5(file)))


def never(wanted: object, say: object) -> None:
    raise AssertionError("nothing was to be obtained")


def failure(data_set: DataSet, data_dir: Path, *given: Path, obtain: Any = download) -> str:
    with pytest.raises(UserError) as caught:
        prepare(data_set, data_dir, given, obtain, [].append)
    assert not (data_dir / data_set.name).exists()
    return str(caught.value)


def left(data_dir: Path) -> list[str]:
    return sorted(f.relative_to(data_dir).as_posix() for f in data_dir.rglob("*") if f.is_file())


def test_a_download(served: tuple[Path, str], tmp_path: Path) -> None:
    data_set, said = on_server(served), list[str]()
    folder = prepare(data_set, tmp_path, (), download, said.append)
    assert folder == tmp_path / "people"
    assert len(list_people(folder)) == 3
    wanted = [*(f"people/{name}" for name in FILES), f"people/{RECORD}", "archives/people.tar.gz"]
    assert left(tmp_path) == sorted(wanted)
    record = json.loads((folder / RECORD).read_text())
    assert record["pictures"] == 3
    assert record["archives"] == {"people.tar.gz": data_set.archives[0].checksum}
    assert said[0] == f"downloading {data_set.archives[0].address}"


def test_a_second_time_does_nothing(served: tuple[Path, str], tmp_path: Path) -> None:
    data_set = on_server(served)
    folder = prepare(data_set, tmp_path, (), download, [].append)
    before = {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")}
    said: list[str] = []
    assert prepare(data_set, tmp_path, (), never, said.append) == folder
    assert said == ["people is already prepared"]
    assert before == {file: file.stat().st_mtime_ns for file in tmp_path.rglob("*")}


def test_a_wrong_checksum_keeps_nothing(served: tuple[Path, str], tmp_path: Path) -> None:
    data_set = on_server(served, checksum="md5:" + "0" * 32)
    assert "wrong checksum and is removed" in failure(data_set, tmp_path)
    assert not left(tmp_path)


def test_without_a_known_checksum_the_first_is_recorded(
    served: tuple[Path, str], tmp_path: Path
) -> None:
    data_set = on_server(served)
    data_set = people(Archive("people.tar.gz", data_set.archives[0].address))
    said: list[str] = []
    prepare(data_set, tmp_path, (), download, said.append)
    kept = tmp_path / "archives" / "people.tar.gz"
    assert any(f"no checksum is published; {sha256(kept)} is recorded" in line for line in said)
    shutil.rmtree(tmp_path / "people")
    kept.unlink()
    (served[0] / "people.tar.gz").write_bytes(b"something else")
    assert "wrong checksum" in failure(data_set, tmp_path)
    kept.write_bytes(b"something else")
    message = failure(data_set, tmp_path, obtain=never)
    assert "wrong checksum" in message and "people.tar.gz.checksum" in message


def test_offline_says_what_to_put_where(served: tuple[Path, str], tmp_path: Path) -> None:
    data_set = on_server(served)
    message = failure(data_set, tmp_path, obtain=refuse)
    kept = tmp_path / "archives" / "people.tar.gz"
    for part in (data_set.archives[0].address, data_set.archives[0].checksum, str(kept)):
        assert part in message
    assert not left(tmp_path)
    kept.parent.mkdir()
    pack(kept)
    recent = people(Archive("people.tar.gz", "http://127.0.0.1:9", md5(kept)))
    assert len(list_people(prepare(recent, tmp_path, (), refuse, [].append))) == 3


def test_an_archive_given_by_its_path(tmp_path: Path) -> None:
    mine = pack(tmp_path / "mine.tgz")
    data_set = people(Archive("people.tar.gz", "http://127.0.0.1:9", md5(mine)))
    prepare(data_set, tmp_path / "data", (mine,), never, [].append)
    wrong = people(Archive("people.tar.gz", "", "md5:" + "0" * 32))
    assert "wrong checksum" in failure(wrong, tmp_path / "more", mine, obtain=never)
    assert mine.is_file()
    nowhere = tmp_path / "nowhere.tar"
    assert "no such archive" in failure(wrong, tmp_path / "more", nowhere, obtain=never)


@pytest.mark.parametrize(
    ("name", "reason"),
    [("nothing.tar.gz", "404"), ("lost.tar.gz", "cannot be downloaded")],
)
def test_what_the_network_may_do(
    served: tuple[Path, str], tmp_path: Path, name: str, reason: str
) -> None:
    data_set = on_server(served, name)
    if "nothing" in name:
        (served[0] / name).unlink()
    message = failure(data_set, tmp_path)
    assert reason in message and data_set.archives[0].address in message
    assert not left(tmp_path)


def test_nobody_answers(tmp_path: Path) -> None:
    data_set = people(Archive("people.tar.gz", "http://127.0.0.1:9/people.tar.gz"))
    message = failure(data_set, tmp_path)
    assert "cannot be downloaded: ConnectionError" in message
    assert str(tmp_path / "archives" / "people.tar.gz") in message


def test_a_truncated_archive_leaves_no_folder_and_no_record(tmp_path: Path) -> None:
    mine = pack(tmp_path / "people.tar.gz")
    mine.write_bytes(mine.read_bytes()[:-20])
    data_set = people(Archive("people.tar.gz"))
    message = failure(data_set, tmp_path / "data", mine, obtain=never)
    assert "'people.tar.gz' is broken or cut off" in message
    assert not left(tmp_path / "data")


def test_by_hand(tmp_path: Path) -> None:
    lists = Archive("list.txt", optional=True)
    data_set = people(Archive("people.tar.gz"), lists, inner="")
    message = failure(data_set, tmp_path, obtain=never)
    for part in ("missing: people.tar.gz", f"1. ask for it, and put it into {tmp_path}", "2. run"):
        assert part in message
    message = failure(data_set, tmp_path, pack(tmp_path / "mine.tar.gz"), obtain=never)
    assert "did you mean 'people.tar.gz'?" in message
    (tmp_path / "archives").mkdir()
    pack(tmp_path / "archives" / "people.tar.gz")
    (tmp_path / "archives" / "list.txt").write_text("ann\nbob\n")
    with pytest.raises(UserError, match="no PERSON"):  # the stand-in's pictures lie deeper here
        prepare(data_set, tmp_path, (), never, [].append)
    assert (tmp_path / "people" / "list.txt").is_file()
    assert not (tmp_path / "people" / RECORD).exists()


def test_a_folder_filled_by_hand_is_only_checked(tmp_path: Path) -> None:
    for name, data in contents().items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(data)
    assert prepare(people(), tmp_path, (), never, [].append) == tmp_path / "people"
    assert (tmp_path / "people" / RECORD).is_file()


def test_an_unwritable_place(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    mine = pack(tmp_path / "people.tar.gz")
    data_set = people(Archive("people.tar.gz", checksum=md5(mine)))
    message = failure(data_set, tmp_path / "file", mine, obtain=never)
    assert "cannot be prepared" in message and "--data-dir" in message


def test_counts_and_broken_pictures(tmp_path: Path) -> None:
    data_set = people(Archive("people.tar.gz"))
    folder = prepare(data_set, tmp_path, (pack(tmp_path / "a.tar.gz"),), never, [].append)
    listing = load_listing(data_set, folder)
    assert summary(listing) == [
        ("pictures", "3"),
        ("files", "3"),
        ("identities", "2"),
        ("azimuth_deg", "0.0: 1, 15.0: 1, 30.0: 1"),
        ("smiling", "False: 1, True: 2"),
    ]
    assert broken_files(listing, 10) == []
    file = folder / FILES[2]
    file.write_bytes(file.read_bytes()[:45])
    assert [each.file for each in broken_files(listing, 10)] == [str(file)]
    assert broken_files(listing, 0) == []


def test_the_catalogue_is_whole() -> None:
    names = [data_set.name for data_set in CATALOGUE]
    assert len(set(names)) == len(names) == 8
    for data_set in CATALOGUE:
        assert data_set.downloadable or data_set.steps, f"{data_set.name}: no way to get it"
        module, _, function = data_set.reader.partition(":")
        assert module.startswith("ganbench.data.readers.") and function.startswith("list_")
        for archive in data_set.archives:
            kind, _, digest = archive.checksum.partition(":")
            assert not digest or len(digest) == {"md5": 32, "sha256": 64}[kind]
            assert archive.address.startswith("http") or not archive.address
        for step in data_set.steps:
            step.format(archives="a", folder="f")


def test_names_and_readers() -> None:
    with pytest.raises(UserError, match="did you mean 'celeba'"):
        find_data_set("celebA")
    with pytest.raises(UserError, match="no folder of 'people'"):
        load_listing(people(), Path("/no/such/folder"))
    missing = DataSet("x", "", (), "", "", "", "no_such_module:list_x", "")
    with pytest.raises(UserError, match="reader of 'x' cannot be loaded"):
        load_reader(missing)


def test_the_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("GANBENCH_DATA", str(tmp_path))
    assert default_data_dir() == tmp_path
    monkeypatch.delenv("GANBENCH_DATA")
    assert "ganbench" in default_data_dir().name
