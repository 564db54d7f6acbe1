"""The whole program but its front door: window, engine on its thread, real database; and the database is killed."""

import asyncio
import time
from collections.abc import Iterator
from concurrent.futures import Future
from decimal import Decimal
from pathlib import Path

import pytest
import qasync
from PySide6.QtCore import QTimer

from engine.domain.bot import Account
from engine.domain.messages import Command, OpenAccount, SetMarketSpeed
from engine.ports import EngineHandle
from engine.thread import EngineThread
from gui.actions import Actions
from gui.app import Desktop, make_application
from gui.window_settings import Language, WindowSettings
from storage.embedded import EmbeddedPostgres
from storage.late_history import LateHistory
from tests.faults.database import kill_server
from tests.support.desk import no_recording
from tests.support.display import display
from tests.support.trading import TradingDesk, fills_of, grid_on, invented_market, recorded_market
from tests.support.waiting import wait_until_async

__all__ = ["display"]

TICK_MS = 10
#: What waits for a database waits longer; a machine that is busy with other things makes a window wait as well.
LONGEST_GAP_S = 5.0
MANY_TICKS = 200


@pytest.fixture
def server(tmp_path: Path) -> Iterator[EmbeddedPostgres]:
    server = EmbeddedPostgres(tmp_path / "postgres")
    try:
        server.start()
        yield server
    finally:
        server.stop()


class Pulse:
    """A timer of the window's loop; `longest_s` is the longest time between two of its ticks since `begin`."""

    def __init__(self) -> None:
        self.longest_s = 0.0
        self.ticks = 0
        self._last_s = time.perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self) -> None:
        self.longest_s, self.ticks, self._last_s = 0.0, 0, time.perf_counter()
        self._timer.start()

    def end(self) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        now_s = time.perf_counter()
        self.longest_s = max(self.longest_s, now_s - self._last_s)
        self._last_s = now_s
        self.ticks += 1


async def tell(handle: EngineHandle, *commands: Command) -> None:
    """Commands through the one door, none of them refused."""
    for command in commands:
        answer = await asyncio.wrap_future(handle.submit(command))
        assert not answer.refusals, answer.refusals


async def outage(thread: EngineThread, desktop: Desktop, server: EmbeddedPostgres, account: Account) -> Pulse:
    """Trade, kill the database, see it told, trade again; measured from before the kill until after it."""
    desktop.show()
    status = desktop.window.status
    speed = SetMarketSpeed(account.venue, Decimal(3_000))
    await tell(thread, OpenAccount(account), grid_on(account), speed)
    await wait_until_async(lambda: fills_of(thread.view()) >= 10, what="fills", within_s=30)
    await wait_until_async(lambda: status.database.text == "up", what="the status bar")
    pulse = Pulse()
    pulse.begin()
    kill_server(server)
    await wait_until_async(
        lambda: status.database.text == "down" and "The database does not answer" in trouble_of(desktop),
        what="the status bar to say so",
        within_s=20,
    )
    await wait_until_async(lambda: status.database.text == "up", what="the database to be back", within_s=60)
    before = fills_of(thread.view())
    await wait_until_async(lambda: fills_of(thread.view()) >= before + 5, what="trading to go on", within_s=30)
    await wait_until_async(lambda: pulse.ticks > MANY_TICKS, what="enough ticks to speak of", within_s=60)
    pulse.end()
    await tell(thread, SetMarketSpeed(account.venue, Decimal(0)))
    await wait_until_async(lambda: thread.view().pending_records == 0, what="everything to be written")
    return pulse


def trouble_of(desktop: Desktop) -> str:
    """What the window shows in words about the state of the engine."""
    return desktop.window.status.engine.toolTip()


def stopped(thread: EngineThread) -> "Future[None]":
    """Has stopped: this test stops the engine before it closes the window."""
    done: Future[None] = Future()
    thread.stop()
    done.set_result(None)
    return done


async def end(desktop: Desktop, history: LateHistory) -> None:
    await wait_until_async(lambda: desktop.has_ended, what="the window to end")
    await history.close()


def test_the_window_stays_alive_while_the_database_is_killed(server: EmbeddedPostgres, tmp_path: Path) -> None:
    desk = TradingDesk(server.ensure_running(), tmp_path / "desk")
    account = recorded_market(desk.folder, 20_000)

    def revive() -> None:
        server.ensure_running()

    room = desk.room(revive_storage=revive)
    thread = EngineThread(room.open, room.close)
    thread.start()
    app = make_application()
    history = LateHistory(desk.url)
    actions = Actions(invented_market, no_recording, lambda: stopped(thread))
    settings = WindowSettings(tmp_path / "window.ini")
    settings.language = Language.ENGLISH
    loop = qasync.QEventLoop(app)
    with loop:
        desktop = Desktop(app, thread, history, actions, settings)
        try:
            pulse = loop.run_until_complete(outage(thread, desktop, server, account))
        finally:
            thread.stop()
            joined = thread.join(30)
            desktop.request_stop()
            loop.run_until_complete(end(desktop, history))
    assert joined
    assert thread.error is None
    assert pulse.ticks > MANY_TICKS
    assert pulse.longest_s < LONGEST_GAP_S
    assert asyncio.run(desk.complaints(account)) == []
