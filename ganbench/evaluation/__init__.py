"""Scores of translations: one pass over them feeds every metric.

Public: `evaluate.evaluate`, `Translation` and `Scored`, `probes.probes_of`, `fidelity`, the
distances of image features, and `discriminators`, whether D memorises.

It imports `contracts` and what is below. It knows no trainer, and no result folder.
"""
