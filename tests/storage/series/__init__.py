"""Tests of the time series: parts, hypertables, roll-ups, retention."""
