"""From a request to rows: cells are resolved, trained, scored and stored.

Public: `request.request_of` (arguments to a request), `runner.planned` and `runner.carry_out`,
`runner.run` (the same for Python), `resolve.resolve` (a request to jobs), `cell.run_cell`,
`backends` (where cells run), `staleness.why`, `translate`, `speed.measure`.

It imports every wing but `testing` and `cli`. It prints nothing.
"""
