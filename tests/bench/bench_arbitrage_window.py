"""The real window with 200 live pairs and four spread charts of 100,000 readings each, while the engine trades.

Run by hand: `xvfb-run -a python -m tests.bench arbitrage_window`. Window and engine are the program's own, each on its
thread, with the embedded server; the premiums of 200 pairs are worked out on the engine's thread from books that change
all the time, and every book that changes is another snapshot. Told are, over the same seconds:

- the work of the window's thread in each turn of its loop, in time of the processor: all that is due at once (a
  snapshot, a chart's turn, pictures, the second's ageing), and what a hand would wait for;
- the same in each frame of 33 ms, and how late the next frame began by the clock. Where other programs have the
  processor a frame becomes longer and holds the work of several, so the frames that were in time are told apart;
- how long the engine took to answer commands that it journals first;
- how late a quarter-second tick was on the engine's loop. A tick that misses its quarter second is a missed deadline.
"""

import asyncio
import random
import sys
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import numpy as np
import qasync
from PySide6.QtCore import QAbstractEventDispatcher, QPoint, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from engine.domain.arbitrage_views import FxView, PremiumsView, PremiumView
from engine.domain.messages import Command, CommandAnswered, OpenAccount, SetMarketSpeed
from engine.domain.money import install_decimal_context
from engine.domain.views import EngineView
from engine.thread import EngineThread
from gui.actions import Actions
from gui.app import Desktop, make_application
from gui.arbitrage.chart_view import SpreadChart
from gui.docks import Workspace
from gui.window_settings import Language, WindowSettings
from storage.embedded import EmbeddedPostgres
from storage.late_history import LateHistory
from tests.support.arbitrage_views import board_of, fx_of, premium_view
from tests.support.desk import no_recording
from tests.support.mouse import move_mouse
from tests.support.spread_charts import SpreadPast, recording_to
from tests.support.trading import TradingDesk, fills_of, grid_on, invented_market, recorded_market
from tests.support.waiting import wait_until_async

PAIRS = 200
CHARTS = 4
READINGS = 100_000
#: Books that change in a second, on all pairs together.
BOOKS_A_SECOND = 400
ROUNDS_A_SECOND = 20
#: A rate that is heard anew is another one in every row.
RATE_EVERY_S = 0.25
FRAME_S = 1 / 30
TICK_S = 0.25
#: A frame that is later than this held more than its own work.
IN_TIME_MS = 10.0
PHASE_S = 10.0
SIZE = (2560, 1440)


