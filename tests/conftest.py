"""What every test stands on: the money context, and the fixtures of tests/support."""

import pytest

from engine.domain.money import install_decimal_context

pytest_plugins = ["tests.support.postgres", "tests.support.redis"]


@pytest.fixture(autouse=True)
def _money_context() -> None:
    """Every test computes money exactly as the program does; a decimal context belongs to its thread."""
    install_decimal_context()
