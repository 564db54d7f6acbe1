"""Draws a grid as a ladder of rungs, and the same as a table; must never decide a trade."""
