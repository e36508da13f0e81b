"""Readers of users' own data folders."""
