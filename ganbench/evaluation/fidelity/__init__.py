"""How far a set of images is from another: extractors, features, distances.

`feature_cache` stores features of real images; `folders` scores two folders without any training.
"""
