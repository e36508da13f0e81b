"""Tests of `ganbench.reporting.report`."""
