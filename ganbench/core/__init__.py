"""What all other wings use: errors, plain data, options, seeds, files, memory.

Public: `errors.UserError`, `kinds` (of data), `spec` (what data and networks look like), `options`,
`seeds.seed_for`, `source_hash` (which source a cell depends on), `cache`, `files` (where a command
may write), `large_tensors`, `memory`, `interrupts`, `terminal`, `image_grid`, `figures` (what a
plugin says of a figure).

It knows no other wing: no model, no task, no result.
"""
