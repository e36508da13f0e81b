"""A length of training in samples seen, which models of any batch can have in common."""

from __future__ import annotations

KIMG = "kimg"  # thousands of samples of a domain
MAX_KIMG = 1e6
