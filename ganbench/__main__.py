"""`ganbench`, and `python -m ganbench`."""

from __future__ import annotations

import atexit
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from ganbench.core.interrupts import (
    INTERRUPTED,
    lost_interrupts_again,
    terminations_as_interrupts,
)


def main() -> None:
    """The command; an interruption while it is imported is one line, too."""
    with ending_at_once(), terminations_as_interrupts(), lost_interrupts_again():
        try:
            from ganbench.cli.main import main as command
        except KeyboardInterrupt:
            print(INTERRUPTED, file=sys.stderr)
            sys.exit(130)
        command(prog_name="ganbench", obj=restart_portable)


def restart_portable() -> None:
    """What `run` calls where it needs it and is the command of this process."""
    from ganbench.core.portable_process import restart_portable as restart

    restart()


@contextmanager
def ending_at_once() -> Iterator[None]:
    """Once the exit handlers have run, the process of a command that ends by an exit code ends
    without taking down what it has imported, which takes 0.6 s of PyTorch.
    """
    code = 0

    def leave() -> None:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)

    atexit.register(leave)  # the last to run, as the first that is registered
    try:
        yield
    except SystemExit as exit:
        code = exit.code if isinstance(exit.code, int) else int(exit.code is not None)
        raise
    except BaseException:
        atexit.unregister(leave)
        raise


if __name__ == "__main__":
    main()
