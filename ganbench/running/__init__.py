"""From a request to rows: cells are resolved, trained, scored and kept.

Public: `runner.run`, `resolve.resolve` (a request to jobs), `cell.run_cell`, `executor.execute`,
`staleness.why`, `translate`, `speed.measure`.

It imports every wing but `testing` and `cli`. It prints nothing.
"""
