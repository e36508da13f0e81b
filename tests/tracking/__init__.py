"""Trackers, each with its real library where that is installed."""
