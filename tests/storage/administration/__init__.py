"""Saving, restoring, checking and importing."""
