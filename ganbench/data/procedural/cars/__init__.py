"""Cars: styles, bodies and whole fleets."""
