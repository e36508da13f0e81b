"""How far a set of images is from another: extractors, their features, and distances of these."""
