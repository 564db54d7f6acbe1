"""Bringing a database to the shape this program knows. `HEAD` is the newest revision in `versions/`."""

HEAD = "0011"
