"""What a spread chart keeps of one pair: readings and bars of several lengths in columns, and which times it knows."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from engine.domain.arbitrage_views import PremiumView
from engine.domain.premium_past import SpreadSeries
from gui.charts.bars import seconds_of
from gui.charts.columns import Columns, TimeColumns

#: Rows of the columns. All but prices and rate in percent; NaN where it is not known. BACK is the direction BUY_HOME;
#: PAID is 1 where the better direction brought what the trader calls an opportunity.
(TIME, PREMIUM_LOW, PREMIUM, PREMIUM_HIGH, NET_LOW, NET, NET_HIGH, BACK, BACK_NET, HOME, FOREIGN, RATE, PAID) = range(
    13
)
ROW_COUNT = 13
#: Lengths of what a place stands for, in seconds; 0 is a reading as it was recorded.
READING, MINUTE, HOUR, DAY = 0, 60, 3600, 86400
STEPS_S = (READING, MINUTE, HOUR, DAY)
#: Readings are taken to come this far apart until it is known better.
USUAL_READING_S = 1.0
#: The newest reading moves until the one before it is this old.
KEEP_EVERY_S = 0.25
#: Beyond this the older half of the readings goes; it is read again from the database when somebody looks there.
MOST_READINGS = 240_000
#: A live feed that was silent for longer leaves a hole, which the database may fill.
LONGEST_SILENCE_S = 10.0
Span = tuple[float, float]


def step_for(length_s: float, most_places: int) -> int:
    """The shortest step with which a span has at most `most_places` places."""
    for step_s in STEPS_S:
        if length_s / (step_s or USUAL_READING_S) <= most_places:
            return step_s
    return STEPS_S[-1]


def columns_of(series: SpreadSeries) -> Columns:
    """A series of the history as columns."""
    columns: Columns = np.empty((ROW_COUNT, len(series)))
    for row, values in enumerate(_rows_of(series)):
        columns[row] = values if len(values) == len(series) else math.nan
    return columns


def _rows_of(series: SpreadSeries) -> tuple[Sequence[float] | Sequence[bool], ...]:
    return (
        series.times_s,
        series.premium_low or series.premium_pct,
        series.premium_pct,
        series.premium_high or series.premium_pct,
        series.net_low or series.net_pct,
        series.net_pct,
        series.net_high or series.net_pct,
        series.back_pct,
        series.back_net_pct,
        series.home_price,
        series.foreign_price,
        series.rate,
        series.is_opportunity,
    )


def reading_of(row: PremiumView) -> Columns | None:
    """What a pair shows now, at the time of its newer leg; None while neither direction has a price."""
    sell, buy = row.sell, row.buy
    known = sell or buy
    if known is None:
        return None
    column: Columns = np.full((ROW_COUNT, 1), math.nan)
    column[TIME] = seconds_of(max(known.home_at, known.foreign_at))
    if sell is not None:
        column[PREMIUM_LOW : PREMIUM_HIGH + 1] = float(sell.premium_pct)
        column[NET_LOW : NET_HIGH + 1] = float(sell.net_pct)
    if buy is not None:
        column[BACK], column[BACK_NET] = float(buy.premium_pct), float(buy.net_pct)
    column[HOME] = float(row.home_last if row.home_last is not None else known.home.price)
    column[FOREIGN] = float(row.foreign_last if row.foreign_last is not None else known.foreign.price)
    column[PAID] = float(row.is_opportunity)
    column[RATE] = float(known.rate.rate) if known.rate is not None else 1.0
    return column


class Covered:
    """Spans of time that are known, whether or not anything was recorded in them."""

    def __init__(self) -> None:
        self._spans: list[Span] = []

    def add(self, start_s: float, end_s: float) -> None:
        """Know this span too."""
        if end_s <= start_s:
            return
        apart = [span for span in self._spans if span[1] < start_s or span[0] > end_s]
        joined = [span for span in self._spans if not (span[1] < start_s or span[0] > end_s)]
        for other in joined:
            start_s, end_s = min(start_s, other[0]), max(end_s, other[1])
        self._spans = sorted([*apart, (start_s, end_s)])

    @property
    def spans(self) -> tuple[Span, ...]:
        """All of them, in order of time."""
        return tuple(self._spans)

    def forget_before(self, start_s: float) -> None:
        self._spans = [(max(start, start_s), end) for start, end in self._spans if end > start_s]

    def last_missing(self, start_s: float, end_s: float) -> Span | None:
        """The latest unknown span inside one, or None when all of it is known."""
        for known_start, known_end in reversed(self._spans):
            if known_end >= end_s > known_start:
                end_s = known_start
            elif known_end < end_s:
                return (max(start_s, known_end), end_s) if start_s < end_s else None
        return (start_s, end_s) if start_s < end_s else None


@dataclass(slots=True)
class Level:
    """Places of one step, the times it knows, and those whose places changed since somebody asked."""

    columns: TimeColumns
    covered: Covered
    changed: Covered = field(default_factory=Covered)


class PairSeries:
    """One pair at every step. Live readings go to the readings; bars come from the history, behind them the newest."""

    def __init__(self) -> None:
        self._levels = {step_s: Level(TimeColumns(ROW_COUNT), Covered()) for step_s in STEPS_S}
        self._newest: Columns | None = None
        self._kept_s: float | None = None
        self._tip_s: float | None = None
        self._earliest_s: float | None = None

    @property
    def newest(self) -> Columns | None:
        """The last live reading, shape (rows, 1)."""
        return self._newest

    @property
    def newest_s(self) -> float | None:
        """When the last place is from, of whatever step."""
        times = [level.columns.last_s for level in self._levels.values() if level.columns.last_s is not None]
        live = [float(self._newest[TIME, 0])] if self._newest is not None else []
        return max([*times, *live], default=None)

    @property
    def earliest_s(self) -> float | None:
        """Where the content begins, as far as is known."""
        times = [level.columns.first_s for level in self._levels.values() if level.columns.first_s is not None]
        return min([*times, *([self._earliest_s] if self._earliest_s is not None else [])], default=None)

    def count(self, step_s: int) -> int:
        return len(self._levels[step_s].columns)

    def put_live(self, reading: Columns) -> bool:
        """A live reading, later than the one before. Returns whether it says anything new."""
        before, self._newest = self._newest, reading
        at_s = float(reading[TIME, 0])
        if before is not None:
            before_s = float(before[TIME, 0])
            if at_s < before_s or (at_s == before_s and np.array_equal(before, reading, equal_nan=True)):
                self._newest = before
                return False
            self._changed(before_s, at_s)
            if at_s - before_s <= LONGEST_SILENCE_S:
                self._levels[READING].covered.add(before_s, at_s)
        level, kept_s = self._levels[READING], self._kept_s
        if kept_s is not None and at_s - kept_s < KEEP_EVERY_S and level.columns.last_s == self._tip_s:
            level.columns.replace_last(reading)
        else:
            level.columns.put(reading)
            self._kept_s = at_s
        self._tip_s = at_s
        self._changed(at_s, at_s)
        if len(level.columns) > MOST_READINGS:
            kept_from_s = level.columns.keep_last(MOST_READINGS // 2)
            level.covered.forget_before(kept_from_s)
            level.changed.add(-math.inf, kept_from_s)
        return True

    def put_past(self, step_s: int, columns: Columns, span: Span) -> None:
        """What the history has of a span at a step. What was heard live stays as it was heard."""
        level = self._levels[step_s]
        columns = columns[:, ~np.isin(columns[TIME], level.columns.rows[TIME])] if step_s == READING else columns
        level.columns.put(columns)
        level.covered.add(*span)
        if columns.shape[1]:
            level.changed.add(float(columns[TIME, 0]), _just_after(float(columns[TIME, -1])))
            if self._newest is not None:
                # Behind the last place stands the newest reading, which may have lost its place.
                newest_s = float(self._newest[TIME, 0])
                level.changed.add(newest_s, _just_after(newest_s))

    def begins_at(self, at_s: float) -> None:
        """Nothing was recorded before."""
        self._earliest_s = at_s
        for level in self._levels.values():
            level.covered.add(0.0, at_s)

    def refresh(self, step_s: int, from_s: float) -> None:
        """What is known of a step from an instant on may have grown: ask for it again."""
        level = self._levels[step_s]
        level.covered = _cut(level.covered, from_s)

    def take_changes(self, step_s: int) -> tuple[Span, ...]:
        """In which times the places of a step are other ones than when this was asked before."""
        level = self._levels[step_s]
        changed, level.changed = level.changed.spans, Covered()
        return changed

    def missing(self, step_s: int, start_s: float, end_s: float) -> Span | None:
        """The latest part of a span that has still to be read."""
        return self._levels[step_s].covered.last_missing(start_s, end_s)

    def window(self, step_s: int, start_s: float, end_s: float) -> Columns:
        """What a chart draws of a span: its places, and behind the last of them the newest reading."""
        level = self._levels[step_s]
        found = level.columns.window(start_s - step_s, end_s)
        newest = self._newest
        if newest is None or (found.shape[1] and float(found[TIME, -1]) >= float(newest[TIME, 0])):
            return found
        is_at_end = not len(level.columns) or (found.shape[1] and found[TIME, -1] == level.columns.last_s)
        return np.concatenate((found, newest), axis=1) if is_at_end else found

    def _changed(self, from_s: float, to_s: float) -> None:
        for level in self._levels.values():
            level.changed.add(from_s, _just_after(to_s))

    def at(self, step_s: int, at_s: float) -> Columns | None:
        """The place at or before an instant, shape (rows, 1); None where nothing is."""
        rows = self.window(step_s, at_s, at_s)
        at = int(np.searchsorted(rows[TIME], at_s, side="right")) - 1
        return rows[:, at : at + 1] if at >= 0 else None


def _just_after(at_s: float) -> float:
    """A span is not empty and holds the instant it ends with; times are kept to the microsecond."""
    return at_s + 1e-6


def _cut(covered: Covered, from_s: float) -> Covered:
    cut = Covered()
    for start, end in covered.spans:
        cut.add(start, min(end, from_s))
    return cut
