"""The trading engine: decides and sends orders. It knows neither Qt nor SQL."""
