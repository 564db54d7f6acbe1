"""Decisions on recorded order books of two venues."""

from engine.errors import UsageError
from engine.lab.arbitrage.book_venue import BookVenue
from engine.lab.arbitrage.market import Decision
from engine.lab.rates import RateHistory

#: As often as the engine looks at a pair that has nothing to do.
LOOKS_EVERY_MS = 250


class BookDecisions:
    """One every `LOOKS_EVERY_MS`, from when both books are known to the end of the shorter recording."""

    def __init__(self, home: BookVenue, foreign: BookVenue, rates: RateHistory | None) -> None:
        self.period_s = 1
        self._home, self._foreign = home, foreign
        self._rates = rates
        self._next_ms = max(home.first_ms, foreign.first_ms)
        self._last_ms = min(home.last_ms, foreign.last_ms)
        if self._next_ms > self._last_ms:
            raise UsageError("The two recordings of order books have no time in common.")

    @property
    def next_ms(self) -> int | None:
        """When the next one is; None after the last."""
        return self._next_ms if self._next_ms <= self._last_ms else None

    def take(self) -> Decision:
        """The next one, now that its time has come."""
        at_ms = self._next_ms
        self._next_ms += LOOKS_EVERY_MS
        rate = None
        if self._rates is not None and (place := self._rates.place_at(at_ms)) >= 0:
            rate = self._rates.rate(place)
        return Decision(at_ms, self._home.book(at_ms), self._foreign.book(at_ms), rate)
