"""Where cells run. `backend.py` defines what a backend must do; `choose.py` finds one by its name.

- `processes`: worker processes on this machine. What kills one kills no other.
- `here`: this process, one cell after the other: for debuggers, profilers and notebooks.
- `engine`: jobs elsewhere that share the result folder, by an `Engine` such as `slurm`. Each runs
  `processes` on its node (`engine_job`). An order (`order`) has what they need.
- `ray_engine`: tasks elsewhere that share nothing; `ray_task` is what one does on its node.

All give cells to `part.py`, so their rows are the same. None chooses what to run.
"""
