"""Tests of engine/console."""
