"""What a plugin is: a model, a task, a metric, a reference, and hyper-parameters.

Public: `model.Model`, `task.Task`, `metric.Metric`, `reference.Reference`, `hparams.HParams`,
`recipes`.

It imports `networks` and `core`. It knows no plugin, and neither who trains a model
nor who scores it.
"""
