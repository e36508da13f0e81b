"""How far a set of images is from another: extractors, features, distances.

`kept` features live in `feature_cache`; `folders` scores two folders without any training.
"""
