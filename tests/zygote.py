"""Runs ganbench commands, each in a process forked from this one, which has PyTorch imported.

Processes of tests that start commands otherwise import it as users' do.

Standard input has a request a line, as JSON: the arguments, folder, environment and files for the
output. The exit code is printed, on a line; or, of a request with a file for the code, at once the
process id.
"""

from __future__ import annotations

import gc
import json
import os
import runpy
import sys
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

import torch
from matplotlib.figure import Figure

from ganbench.__main__ import main
from ganbench.core.heap import keep_freed_memory
from ganbench.core.source_hash import reach, source_hash
from ganbench.evaluation.fidelity.extractors import EXTRACTORS, VISIBLE, load
from ganbench.evaluation.fidelity.weights import Places
from ganbench.networks.builder import FAMILIES
from ganbench.registry.registry import discover
from ganbench.running.backends.worker_processes import NEEDED
from ganbench.running.fingerprint import EVALUATION_MODULES, TRAINING_MODULES, module_files


def serve() -> list[str] | None:
    """In a process that is to be a command its arguments, and None at the end of the requests."""
    for line in sys.stdin:
        request = json.loads(line)
        files = [os.open(os.devnull, os.O_RDONLY), *map(writable, request["files"])]
        pid = os.fork()
        if pid == 0 and "code" in request:
            pid = os.fork()
            if pid:
                see_to_its_end(pid, files, Path(request["code"]))
        if pid == 0:
            become(request, files)
            return list(request["arguments"])
        for file in files:
            os.close(file)
        if "code" not in request:
            print(exit_code(pid), flush=True)
    return None


def writable(file: str) -> int:
    return os.open(file, os.O_WRONLY | os.O_CREAT, 0o600)


def exit_code(pid: int) -> int:
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def see_to_its_end(pid: int, files: list[int], code: Path) -> None:
    """Print the command's process id, and write its exit code when it has one."""
    for file in files:
        os.close(file)
    print(pid, flush=True)
    found = str(exit_code(pid))
    code.with_suffix(".partial").write_text(found)
    code.with_suffix(".partial").rename(code)
    os._exit(0)


def become(request: dict[str, Any], files: list[int]) -> None:
    os.setsid()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    # Those of this process know whether its own files could be sought in.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    folders = os.environ.get("PYTHONPATH", "").split(os.pathsep)  # which Python reads as it starts
    sys.path[1:1] = [folder for folder in folders if folder and folder not in sys.path]
    for folder in folders:
        if (Path(folder) / "sitecustomize.py").exists():  # as Python does
            runpy.run_path(str(Path(folder) / "sitecustomize.py"))


# What commands and their workers import only where they use it.
WHERE_USED = (
    "contourpy",
    "efficientnet_lite_pytorch",
    "ganbench.cli.main",
    "ganbench.evaluation.fidelity.efficientnet",
    "ganbench.networks.images",
    "ganbench.networks.points",
    "scipy.stats",
    "torch_fidelity.registry",
)


def read_sources() -> None:
    """Of all that cells reach; what is read is kept."""
    families = (module for kind in FAMILIES.values() for module in kind.values())
    modules = module_files([*TRAINING_MODULES, *EVALUATION_MODULES, *families])
    source_hash(reach([*(plugin.path for plugin in discover().plugins), *modules]))


def draw_figure() -> None:
    """The first one with text looks for fonts, and reads them."""
    sheet = Figure(layout="constrained")
    sheet.subplots().set_title("title")
    sheet.savefig(BytesIO(), format="png")


def load_networks() -> None:
    """Those that read most tasks' pictures; what is loaded is kept. By one thread, for a process
    with several cannot be forked safely.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    for name in (VISIBLE, "efficientnet_lite0"):
        load(EXTRACTORS[name], Places((), Path()), "cpu")
    torch.set_num_threads(before)


if __name__ == "__main__":
    keep_freed_memory()
    gc.disable()  # it would go through what is imported again and again
    for module in ("ganbench.cli.commands.run", *NEEDED, *WHERE_USED):
        import_module(module)
    read_sources()
    draw_figure()
    load_networks()
    gc.freeze()  # so that forked processes never go through it
    gc.enable()
    asked = serve()
    if asked is None:
        os._exit(0)
    sys.argv[1:] = asked
    main()
