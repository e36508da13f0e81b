"""The real data sets: where each comes from, and how it gets onto the disk."""
