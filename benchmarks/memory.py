"""Memory and processor seconds of a whole `ganbench run`, of two checkouts in turn.

`python benchmarks/memory.py OLD NEW [--rounds 2] [--cache DIR] [-- ARGUMENTS OF RUN]` runs the main
command (three models on `car2car`, shortened to 60 steps) in each folder's code by this Python. It
prints the peak of the sum over the command's processes, the parts of it, the peak of each process,
the processor's seconds, and NEW's peak over OLD's. Linux only.

A page that k processes share counts a k-th in each (PSS). Pages of libraries that other programs of
the machine map too count less for it, so leave those as they are between the rounds. A first run of
each folder fills its cache and does not count.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

EVERY_SEC, AT_LEAST_EVERY_SEC = 0.1, 1.0
MOVED_PAGES = 256  # fewer are no reason to read the shares of all pages, which takes time
MAIN = ("--models", "standard,recon,discogan", "--task", "car2car", "--device", "cpu")
SHORT = ("--steps", "60", "--seeds", "2")
WARM_UP = ("--steps", "2", "--seeds", "1")  # fills the cache; the last value of an option counts
MIB = 1024  # of the kB that /proc tells
TICKS_PER_SEC = os.sysconf("SC_CLK_TCK")


@dataclass
class Seen:
    """What was seen of a command's processes while it ran.

    peak_kb: the largest sum. parts_kb: at that moment, by process: (all, of it anonymous).
    said: what the command had said last by then. own_peaks_kb: of each process, shared pages in
    full. ticks: of the processor, by process.
    """

    peak_kb: int = 0
    peak_sec: float = 0.0
    parts_kb: dict[str, tuple[int, int]] = field(default_factory=dict)
    said: str = ""
    own_peaks_kb: dict[str, int] = field(default_factory=dict)
    ticks: dict[str, int] = field(default_factory=dict)
    took_sec: float = 0.0

    @property
    def cpu_sec(self) -> float:
        return sum(self.ticks.values()) / TICKS_PER_SEC


def tree(pid: int) -> Iterator[int]:
    """A process and all below it."""
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from living_tree(int(child))


def living_tree(pid: int) -> list[int]:
    """The same; nothing of a process that has ended."""
    try:
        return list(tree(pid))
    except (OSError, ProcessLookupError):
        return []


def resident_pages(root: int) -> int:
    """Of all processes, shared ones in each: what can be had at no cost."""
    total = 0
    for pid in living_tree(root):
        with suppress(OSError):  # it has ended
            total += int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return total


def values_kb(file: Path) -> dict[str, int]:
    """The lines `Name:   123 kB` of a file of /proc."""
    lines = (line.split() for line in file.read_text().splitlines())
    return {line[0].rstrip(":"): int(line[1]) for line in lines if line[-1] == "kB"}


def name_of(pid: int, root: int) -> str:
    """What it is for the command, and its number."""
    words = Path(f"/proc/{pid}/cmdline").read_bytes()
    parent, kind = parent_of(pid), "helper"
    if pid == root:
        kind = "command"
    elif b"forkserver" in words:
        kind = "server" if parent == root else "worker"
    return f"{kind} {pid}"


def stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat from the third on: what comes after the name."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()


def parent_of(pid: int) -> int:
    return int(stat(pid)[1])


def look(seen: Seen, root: int, said: list[str], began: float) -> None:
    """Notes what the processes take now."""
    parts: dict[str, tuple[int, int]] = {}
    for pid in living_tree(root):
        try:
            now, name = values_kb(Path(f"/proc/{pid}/smaps_rollup")), name_of(pid, root)
            fields, own = stat(pid), values_kb(Path(f"/proc/{pid}/status"))
        except (OSError, ProcessLookupError):
            continue  # it has ended
        if "Pss" not in now or "VmHWM" not in own:
            continue  # it is ending
        parts[name] = now["Pss"], now["Pss_Anon"]
        seen.own_peaks_kb[name] = own["VmHWM"]
        seen.ticks[name] = int(fields[11]) + int(fields[12])
    total = sum(all_kb for all_kb, _ in parts.values())
    if total > seen.peak_kb:
        seen.peak_kb, seen.parts_kb = total, parts
        seen.peak_sec, seen.said = time.perf_counter() - began, said[-1] if said else "start"


def follow(seen: Seen, process: subprocess.Popen[str], said: list[str]) -> None:
    """Looks at the processes until the command ends: where what they hold moves, and now and then,
    for a page that is written is shared no longer.
    """
    began, last_sec, last_pages = time.perf_counter(), 0.0, 0
    while process.poll() is None:
        now_sec, pages = time.perf_counter() - began, resident_pages(process.pid)
        if abs(pages - last_pages) > MOVED_PAGES or now_sec - last_sec > AT_LEAST_EVERY_SEC:
            look(seen, process.pid, said, began)
            last_sec, last_pages = now_sec, pages
        time.sleep(EVERY_SEC)


def watched(checkout: Path, cache: Path, arguments: list[str]) -> Seen:
    """Runs the command with the checkout's code. Raises CalledProcessError where it fails."""
    seen, said = Seen(), list[str]()
    paths = {"PYTHONPATH": str(checkout), "GANBENCH_CACHE": str(cache)}
    with tempfile.TemporaryDirectory() as made:
        command = [sys.executable, "-m", "ganbench", "run", *arguments, "--output", f"{made}/out"]
        began = time.perf_counter()
        process = subprocess.Popen(
            command,
            cwd=made,
            env={**os.environ, **paths},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stderr is not None
        reading = threading.Thread(target=said.extend, args=(process.stderr,), daemon=True)
        reading.start()
        try:
            follow(seen, process, said)
        finally:
            process.kill()  # it has ended, or this program was interrupted
        seen.took_sec = time.perf_counter() - began
        reading.join()
    if process.returncode:
        print("".join(said), file=sys.stderr)
        raise subprocess.CalledProcessError(process.returncode, command)
    return seen


def text_of(seen: Seen) -> str:
    lines = [
        f"peak {seen.peak_kb / MIB:.0f} MiB after {seen.peak_sec:.1f} of {seen.took_sec:.1f} s "
        f"(then: {seen.said.strip()}); processor {seen.cpu_sec:.1f} s"
    ]
    for name, own in seen.own_peaks_kb.items():
        part, anonymous = seen.parts_kb.get(name, (0, 0))
        lines.append(
            f"  {name:16} {part / MIB:5.0f} MiB of the peak, {anonymous / MIB:.0f} of no file; "
            f"its own peak {own / MIB:.0f} MiB, {seen.ticks[name] / TICKS_PER_SEC:.1f} s"
        )
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--cache", type=Path, help="kept for the next time")
    parser.add_argument("arguments", nargs="*", default=[*MAIN, *SHORT])
    asked = parser.parse_args()
    checkouts = {"old": asked.old.resolve(), "new": asked.new.resolve()}
    runs: dict[str, list[Seen]] = {name: [] for name in checkouts}
    with tempfile.TemporaryDirectory() as made:
        for round_ in range(asked.rounds + 1):
            for name, checkout in checkouts.items():
                cache = (asked.cache.resolve() if asked.cache else Path(made)) / name
                arguments = asked.arguments + ([] if round_ else list(WARM_UP))
                seen = watched(checkout, cache, arguments)
                if round_:
                    runs[name].append(seen)
                    print(f"{name}: {text_of(seen)}", flush=True)
    peaks, seconds = (
        {name: statistics.median(values(seen) for seen in all_) for name, all_ in runs.items()}
        for values in (lambda seen: seen.peak_kb, lambda seen: seen.cpu_sec)
    )
    print(
        f"medians: peak {peaks['old'] / MIB:.0f} and {peaks['new'] / MIB:.0f} MiB, "
        f"ratio {peaks['new'] / peaks['old']:.2f}; processor {seconds['old']:.1f} and "
        f"{seconds['new']:.1f} s, ratio {seconds['new'] / seconds['old']:.2f}"
    )


if __name__ == "__main__":
    main()
