"""Waiting for a fact while Qt goes on: its events are handled between the looks."""

import asyncio
from collections.abc import Callable

from PySide6.QtWidgets import QApplication

from tests.support.waiting import wait_until, wait_until_async


def _looking(fact: Callable[[], object]) -> Callable[[], object]:
    def look() -> object:
        QApplication.processEvents()
        return fact()

    return look


def wait_for(fact: Callable[[], object], what: str) -> None:
    """Handle events until `fact()` is true."""
    wait_until(_looking(fact), what=what)


async def wait_for_async(fact: Callable[[], object], what: str) -> None:
    """The same on a running loop."""
    await wait_until_async(_looking(fact), what=what)


async def let_tasks_run(rounds: int = 50) -> None:
    """Give every task that needs no time the chance to finish, and handle the events it made."""
    for _ in range(rounds):
        await asyncio.sleep(0)
        QApplication.processEvents()
