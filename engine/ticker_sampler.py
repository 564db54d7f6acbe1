"""Which quotes are kept as tickers: the first of each minute of market time, for each instrument."""

from datetime import datetime, timedelta

from engine.domain.market import Quote

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
