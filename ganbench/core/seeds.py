"""Seeds for one purpose each, derived from a cell's seed."""

from __future__ import annotations

import hashlib


def seed_for(seed: int, *purpose: str | int) -> int:
    """A 63-bit seed for `purpose` under the training seed `seed`.

    purpose: words and numbers, such as "order", "A", 3. The result depends on the arguments alone,
    so two models of one seed get the same data order and, network by network, the same initial
    weights.
    """
    text = "/".join(str(part) for part in (seed, *purpose))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1
