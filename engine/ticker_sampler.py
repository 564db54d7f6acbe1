"""What the history keeps of a market: closed candles, and as tickers the first quote of each minute of market time."""

from collections.abc import Callable
from datetime import datetime, timedelta

from engine.domain.market import Candle, Quote
from engine.domain.messages import VenueEvent
from engine.ports import MarketRecorder

TICKER_EVERY = timedelta(minutes=1)


class TickerSampler:
    """Remembers when the next ticker of each instrument is due. Candles keep what lies between."""

    def __init__(self, every: timedelta = TICKER_EVERY) -> None:
        self._every = every
        self._due: dict[tuple[str, str], datetime] = {}

    def is_due(self, quote: Quote) -> bool:
        """Whether this quote is the ticker of its interval; the next one is then due an interval later."""
        key = (quote.venue, quote.symbol)
        due = self._due.get(key)
        if due is not None and quote.at < due:
            return False
        self._due[key] = quote.at + self._every
        return True


class MarketNotes:
    """Hands what is kept of what venues say to the recorder. `is_in_own_time` is asked by the name of a venue."""

    def __init__(self, recorder: MarketRecorder, is_in_own_time: Callable[[str], bool]) -> None:
        self._recorder = recorder
        self._is_in_own_time = is_in_own_time
        self._sampler = TickerSampler()

    def note(self, event: VenueEvent) -> None:
        if isinstance(event, Candle) and not event.is_closed:
            return
        if isinstance(event, Candle) or (isinstance(event, Quote) and self._sampler.is_due(event)):
            self._recorder.record(event, in_own_time=self._is_in_own_time(event.venue))
