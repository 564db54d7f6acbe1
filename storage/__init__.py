"""Keeps the truth: implements the engine's ports on PostgreSQL and a cache; must never decide a trade or load Qt."""
