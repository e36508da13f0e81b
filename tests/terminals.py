"""What stands for a terminal where the width of lines is tested."""

from __future__ import annotations

import io


class Terminal(io.StringIO):
    """Keeps what is written, and says that it is a terminal."""

    def isatty(self) -> bool:
        return True
