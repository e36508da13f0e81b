"""Where a cluster of Ray is said to be."""

from __future__ import annotations

import os
import socket

from ganbench.core.errors import UserError

VARIABLE = "RAY_ADDRESS"  # which Ray takes where it is to find a cluster itself
AUTO = "auto"
ANSWER_SEC = 5.0


class ClusterGone(UserError):
    """The head of the cluster has died under a run, which goes on when there is one again."""

    exit_code = 1


def require_head(address: str) -> None:
    """Raises ClusterGone where nothing listens any more at the head's HOST:PORT. Ray 2.60 itself
    waits for a minute and then takes this process down, with words of its own.
    """
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_SEC).close()
    except OSError as error:
        raise gone(address) from error


def gone(address: str) -> ClusterGone:
    return ClusterGone(
        "the cluster of Ray is gone",
        address,
        "start it again; the same command goes on from the checkpoints that came back",
    )


def require_listening(address: str) -> None:
    """Raises UserError where nothing listens at HOST:PORT, be it named by the option or by Ray's
    variable. Ray 2.60 itself tries for minutes there. Of other forms Ray tells at once.
    """
    named = os.environ.get(VARIABLE, "") if address == AUTO else address
    host, _, port = named.rpartition("://")[2].rpartition(":")
    if not (host and port.isdigit()):
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER_SEC).close()
    except (OSError, OverflowError) as error:
        raise UserError(
            f"no cluster of Ray can be reached: nothing answers at {named} ({error})",
            f"{VARIABLE}={named}" if address == AUTO else f"--on-set address={address}",
            "`ray start --head` makes one, and prints its address",
        ) from error
