"""Brings a pair's past from the database into a chart: the missing spans of what is on show, the latest first, one
bounded question at a time."""

from collections.abc import Callable
from math import ceil, floor

from engine.domain.premium import Pair
from engine.premium_history import MOST_POINTS, PremiumHistory
from gui.arbitrage.chart_series import DAY, HOUR, MINUTE, READING, PairSeries, Span, columns_of
from gui.charts.bars import instant_of
from gui.charts.columns import TIME
from gui.charts.pages import PendingTask

#: One question asks for so much time; shorter where readings come faster than once a second.
ASKED_S = {READING: 3600.0, MINUTE: 2 * 86400.0, HOUR: 120 * 86400.0, DAY: 10 * 365 * 86400.0}
SHORTEST_S = 60.0
#: A question ends before its end; a place at that instant itself is known too.
JUST_BEHIND_S = 1e-3
#: So much beyond the left edge is held ready, in screens.
READY = 0.5


class PairPast:
    """`on_change` when something came, `on_failure` with a sentence; `wanted` says which step and span is on show."""

    def __init__(
        self,
        history: PremiumHistory,
        wanted: Callable[[], tuple[int, Span]],
        on_change: Callable[[], None],
        on_failure: Callable[[str], None],
    ) -> None:
        self._history = history
        self._wanted = wanted
        self._on_change = on_change
        self._pending = PendingTask(on_failure)
        self._pair: Pair | None = None
        self._series = PairSeries()
        self._asked_s = dict(ASKED_S)
        self._is_whole_known = False
        self._until_s = 0.0

    @property
    def is_loading(self) -> bool:
        return self._pending.is_running

    @property
    def trouble(self) -> str:
        """Why the last question was not answered; "" when it was."""
        return self._pending.trouble

    @property
    def is_known(self) -> bool:
        """Whether the history has said where it begins, so that an empty chart is really empty."""
        return self._is_whole_known

    def choose(self, pair: Pair, series: PairSeries) -> None:
        """Read the past of this pair into this series from now on."""
        self._pending.cancel()
        self._pair, self._series = pair, series
        self._asked_s = dict(ASKED_S)
        self._is_whole_known, self._until_s = False, 0.0

    def look(self) -> None:
        """Read what is missing of what is on show, if anything is."""
        if self._pair is not None and not self.is_loading and self._next() is not None:
            self._pending.start(self._load)

    def cancel(self) -> None:
        self._pending.cancel()

    def _next(self) -> tuple[int, Span] | None:
        """The next question; where nothing is known yet, and at last, it is for all there is."""
        newest_s = self._series.newest_s
        if newest_s is None:
            return None if self._is_whole_known else (DAY, (0.0, 0.0))
        step_s, (start_s, end_s) = self._wanted()
        first_s = start_s - READY * (end_s - start_s)
        until_s = max(newest_s, self._until_s)
        missing = self._series.missing(step_s, max(first_s, 0.0), min(end_s, until_s))
        if missing is not None:
            return step_s, _whole_bars(step_s, max(missing[0], missing[1] - self._asked_s[step_s]), missing[1])
        return None if self._is_whole_known else (DAY, (0.0, 0.0))

    async def _load(self) -> None:
        while (question := self._next()) is not None and self._pair is not None:
            step_s, span = question
            if span[1] == 0.0:
                await self._load_whole(self._pair)
                continue
            start_s, end_s = span
            answer = await self._history.spreads(self._pair, instant_of(start_s), instant_of(end_s), MOST_POINTS)
            if step_s == READING and 0 < answer.step_s < MINUTE and end_s - start_s > SHORTEST_S:
                # Readings so close together that seconds of them were put together: ask for less at a time. Minutes are
                # what is left of readings that were dropped.
                self._asked_s[step_s] = max(SHORTEST_S, (end_s - start_s) / 4)
                continue
            self._series.put_past(step_s, columns_of(answer), span)
            self._on_change()

    async def _load_whole(self, pair: Pair) -> None:
        """All there is, as finely as one answer holds it: where the past begins, and the picture of the whole."""
        answer = await self._history.spreads(pair, None, None, MOST_POINTS)
        self._is_whole_known = True
        if len(answer):
            columns = columns_of(answer)
            first_s, last_s = float(columns[TIME, 0]), float(columns[TIME, -1])
            self._series.put_past(DAY, columns, (first_s, last_s + JUST_BEHIND_S))
            self._series.begins_at(first_s)
            if answer.step_s and self._series.newest is None:
                await self._load_end(pair, last_s)
        self._on_change()

    async def _load_end(self, pair: Pair, from_s: float) -> None:
        """Where the past ends: inside the last place of the whole, of which only the beginning is known."""
        answer = await self._history.spreads(pair, instant_of(from_s), None, MOST_POINTS)
        if not len(answer):
            return
        columns = columns_of(answer)
        last_s = float(columns[TIME, -1])
        step_s = READING if answer.step_s < MINUTE else MINUTE
        self._series.put_past(step_s, columns, (from_s, last_s + JUST_BEHIND_S))
        self._until_s = last_s + answer.step_s


def _whole_bars(step_s: int, start_s: float, end_s: float) -> Span:
    """A span that cuts no bar: half of one would be read as if it were all of it."""
    if not step_s:
        return start_s, end_s
    return floor(start_s / step_s) * step_s, ceil(end_s / step_s) * step_s
