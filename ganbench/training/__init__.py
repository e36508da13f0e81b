"""Training of one seed or of several as one program, to the last bit the same.

Public: `loop.train` and `train_together`, `program`, `step`, `multi_seed.how_to_join`,
`checkpoint`, `checkpoint_selection`, `restarts` with `start_scores`, `loss_log`, `drawing` with
`sampler` and `jitter`;
`vmap_stack` with `rng`, `streams`, `cuda_graphs` and `compiled` are how seeds and steps are made
fast.

It imports `contracts` and what is below. It knows no task family, no metric and no result folder.
"""
