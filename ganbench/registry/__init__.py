"""Which plugins there are, and what is wrong with one, read from its source.

Public: `registry.discover`, `Registry`, `Plugin` and `Kind`.

It imports `core` alone. It runs no plugin before somebody loads it, and knows no contract but the
source that it reads.
"""
