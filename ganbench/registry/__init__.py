"""Which plugins there are, and what is wrong with one.

Public: `registry.discover`, `Registry`, `Plugin` and `Kind`.

It imports `core` alone. It runs no plugin before it is loaded, and knows of a contract only
what the loaded class has inherited.
"""
