"""Where cells run. `backend.py` defines what a backend must do; `choose.py` finds one by its name.

- `processes`: worker processes on this machine. What kills one kills no other.
- `here`: this process, one cell after the other: for debuggers, profilers and notebooks.

Both give cells to `part.py`, so their rows are the same. Neither chooses what to run.
"""
