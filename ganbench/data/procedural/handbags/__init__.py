"""Handbags: styles, bodies and details."""
