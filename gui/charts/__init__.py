"""Draws prices, fills and equity over time; must never decide a trade. Painted with QPainter alone (docs/charts.md)."""
