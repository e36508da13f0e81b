"""`ganbench`, and `python -m ganbench`."""

from __future__ import annotations

import sys

from ganbench.interrupts import TOLD, lost_interrupts_again


def main() -> None:
    """The command; an interruption while it is imported is told in a line, too."""
    with lost_interrupts_again():
        try:
            from ganbench.cli import main as command
        except KeyboardInterrupt:
            print(TOLD, file=sys.stderr)
            sys.exit(130)
        command(prog_name="ganbench")


if __name__ == "__main__":
    main()
