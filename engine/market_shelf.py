"""What windows want to know of markets and the kernel does not need: candles, and how old the last word is."""

from collections import deque
from dataclasses import dataclass, field

from engine.domain.market import Candle
from engine.domain.views import MarketView
from engine.kernel.books import MarketBook

KEPT_CANDLES = 500


@dataclass(slots=True)
class MarketShelf:
    """The last closed candles of one instrument, oldest first, and the one under construction."""

    received_at_s: float = 0.0
    candle: Candle | None = None
    closed: deque[Candle] = field(default_factory=lambda: deque(maxlen=KEPT_CANDLES))
    shown: tuple[Candle, ...] = ()

    def add(self, candle: Candle) -> None:
        if candle.is_closed:
            self.closed.append(candle)
            self.candle = None
            self.shown = ()
        else:
            self.candle = candle

    def view(self, book: MarketBook) -> MarketView | None:
        """The market as it is now; None before the first quote."""
        if book.bid is None or book.ask is None or book.at is None:
            return None
        if len(self.shown) != len(self.closed):
            self.shown = tuple(self.closed)
        last = book.last if book.last is not None else book.bid
        return MarketView(
            book.instrument,
            book.bid,
            book.ask,
            last,
            book.at,
            self.received_at_s,
            self.candle,
            self.shown,
            book.is_ended,
        )
