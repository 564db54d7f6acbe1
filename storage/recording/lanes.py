"""What waits for one table: facts by their key, of which only the newest form waits, or rows as they come."""

from collections import deque
from collections.abc import Callable, Hashable, Iterable
from typing import Any, Protocol

from engine.domain.market import Candle, FundingRate, FxRate, IndicatorValues, Spread
from storage.recording.targets import Target


class Lane(Protocol):
    """Events on their way to one table. `take` empties it; what could not be written comes back by `put_back`."""

    target: Target
    dropped: int

    def __len__(self) -> int: ...

    def add(self, event: Any) -> None: ...

    def take(self) -> list[Any]:
        """All that waits, oldest first."""
        ...

    def put_back(self, events: Iterable[Any]) -> None:
        """What was taken and not written, oldest first. What came meanwhile is newer."""
        ...


class FoldingLane:
    """Facts with a key. Nothing is dropped, and what waits is bounded by keys, not by updates."""

    dropped = 0

    def __init__(self, target: Target, key_of: Callable[[Any], Hashable]) -> None:
        self.target = target
        self._key_of = key_of
        self._waiting: dict[Hashable, Any] = {}

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, event: Any) -> None:
        self._waiting[self._key_of(event)] = event

    def take(self) -> list[Any]:
        taken, self._waiting = list(self._waiting.values()), {}
        return taken

    def put_back(self, events: Iterable[Any]) -> None:
        newer, self._waiting = self._waiting, {}
        for event in events:
            self.add(event)
        for event in newer.values():
            self.add(event)


class CandleLane(FoldingLane):
    """Bars, of which a growing one never replaces its closed self."""

    def __init__(self, target: Target) -> None:
        super().__init__(target, candle_key)

    def add(self, event: Candle) -> None:
        # The key is written out here: this runs for every bar of a bulk load.
        key = event.venue, event.symbol, event.timeframe_s, event.opened_at
        if event.is_closed or not ((older := self._waiting.get(key)) and older.is_closed):
            self._waiting[key] = event


class QueueLane:
    """Rows as they come. With `most`, the oldest of more than so many are dropped and counted."""

    def __init__(self, target: Target, most: int | None = None) -> None:
        self.target = target
        self.dropped = 0
        self._most = most
        self._waiting: deque[Any] = deque(maxlen=most)

    def __len__(self) -> int:
        return len(self._waiting)

    def add(self, event: Any) -> None:
        if len(self._waiting) == self._most:
            self.dropped += 1
        self._waiting.append(event)

    def take(self) -> list[Any]:
        taken = list(self._waiting)
        self._waiting.clear()
        return taken

    def put_back(self, events: Iterable[Any]) -> None:
        newer = self.take()
        for event in (*events, *newer):
            self.add(event)

    def give_way(self) -> None:
        """Drop all that waits, so that facts have the room."""
        self.dropped += len(self._waiting)
        self._waiting.clear()


def candle_key(candle: Candle) -> Hashable:
    return candle.venue, candle.symbol, candle.timeframe_s, candle.opened_at


def spread_key(spread: Spread) -> Hashable:
    return spread.symbol, spread.won_venue, spread.foreign_venue, spread.at


def rate_key(rate: FxRate) -> Hashable:
    return rate.pair, rate.source, rate.at


def funding_key(rate: FundingRate) -> Hashable:
    return rate.venue, rate.symbol, rate.at


def indicator_key(values: IndicatorValues) -> Hashable:
    return values.venue, values.symbol, values.timeframe_s, values.opened_at
