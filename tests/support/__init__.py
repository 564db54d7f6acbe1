"""Builders, fixtures and stand-ins; real servers on loopback, never mocks."""
