"""Tests of the vault, and attacks on it."""
