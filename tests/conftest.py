"""What every test stands on: the money context, and the fixtures of tests/support."""

import os

import pytest
from hypothesis import settings

from engine.domain.money import install_decimal_context

pytest_plugins = ["tests.support.postgres", "tests.support.redis"]

# The same run twice gives the same result; a sweep looks for new examples each time.
settings.register_profile("repeatable", derandomize=True)
settings.register_profile("sweep", derandomize=False)
settings.load_profile("sweep" if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else "repeatable")


@pytest.fixture(autouse=True)
def _money_context() -> None:
    """Every test computes money exactly as the program does; a decimal context belongs to its thread."""
    install_decimal_context()
