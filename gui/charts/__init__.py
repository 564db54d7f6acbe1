"""Draws prices, fills and equity over time; must never decide a trade. Drawn with pyqtgraph (docs/charts.md)."""
