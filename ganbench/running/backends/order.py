"""An order: cells that jobs of an engine share, with all that a job needs to do them."""

from __future__ import annotations

import os
import pickle
import shutil
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from uuid import uuid4

import msgspec
import torch

from ganbench.core.errors import UserError, first_few
from ganbench.core.files import write_atomically
from ganbench.core.source_hash import PACKAGE_DIR, file_hashes
from ganbench.results.engine_state import (
    JOBS,
    ORDER,
    Identity,
    Order,
    order_folder,
    read_orders,
)
from ganbench.results.run_state import place, rows_since
from ganbench.running.job import Job
from ganbench.running.needs import UNKNOWN, Needs

CONTENT = "content.pickle"
LOCK, SIGN = "lock", "sign"  # who gave the order holds the first and touches the second
INSTALL = "install there what this machine has, or leave the node out"


@dataclass(frozen=True)
class Local:
    """How a job runs cells on its node. cells: at a time, 0 as its device holds.
    per_device: cells on each GPU.
    """

    device: str
    cells: int
    per_device: int


@dataclass(frozen=True)
class Content:
    """jobs: in the order in which they are begun."""

    jobs: tuple[Job, ...]
    output: Path
    local: Local


def identity_of(jobs: Sequence[Job]) -> Identity:
    """What this process would compute the cells by."""
    sources = {id(job.sources): job.sources for job in jobs}.values()
    merged: dict[str, str] = {}
    for one in sources:
        merged |= {**one.training, **one.evaluation}
    return Identity(version("ganbench"), str(torch.__version__), merged)


def give_order(
    engine: str, at_a_time: int, content: Content, since: int, job: Needs = UNKNOWN
) -> Order:
    """Writes the order into the result folder, and removes those of which no cell is left.
    since: as `Backend.run` has it. job: what each needs.
    """
    forget_done(content.output)
    name = f"{time.strftime('%Y%m%d-%H%M%S')}-{uuid4().hex[:6]}"
    order = Order(
        name=name,
        engine=engine,
        started=time.time(),
        host=socket.gethostname(),
        place=place(),
        pid=os.getpid(),
        rows_bytes=since,
        jobs_at_a_time=at_a_time,
        cells=tuple(job.id for job in content.jobs),
        identity=identity_of(content.jobs),
        job_sec=job.sec,
        job_bytes=job.bytes,
    )
    folder = order_folder(content.output, name)
    (folder / JOBS).mkdir(parents=True)
    (folder / SIGN).touch()
    write_atomically(folder / CONTENT, pickle.dumps(content))
    write_atomically(folder / ORDER, msgspec.json.encode(order))
    return order


def forget_done(output: Path) -> None:
    """Removes the files of orders all of whose cells have got their rows."""
    for order in read_orders(output):
        if not {*order.cells} - rows_since(output, order.rows_bytes):
            shutil.rmtree(order_folder(output, order.name), ignore_errors=True)


def read_order(folder: Path) -> Order:
    """Raises UserError where the folder is not seen from here."""
    try:
        return msgspec.json.decode((folder / ORDER).read_bytes(), type=Order)
    except OSError as error:
        raise UserError(
            f"the node does not see the result folder: {error.strerror}",
            str(folder),
            "give an --output on a file system that all nodes share",
        ) from error


def read_content(folder: Path) -> Content:
    """To be read after `refuse_other`, for it is in the terms of the code."""
    content: Content = pickle.loads((folder / CONTENT).read_bytes())
    return content


def refuse_other(asked: Identity) -> None:
    """Raises UserError where this process would compute other numbers than were ordered."""
    if torch.__version__ != asked.torch:
        raise UserError(
            f"the node has torch {torch.__version__}, the run needs {asked.torch}",
            socket.gethostname(),
            INSTALL,
        )
    root = PACKAGE_DIR.parent
    files = {name: root / name for name in asked.sources}
    absent = [name for name, file in files.items() if not file.is_file()]
    there = file_hashes({file for name, file in files.items() if name not in absent})
    other = [name for name, digest in there.items() if asked.sources[name] != digest]
    if absent or other:
        own = version("ganbench")
        is_same = own == asked.ganbench
        versions = "" if is_same else f" (ganbench {own} there, {asked.ganbench} here)"
        raise UserError(
            f"the node has other code{versions}: {first_few(absent + other)}",
            f"{socket.gethostname()}, {root}",
            INSTALL,
        )
