"""What every test stands on: the money context, and the fixtures of tests/support."""

import importlib.util

import pytest


@pytest.fixture(autouse=True)
def _money_context() -> None:
    """Every test computes money exactly as the program does; a decimal context belongs to its thread."""
    if importlib.util.find_spec("engine.domain") and importlib.util.find_spec("engine.domain.money"):
        from engine.domain.money import install_decimal_context  # the room may not be built in an early checkout

        install_decimal_context()