class LiveBoard:
    """An EngineHandle: the engine's own, whose snapshots show 200 pairs that are worked out on its thread."""

    def __init__(self, thread: EngineThread) -> None:
        self._thread = thread
        self._rows: list[PremiumView] = []
        self._board = PremiumsView()
        self._rates: tuple[FxView, ...] = ()
        self._rate_heard_s = 0.0
        self._changes = 0
        self._chance = random.Random(11)
        self.ticks_late_ms: list[float] = []
        self.reckoned = 0

    def view(self) -> EngineView:
        view = self._thread.view()
        return replace(view, sequence=view.sequence + self._changes, premiums=self._board)

    def submit(self, command: Command) -> "Future[CommandAnswered]":
        return self._thread.submit(command)

    def reckon(self, places: list[int]) -> None:
        """Work out the premiums of some pairs anew, from books that moved."""
        now_s, now = time.monotonic(), datetime.now(UTC)
        for place in places:
            row = self._rows[place]
            share = Decimal(self._chance.randint(-30, 30)) / 100_000
            assert row.home_last is not None, "every pair has books"
            home, foreign = row.home_last * (1 + share), str(row.foreign_last)
            size = str(row.sell.size if row.sell is not None else 1)
            new = premium_view(row.pair, str(home), foreign, size=size, received_at_s=now_s)
            sell, buy = new.sell, new.buy
            assert sell is not None, "five levels hold the size"
            assert buy is not None, "of both directions"
            sell, buy = (replace(one, home_at=now, foreign_at=now) for one in (sell, buy))
            self._rows[place] = replace(new, sell=sell, buy=buy)
        self.reckoned += len(places)
        if now_s - self._rate_heard_s >= RATE_EVERY_S:
            self._rate_heard_s, self._rates = now_s, (fx_of(now_s=now_s, at=now),)
        self._board = PremiumsView(tuple(self._rows), self._rates)
        self._changes += 1

    async def live(self) -> None:
        """Books change until cancelled."""
        self._rows = list(board_of(PAIRS, now_s=time.monotonic(), at=datetime.now(UTC)).rows)
        self.reckon(list(range(PAIRS)))
        while True:
            await asyncio.sleep(1 / ROUNDS_A_SECOND)
            self.reckon(self._chance.sample(range(PAIRS), BOOKS_A_SECOND // ROUNDS_A_SECOND))

    async def tick(self) -> None:
        """The engine's quarter seconds, until cancelled."""
        loop = asyncio.get_running_loop()
        due = loop.time() + TICK_S
        while True:
            await asyncio.sleep(max(0.0, due - loop.time()))
            self.ticks_late_ms.append((loop.time() - due) * 1000)
            due = max(due + TICK_S, loop.time())


@dataclass
class Measured:
    """Of one phase, in milliseconds."""

    turns: list[float] = field(default_factory=list)
    work: list[float] = field(default_factory=list)
    late: list[float] = field(default_factory=list)
    replies: list[float] = field(default_factory=list)


class Turns:
    """The window's loop from one sleep to the next: what its thread worked between them."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured
        self._slept_s = time.thread_time()
        dispatcher = QAbstractEventDispatcher.instance()
        assert dispatcher is not None, "the loop runs"
        self._dispatcher = dispatcher
        dispatcher.aboutToBlock.connect(self._sleep)

    def stop(self) -> None:
        self._dispatcher.aboutToBlock.disconnect(self._sleep)

    def _sleep(self) -> None:
        worked_s = time.thread_time()
        self._measured.turns.append((worked_s - self._slept_s) * 1000)
        self._slept_s = worked_s


class Frames:
    """A timer of the window's loop at 30 frames a second: what its thread worked since the last, and how late it is."""

    def __init__(self, measured: Measured) -> None:
        self._measured = measured
        self._timer = QTimer()
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(round(FRAME_S * 1000))
        self._timer.timeout.connect(self._tick)
        self._worked_s = time.thread_time()
        self._last_s = time.perf_counter()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()

    def _tick(self) -> None:
        now_s, worked_s = time.perf_counter(), time.thread_time()
        self._measured.work.append((worked_s - self._worked_s) * 1000)
        self._measured.late.append(max(0.0, (now_s - self._last_s - FRAME_S) * 1000))
        self._worked_s, self._last_s = worked_s, now_s


def report(name: str, unit: str, values: list[float]) -> None:
    if not values:
        sys.stdout.write(f"  {name:<52} none\n")
        return
    p50, p99 = np.percentile(values, (50, 99))
    sys.stdout.write(
        f"  {name:<52} p50 {p50:7.2f}   p99 {p99:7.2f}   most {max(values):7.2f} {unit}   ({len(values):,})\n"
    )


async def phase(name: str, handle: LiveBoard, account_venue: str, charts: list[SpreadChart], hand: bool) -> None:
    """Measure some seconds; with a `hand` that points, zooms and pans on the first chart."""
    measured = Measured()
    handle.ticks_late_ms.clear()
    painted = [chart.canvas.paint_count for chart in charts]
    fills, reckoned = fills_of(handle.view()), handle.reckoned
    frames, turns = Frames(measured), Turns(measured)
    until_s, step = time.perf_counter() + PHASE_S, 0
    asked: list[tuple[float, Future[CommandAnswered]]] = []
    while time.perf_counter() < until_s:
        await asyncio.sleep(FRAME_S)
        step += 1
        if step % 15 == 0:
            asked.append((time.perf_counter(), _timed(handle, account_venue, measured)))
        if hand:
            canvas = charts[0].canvas
            move_mouse(canvas.viewport(), QPoint(120 + step * 7 % 500, 60 + step * 3 % 200))
            if step % 3 == 0:
                canvas.pan(
                    -canvas.time_span.length_s * 0.004 if step % 200 < 100 else canvas.time_span.length_s * 0.004
                )
            if step % 40 == 0:
                canvas.zoom(0.8 if step % 80 else 1.25)
    frames.stop()
    turns.stop()
    await asyncio.gather(*(asyncio.wrap_future(future) for _, future in asked))
    seconds = PHASE_S
    sys.stdout.write(f"{name}\n")
    report("window's thread: work in a turn of its loop", "ms", measured.turns)
    in_time = [work for work, late in zip(measured.work, measured.late, strict=True) if late <= IN_TIME_MS]
    report("window's thread: work in a frame that was in time", "ms", in_time)
    report("window's thread: work in a frame, all of them", "ms", measured.work)
    report("window's thread: next frame late by (clock)", "ms", measured.late)
    report("engine: a journaled command answered after", "ms", measured.replies)
    report("engine: quarter-second tick late by", "ms", handle.ticks_late_ms)
    missed = sum(1 for late in handle.ticks_late_ms if late > TICK_S * 1000)
    pictures = sum(chart.canvas.paint_count for chart in charts) - sum(painted)
    sys.stdout.write(
        f"  missed deadlines {missed}; {(handle.reckoned - reckoned) / seconds:,.0f} premiums worked out a second, "
        f"{pictures / seconds / len(charts):.1f} pictures a second of each chart, "
        f"{fills_of(handle.view()) - fills} fills meanwhile\n"
    )


def _timed(handle: LiveBoard, venue: str, measured: Measured) -> "Future[CommandAnswered]":
    asked_s = time.perf_counter()
    future = handle.submit(SetMarketSpeed(venue, Decimal(300)))
    # Told on the engine's thread, so that a busy window does not lengthen the engine's answer.
    future.add_done_callback(lambda _done: measured.replies.append((time.perf_counter() - asked_s) * 1000))
    return future


@contextmanager
def trading(folder: Path) -> Iterator[tuple[TradingDesk, EngineThread]]:
    with EmbeddedPostgres(folder / "postgres") as server:
        desk = TradingDesk(server.ensure_running(), folder / "desk")
        room = desk.room()
        thread = EngineThread(room.open, room.close)
        thread.start()
        try:
            yield desk, thread
        finally:
            thread.stop()
            thread.join(30)


async def run(app: QApplication, desk: TradingDesk, thread: EngineThread, handle: LiveBoard, desktop: Desktop) -> None:
    account = recorded_market(desk.folder, 200_000)
    for command in (OpenAccount(account), grid_on(account), SetMarketSpeed(account.venue, Decimal(300))):
        answer = await asyncio.wrap_future(thread.submit(command))
        assert not answer.refusals, answer.refusals
    background = [thread.run(handle.live()), thread.run(handle.tick())]
    window = desktop.window
    window.resize(*SIZE)
    desktop.show()
    window.show_workspace(Workspace.ARBITRAGE)
    window.docks.arrange(Workspace.ARBITRAGE)
    await wait_until_async(lambda: fills_of(thread.view()) >= 10, what="fills", within_s=60)
    panel = window.arbitrage.charts
    panel.set_count(CHARTS)
    for chart in panel.charts:
        # Readings, not minutes, of the whole day: more than the program would draw by itself.
        chart.most_places = READINGS + 20_000
        chart.show_range(READINGS * 1.0)
    await wait_until_async(
        lambda: all(chart.series.count(0) >= READINGS for chart in panel.charts), what="the past", within_s=120
    )
    QTest.qWaitForWindowExposed(window)
    counts = ", ".join(f"{chart.series.count(0):,}" for chart in panel.charts)
    sys.stdout.write(f"{PAIRS} pairs; readings in the charts: {counts}; window of {SIZE[0]} x {SIZE[1]}\n")
    await phase("all readings on show, following", handle, account.venue, panel.charts, hand=False)
    await phase("all readings on show, a hand on the first chart", handle, account.venue, panel.charts, hand=True)
    panel.set_linked(linked=True)
    await phase("the same, all charts over one time", handle, account.venue, panel.charts, hand=True)
    panel.set_linked(linked=False)
    for chart in panel.charts:
        chart.show_range(3600.0)
    await phase("the last hour, following", handle, account.venue, panel.charts, hand=False)
    for task in background:
        task.cancel()


async def end(desktop: Desktop, history: LateHistory) -> None:
    await wait_until_async(lambda: desktop.has_ended, what="the window to end")
    await history.close()


def main() -> None:
    install_decimal_context()
    app = make_application()
    with tempfile.TemporaryDirectory() as name, trading(Path(name)) as (desk, thread):
        handle = LiveBoard(thread)
        now = datetime.now(UTC)
        past = SpreadPast(
            {row.pair: recording_to(row, READINGS, at, now) for at, row in enumerate(best_rows()[:CHARTS])}
        )
        history = LateHistory(desk.url)
        actions = Actions(invented_market, no_recording, lambda: stopped(thread), premiums=past)
        settings = WindowSettings(Path(name) / "window.ini")
        settings.language = Language.KOREAN
        loop = qasync.QEventLoop(app)
        with loop:
            desktop = Desktop(app, handle, history, actions, settings)
            try:
                loop.run_until_complete(run(app, desk, thread, handle, desktop))
            finally:
                desktop.request_stop()
                loop.run_until_complete(end(desktop, history))


def best_rows() -> list[PremiumView]:
    """The pairs that the charts take by themselves: the best of the board."""
    rows = [row for row in board_of(PAIRS).rows if row.best is not None]
    return sorted(rows, key=lambda row: float(row.best.net_pct) if row.best else 0.0, reverse=True)


def stopped(thread: EngineThread) -> "Future[None]":
    """Ask the engine to stop; the caller waits for its thread."""
    done: Future[None] = Future()
    thread.stop()
    done.set_result(None)
    return done


if __name__ == "__main__":
    main()
