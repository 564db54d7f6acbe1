"""Keeps the truth: implements the ports of the engine on PostgreSQL and a cache; must never decide a trade or load Qt."""
