"""How fast procedural heads are built, beside an older revision, and that they are the same.

`python benchmarks/heads_speed.py REVISION [--heads 40] [--rounds 15]` builds the heads of that many
people (shapes alone, nothing is drawn) by the code of a git revision and by that of this folder, in
two processes that take turns. It prints the median of the ratios of their processor time, its
quartiles, and whether every array has the same bits; once as NumPy does it by itself, and once with
the instructions of `--portable`.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

HERE = Path(__file__).parents[1]


def serve(heads: int) -> None:
    """In a process that is timed: print a digest of all arrays, then for each line that comes the
    seconds of the processor's time a head.
    """
    from ganbench.data.procedural.heads.people import build_person, person

    people = [person(number, 1) for number in range(heads)]
    digest = hashlib.sha256()
    for part in (part for someone in people for part in build_person(someone)):
        for array in (part.vertices, part.faces):
            digest.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
        digest.update(repr((part.rgb, part.specular, part.shininess)).encode())
    print(digest.hexdigest(), flush=True)
    for _ in sys.stdin:
        started = time.process_time()
        for someone in people:
            build_person(someone)
        print((time.process_time() - started) / heads, flush=True)


def served(code: Path, heads: int, environment: Mapping[str, str]) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, "serve", "--heads", str(heads)]
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, env={**environment, "PYTHONPATH": str(code)}, **pipes)


def answer(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def turn(process: subprocess.Popen[str]) -> float:
    assert process.stdin is not None
    print(file=process.stdin, flush=True)
    return float(answer(process))


def compared(old: Path, heads: int, rounds: int, name: str, environment: Mapping[str, str]) -> bool:
    """Whether all arrays are the same; prints a line of it and of the times."""
    both = [served(code, heads, environment) for code in (old, HERE)]
    digests = [answer(process) for process in both]
    times = [[turn(process) for process in both] for _ in range(rounds)]
    for process in both:
        process.communicate()
    low, middle, high = statistics.quantiles((new / was for was, new in times), n=4)
    was_ms, new_ms = (1e3 * statistics.median(column) for column in zip(*times, strict=True))
    same = digests[0] == digests[1] != ""
    print(
        f"{name}: {middle:.2f} ({low:.2f} to {high:.2f}), {was_ms:.1f} and {new_ms:.1f} ms a head; "
        + (f"the arrays of {heads} heads are the same" if same else "OTHER ARRAYS"),
        flush=True,
    )
    return same


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision", help="of git, such as HEAD~1")
    parser.add_argument("--heads", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=15)
    asked = parser.parse_args()
    if asked.revision == "serve":
        serve(asked.heads)
        return 0
    from ganbench.core.portable import portable_environment

    archive = ["git", "-C", str(HERE), "archive", asked.revision, "ganbench"]
    with tempfile.TemporaryDirectory() as old:
        packed = subprocess.run(archive, check=True, stdout=subprocess.PIPE).stdout
        subprocess.run(["tar", "-x", "-C", old], check=True, input=packed)
        environments = {"as it is": dict(os.environ), "portable": portable_environment(os.environ)}
        given = (Path(old), asked.heads, asked.rounds)
        same = [compared(*given, name, each) for name, each in environments.items()]
    return 0 if all(same) else 1


if __name__ == "__main__":
    sys.exit(main())
