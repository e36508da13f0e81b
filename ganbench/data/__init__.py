"""Data: procedural shapes, readers of users' folders, rendering."""
