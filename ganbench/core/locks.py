"""Whether file locks hold on a file system, found out by trying."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from filelock import FileLock

from ganbench.core.errors import UserError

TRY_SEC = 30.0
HELD, FREE = b"held", b"free"
TRY = f"""
import sys
from filelock import FileLock, Timeout
try:
    FileLock(sys.argv[1]).acquire(timeout=0)
    answer = {FREE!r}
except Timeout:
    answer = {HELD!r}
sys.stdout.buffer.write(answer)
"""


def locks_told(folder: Path) -> str:
    """What a lock does there between two processes of this machine, in a few words.

    Where there is no such folder yet, they are tried above it. Raises UserError where no file can
    be made.
    """
    place = next(part for part in (folder, *folder.resolve().parents) if part.is_dir())
    try:
        with tempfile.NamedTemporaryFile(prefix=".lock-", dir=place) as file:
            answers = [answer_while(file.name, is_held) for is_held in (True, False)]
    except NotImplementedError:
        return "there are none: cells would be trained twice"
    except OSError as error:
        raise UserError(
            f"locks cannot be tried: {error.strerror or error}",
            f"--output {folder}",
            "give a folder that can be written",
        ) from error
    if answers == [HELD, FREE]:
        return "hold between processes of this machine"
    return "do not hold: two processes would train the same cells"


def answer_while(name: str, is_held: bool) -> bytes:
    """What another process finds of the lock while this one holds it, or does not."""
    lock = FileLock(name)
    if is_held:
        lock.acquire(timeout=0)
    try:
        command = [sys.executable, "-c", TRY, name]
        done = subprocess.run(command, capture_output=True, check=False, timeout=TRY_SEC)
        return done.stdout
    finally:
        lock.release()


def file_system(folder: Path) -> str:
    """The kind and the place of the file system that the folder is on; empty where the system does
    not tell.
    """
    try:
        lines = Path("/proc/self/mounts").read_text().splitlines()
    except OSError:
        return ""
    mounts = {Path(line.split()[1]): line.split()[2] for line in lines}
    real = folder.resolve()
    for part in (real, *real.parents):
        if part in mounts:
            return f"{mounts[part]} on {part}"
    return ""
