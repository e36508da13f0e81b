"""Heads and people: styles, skulls, features and hair."""
