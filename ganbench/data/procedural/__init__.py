"""Procedural shapes, drawn from a random generator; a folder a kind."""
