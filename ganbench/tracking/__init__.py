"""Experiment trackers: what a run tells is put into TensorBoard, W&B, trackio or MLflow.

Each tracker runs in a process of its own (`process.py`), which reads events (`events.py`) and gives
them to an adapter (`tracker.py` says what one must do), so that nothing that a tracker's library
does, or fails to do, can touch a training. It knows of no model, task or metric, only of cells'
numbers and files; who starts it is `running.tracked`.
"""
