"""The trading engine: decides and sends orders. It knows neither Qt nor SQL."""

#: Of the program; pyproject.toml says the same.
VERSION = "0.1.0"
