"""What every test stands on: the money context, and the fixtures of tests/support."""

import itertools
import os
from pathlib import Path

import pytest
from hypothesis import settings

from engine.domain.money import install_decimal_context

pytest_plugins = ["tests.support.postgres", "tests.support.redis"]

# The same run twice gives the same result; a sweep looks for new examples each time. How long an example takes says
# more about the machine than about us.
settings.register_profile("repeatable", derandomize=True, deadline=None)
settings.register_profile("sweep", derandomize=False, deadline=None)
settings.load_profile("sweep" if os.environ.get("GRIDWRIGHT_SWEEP") == "full" else "repeatable")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Several workers begin with the long tests: one that begins last keeps the others waiting.

    Each worker is dealt as many files with long tests as the others, and then its part of the rest.
    """
    workers: int = getattr(config, "workerinput", {}).get("workercount", 1)
    if workers == 1:
        return
    long: dict[Path, list[pytest.Item]] = {}
    rest = []
    for item in items:
        if item.get_closest_marker("slow") or item.get_closest_marker("sweep"):
            long.setdefault(item.path, []).append(item)
        else:
            rest.append(item)
    files = list(long.values())
    size = -(-len(rest) // workers)
    items[:] = [
        item
        for number in range(workers)
        for item in (
            *itertools.chain.from_iterable(files[number::workers]),
            *rest[number * size : (number + 1) * size],
        )
    ]


@pytest.fixture(autouse=True)
def _money_context() -> None:
    """Every test computes money exactly as the program does; a decimal context belongs to its thread."""
    install_decimal_context()
