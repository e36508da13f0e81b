"""Where a cluster of Ray is said to be."""

from __future__ import annotations

import os
import socket

from ganbench.core.errors import UserError

VARIABLE = "RAY_ADDRESS"  # which Ray takes where it is to find a cluster itself
AUTO = "auto"
ANSWER_SEC = 5.0


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
