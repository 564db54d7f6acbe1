"""Pages of the past for a chart: one question at a time to the history, older ones only while they are looked for."""

import asyncio
import logging
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from engine.domain.market import Candle
from engine.errors import GridwrightError
from engine.ports import History
from gui import sentences
from gui.charts.bars import instant_of

log = logging.getLogger(__name__)
PAGE_ROWS = 2000
RETRY_S = 5.0


class PendingTask:
    """At most one running coroutine of a widget, on the window's loop. A failure is logged and told, never raised.

    After a failure nothing is started for `RETRY_S`, so that a chart does not hammer a database that is down. Without a
    running loop (a widget shown by itself) nothing is asked for and `start` says False. `clock`: monotonic seconds.
    """

    def __init__(self, on_failure: Callable[[str], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._on_failure = on_failure
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._rests_until_s = 0.0
        self._trouble = ""

    @property
    def is_running(self) -> bool:
        return self._task is not None and not self._task.done()

    @property
    def trouble(self) -> str:
        """Why the last work failed; "" after one that did not."""
        return self._trouble

    def start(self, work: Callable[[], Coroutine[Any, Any, None]]) -> bool:
        """Start it unless one is running or has just failed. Returns whether it was started."""
        if self.is_running or self._clock() < self._rests_until_s:
            return False
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            return False
        self._task = loop.create_task(self._guarded(work))
        return True

    def cancel(self) -> None:
        """Forget the present work, also in the middle of a question, and any failure."""
        self._rests_until_s, self._trouble = 0.0, ""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    async def _guarded(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
            self._trouble = ""
        except GridwrightError as error:
            log.warning("history not read: %s", error)
            self._rests_until_s = self._clock() + RETRY_S
            self._trouble = sentences.translate(error.sentence)
            self._on_failure(self._trouble)


class CandlePages:
    """Candles of one instrument, page by page towards the past."""

    def __init__(
        self, history: History, on_page: Callable[[Sequence[Candle]], None], on_failure: Callable[[str], None]
    ):
        self._history = history
        self._on_page = on_page
        self._pending = PendingTask(on_failure)
        self._venue, self._symbol, self._timeframe_s = "", "", 60
        self._is_at_start = False

    def choose(self, venue: str, symbol: str, timeframe_s: int) -> None:
        """Ask for this instrument from now on."""
        self._pending.cancel()
        self._venue, self._symbol, self._timeframe_s = venue, symbol, timeframe_s
        self._is_at_start = False

    @property
    def is_loading(self) -> bool:
        return self._pending.is_running

    @property
    def trouble(self) -> str:
        """Why the last page did not come; "" when it did."""
        return self._pending.trouble

    def load_before(self, before_s: float | None, wanted_s: Callable[[], float]) -> None:
        """Read pages that end before `before_s` (None: the newest) until `wanted_s()` is reached or no more exist.

        `wanted_s` is asked again after each page, because the trader goes on panning meanwhile.
        """
        if not self._is_at_start and self._venue:
            self._pending.start(lambda: self._load(before_s, wanted_s))

    def load_gap(self, after_s: float, before_s: float) -> None:
        """Read the candles that a live feed skipped between two instants."""
        self._pending.cancel()
        self._pending.start(lambda: self._load(before_s, lambda: after_s))

    def cancel(self) -> None:
        self._pending.cancel()

    async def _load(self, before_s: float | None, wanted_s: Callable[[], float]) -> None:
        while before_s is None or before_s > wanted_s():
            before = None if before_s is None else instant_of(before_s)
            page = await self._history.candles(self._venue, self._symbol, self._timeframe_s, before, PAGE_ROWS)
            if page:
                self._on_page(page)
                before_s = page[0].opened_at.timestamp()
            if len(page) < PAGE_ROWS:
                self._is_at_start = True
                return
