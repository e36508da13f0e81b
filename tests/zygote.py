"""Runs ganbench commands, each in a process forked from this one, which has PyTorch imported.

Standard input has a request a line, as JSON: the arguments, folder, environment and files for the
output. The exit code is printed, on a line.
"""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def serve() -> list[str] | None:
    """In a process that is to be a command its arguments, and None at the end of the requests."""
    for line in sys.stdin:
        request = json.loads(line)
        pid = os.fork()
        if pid == 0:
            become(request)
            return list(request["arguments"])
        print(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
    return None


def become(request: dict[str, Any]) -> None:
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)  # which Python reads as it starts
    sys.path[1:1] = [folder for folder in folders if folder and folder not in sys.path]
    files = ((os.devnull, os.O_RDONLY), *((f, os.O_WRONLY | os.O_CREAT) for f in request["files"]))
    for number, (file, flags) in enumerate(files):
        opened = os.open(file, flags, 0o600)
        os.dup2(opened, number)
        os.close(opened)


if __name__ == "__main__":
    import ganbench.commands.run  # noqa: F401 (what takes its time)
    from ganbench.__main__ import main

    arguments = serve()
    if arguments is not None:
        sys.argv[1:] = arguments
        main()
