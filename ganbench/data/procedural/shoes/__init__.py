"""Shoes: styles, lasts, soles and details."""
