"""Calls in a child process that survive a crash or a hang of what they call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from typing import Any, TypeVar

from ganbench.core.errors import UserError

Item = TypeVar("Item")
Result = TypeVar("Result")

READY = "ready"
START_LIMIT_S = 120.0


@dataclass(frozen=True)
class Failure:
    """What went wrong with one item."""

    reason: str


def map_isolated(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    limit_s: float,
    prepare: Callable[[], None],
) -> list[Result | Failure]:
    """`function` of each item, in order, computed in a spawned child process.

    An exception, a crash of the child or more than `limit_s` seconds make a Failure of that item
    only: the items after it go to a fresh child. `prepare` runs first in each child.

    Raises UserError when a child cannot even start.
    """
    results: list[Result | Failure] = []
    while len(results) < len(items):
        results += _run_child(function, items[len(results) :], limit_s, prepare)
    return results


def _run_child(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    limit_s: float,
    prepare: Callable[[], None],
) -> list[Result | Failure]:
    """Results up to the last item, or up to the first that ends the child."""
    context = get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(function, items, prepare, sender), daemon=True)
    child.start()
    sender.close()  # so that the child's end is the only one, and its death is seen
    results: list[Result | Failure] = []
    try:
        if _receive(receiver, START_LIMIT_S) != READY:
            raise UserError(
                what="a helper process could not start",
                fix='in your own script, call ganbench below `if __name__ == "__main__":`; '
                "otherwise check that memory has not run out",
            )
        for _ in items:
            answer = _receive(receiver, limit_s)
            results.append(answer)
            if isinstance(answer, Failure) and answer.reason in (CRASHED, too_slow(limit_s)):
                break
    finally:
        child.kill()
        child.join()
        receiver.close()
    return results


CRASHED = "the reader crashed on it"


def too_slow(limit_s: float) -> str:
    """The reason of an item that took longer than the limit."""
    return f"not read within {limit_s:g} s"


def _receive(receiver: Connection, limit_s: float) -> Any:
    """What the child sends next, or the Failure that ended the wait."""
    try:
        return receiver.recv() if receiver.poll(limit_s) else Failure(too_slow(limit_s))
    except (EOFError, OSError):
        return Failure(CRASHED)


def _serve(
    function: Callable[[Item], Result],
    items: Sequence[Item],
    prepare: Callable[[], None],
    sender: Connection,
) -> None:
    """The child: an answer for each item."""
    prepare()
    sender.send(READY)
    for item in items:
        try:
            answer: Result | Failure = function(item)
        except Exception as error:  # whatever the reader raises is that item's reason
            answer = Failure(str(error) or type(error).__name__)
        sender.send(answer)
