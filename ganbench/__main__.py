"""`ganbench`, and `python -m ganbench`."""

from __future__ import annotations

import sys

from ganbench.interrupts import TOLD, interrupts_at_imports


def main() -> None:
    """The command; an interruption while it is imported is told in a line, too."""
    try:
        with interrupts_at_imports():
            from ganbench.cli import main as command
    except KeyboardInterrupt:
        print(TOLD, file=sys.stderr)
        sys.exit(130)
    command(prog_name="ganbench")


if __name__ == "__main__":
    main()
