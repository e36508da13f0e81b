"""Archives fetched over the network, and the check that what is there is the right file."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType

from rich.progress import BarColumn, DownloadColumn, Progress, TimeRemainingColumn

from ganbench.core.errors import UserError
from ganbench.core.terminal import console, text_column
from ganbench.data.datasets.archive import Archive

Say = Callable[[str], None]
Obtain = Callable[[Mapping[Archive, Path], Say], None]
CHUNK_BYTES = 1 << 18
TIMEOUT_SEC = 30.0


class Bar:
    """A progress bar on a terminal's standard error, with the methods that pooch asks for."""

    def __init__(self, name: str) -> None:
        screen, text = console(stderr=True), text_column("{task.description}")
        columns = (text, BarColumn(), DownloadColumn(), TimeRemainingColumn())
        self._bar = Progress(*columns, console=screen, disable=not screen.is_terminal)
        self._task = self._bar.add_task(name, total=None)
        self.total = 0

    def __enter__(self) -> Bar:
        self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        self._bar.stop()

    def update(self, size: int) -> None:
        self._bar.update(self._task, advance=size, total=self.total or None)

    def reset(self) -> None:
        self._bar.reset(self._task)

    def close(self) -> None:
        self._bar.refresh()


def download(missing: Mapping[Archive, Path], say: Say) -> None:
    """Fetches each archive to its file."""
    for archive, file in missing.items():
        say(f"downloading {archive.address}")
        fetch(archive, file)


def refuse(missing: Mapping[Archive, Path], say: Say) -> None:
    """Stands for `download` with --offline. Raises UserError with what to put where."""
    lines = [
        f"{archive.address} ({known_checksum(archive, file.parent) or 'no checksum is published'})"
        f" as {file}"
        for archive, file in missing.items()
    ]
    raise UserError(
        f"{', '.join(a.name for a in missing)}: not there, and --offline downloads nothing",
        fix="\n         ".join(("get by other means, and put", *lines)),
    )


def fetch(archive: Archive, file: Path) -> None:
    """Downloads to `file`, which appears only when it is whole and its checksum right."""
    import pooch
    from requests import RequestException

    pooch.get_logger().setLevel("WARNING")
    by_hand = f"try again, or put the file there yourself: {file}"
    try:
        with Bar(archive.name) as bar:
            pooch.retrieve(
                archive.address,
                known_hash=known_checksum(archive, file.parent) or None,
                fname=file.name,
                path=file.parent,
                downloader=pooch.HTTPDownloader(
                    bar,
                    CHUNK_BYTES,
                    timeout=TIMEOUT_SEC,
                    headers={"Accept-Encoding": "identity"},  # else an archive may come unpacked
                ),
            )
    except RequestException as error:
        answer = error.response
        reason = type(error).__name__ if answer is None else f"{answer.status_code} {answer.reason}"
        raise UserError(
            f"'{archive.name}' cannot be downloaded: {reason}", archive.address, by_hand
        ) from error
    except ValueError as error:  # pooch's word for a wrong checksum; it stores nothing then
        raise UserError(
            f"the download of '{archive.name}' has the wrong checksum and is removed",
            archive.address,
            by_hand,
        ) from error


def checksum(archive: Archive, file: Path, records: Path) -> str:
    """The checksum of `file`, compared with the known one; SHA-256 where none is known."""
    import pooch

    known = known_checksum(archive, records)
    kind = known.partition(":")[0] or "sha256"
    text = f"{kind}:{pooch.file_hash(str(file), alg=kind)}"
    if known and text != known:
        renewed = f", or remove {record_file(archive, records)} if its owner has renewed it"
        raise UserError(
            f"'{archive.name}' has the wrong checksum: {text} instead of {known}",
            str(file),
            f"remove it and get it again{'' if archive.checksum else renewed}",
        )
    return text


def known_checksum(archive: Archive, records: Path) -> str:
    """The published checksum, or else the one recorded at the first use; empty without either."""
    record = record_file(archive, records)
    if archive.checksum or not record.is_file():
        return archive.checksum
    return record.read_text(encoding="utf-8").strip()


def record_checksum(archive: Archive, text: str, records: Path) -> None:
    records.mkdir(parents=True, exist_ok=True)
    record_file(archive, records).write_text(f"{text}\n", encoding="utf-8")


def record_file(archive: Archive, records: Path) -> Path:
    return records / f"{archive.name}.checksum"
