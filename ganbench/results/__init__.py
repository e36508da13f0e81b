"""What a run leaves on the disk: rows, cells' folders, and the benchmark's file.

Public: `records.Cell` and `records.Row`, `folder` (read, append, claim), `jsonl` (rows as lines),
`benchmark_file` (a grid of cells and the claims that they test), `curves` (a cell over its
training).

It imports `core` alone. It does not know how rows are made or reported.
"""
