"""Chairs: styles, colours, and the parts that they are made of."""
