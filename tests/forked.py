"""Commands that are forked from a process that has PyTorch imported, tests/zygote.py."""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from tests.events import LAST_NET_SEC, POLL_SEC


class Forked:
    """What the tests use of a subprocess.Popen, of a command that is not this process's child.

    code: the file that has its exit code once it has ended. pipes: the reading ends of its output
    and errors.
    """

    def __init__(self, pid: int, code: Path, pipes: Sequence[int]) -> None:
        self.pid = pid
        self._code = code
        self._pipes = pipes

    def poll(self) -> int | None:
        return int(self._code.read_text()) if self._code.exists() else None

    @property
    def returncode(self) -> int | None:
        return self.poll()

    def kill(self) -> None:
        os.kill(self.pid, signal.SIGKILL)

    def communicate(self, timeout: float = LAST_NET_SEC) -> tuple[str, str]:
        """Its output and errors, when it and all that share them have ended."""
        read: dict[int, list[bytes]] = {pipe: [] for pipe in self._pipes}
        with selectors.DefaultSelector() as selector:
            for pipe in self._pipes:
                selector.register(pipe, selectors.EVENT_READ)
            while selector.get_map():
                ready = selector.select(timeout)
                assert ready, "it did not end"
                for key, _ in ready:
                    part = os.read(key.fd, 2**16)
                    read[key.fd].append(part)
                    if not part:
                        selector.unregister(key.fd)
                        os.close(key.fd)
        until = time.monotonic() + timeout
        while self.poll() is None:
            assert time.monotonic() < until, "it did not end"
            time.sleep(POLL_SEC)
        output, errors = (b"".join(parts).decode() for parts in read.values())
        return output, errors


def run_forked(
    zygote: subprocess.Popen[str],
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    scratch: Path,
) -> subprocess.CompletedProcess[str]:
    """To its end. scratch: a folder for what it prints."""
    files = [scratch / "output", scratch / "errors"]
    for file in files:
        file.unlink(missing_ok=True)
    code = ask(zygote, arguments, folder, environment, files)
    return subprocess.CompletedProcess([*arguments], code, *(f.read_text() for f in files))


def start_forked(
    zygote: subprocess.Popen[str],
    arguments: Sequence[str],
    environment: Mapping[str, str],
    scratch: Path,
) -> Forked:
    """In the background. scratch: an empty folder for its pipes and its exit code."""
    files, code = [scratch / "output", scratch / "errors"], scratch / "code"
    for file in files:
        os.mkfifo(file)
    pipes = [os.open(file, os.O_RDONLY | os.O_NONBLOCK) for file in files]
    pid = ask(zygote, arguments, Path.cwd(), environment, files, code=str(code))
    return Forked(pid, code, pipes)


def ask(
    zygote: subprocess.Popen[str],
    arguments: Sequence[str],
    folder: Path,
    environment: Mapping[str, str],
    files: Sequence[Path],
    **more: Any,
) -> int:
    """The number that answers the request."""
    assert zygote.stdin is not None and zygote.stdout is not None
    request = {
        "arguments": [*arguments],
        "folder": str(folder),
        "environment": {**environment},
        "files": [*map(str, files)],
        **more,
    }
    print(json.dumps(request), file=zygote.stdin, flush=True)
    return int(zygote.stdout.readline())
