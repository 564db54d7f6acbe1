"""Repositories on a real database."""
