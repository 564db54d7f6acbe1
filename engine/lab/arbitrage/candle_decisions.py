"""Decisions on closed candles: both venues' closes of the same period, and the rate that was known by then."""

from engine.domain.market import FxRate
from engine.lab.arbitrage.candle_venue import CandleVenue
from engine.lab.arbitrage.market import Decision
from engine.lab.arbitrage.periods import Periods
from engine.lab.rates import RateHistory


class CandleDecisions:
    """One decision a common period, at its end."""

    def __init__(self, periods: Periods, home: CandleVenue, foreign: CandleVenue, rates: RateHistory | None) -> None:
        self.period_s = periods.period_s
        self._periods = periods
        self._next = 0
        self._home, self._foreign = home, foreign
        self._rates = rates
        self._place = -1
        self._rate: FxRate | None = None

    @property
    def next_ms(self) -> int | None:
        """When the next one is; None after the last."""
        return self._periods.closes_ms.item(self._next) if self._next < len(self._periods) else None

    def take(self) -> Decision:
        """The next one, now that its time has come."""
        moment = self._periods[self._next]
        self._next += 1
        at_ms = moment.at_ms
        if self._rates is not None and (place := self._rates.place_at(at_ms)) != self._place:
            self._place, self._rate = place, self._rates.rate(place)
        return Decision(
            at_ms, self._home.book(moment.home, at_ms), self._foreign.book(moment.foreign, at_ms), self._rate
        )
