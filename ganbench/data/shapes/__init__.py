"""Procedural shapes, drawn from a random generator."""
