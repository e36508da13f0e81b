"""Meshes, their off-screen rendering, and the cache of what was rendered."""
