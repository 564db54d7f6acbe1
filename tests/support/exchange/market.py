"""One listing's market: its book, its prints, its minutes, and who listens."""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal

from tests.support.exchange.amounts import number
from tests.support.exchange.book import Book
from tests.support.exchange.values import BookEvent, Listing, MarketEvent, PrintEvent, Side

SHOWN = 20
MINUTE_MS = 60_000
KEPT_PRINTS = 1000
KEPT_MINUTES = 50_000

Hear = Callable[[MarketEvent], None]
Bar = tuple[int, Decimal, Decimal, Decimal, Decimal, Decimal]


class Market:
    """Prices and sizes are counted inside. A mark price nobody set is the last trade's, or the middle of the book."""

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.book = Book()
        self.mark: int | None = None
        self.funding_rate = Decimal("0.0001")
        self.hearers: dict[object, Hear] = {}
        self.is_dirty = False
        self._prints: deque[PrintEvent] = deque(maxlen=KEPT_PRINTS)
        self._minutes: deque[Bar] = deque(maxlen=KEPT_MINUTES)
        self._last: int | None = None
        self._trade_id = 0

    def change(self, **changes: object) -> None:
        """New rules from now on; what rests, rests."""
        self.listing = replace(self.listing, **changes)  # type: ignore[arg-type]

    def next_trade_id(self) -> int:
        self._trade_id += 1
        return self._trade_id

    def printed(self, trade_id: int, price: int, size: int, taker: Side, at_ms: int) -> PrintEvent:
        """Somebody traded."""
        event = PrintEvent(self.listing.symbol, trade_id, number(price), number(size), taker, at_ms)
        self._prints.append(event)
        self._last = price
        self._draw(event)
        return event

    def prints(self, wanted: int) -> Sequence[PrintEvent]:
        return tuple(self._prints)[-wanted:] if wanted > 0 else ()

    def put_minutes(self, bars: Sequence[Bar]) -> None:
        """The past, oldest first."""
        self._minutes.extend(bars)

    def candles(self, timeframe_ms: int, wanted: int) -> list[Bar]:
        """Oldest first, the present one included; time without trades has none."""
        found: list[Bar] = []
        # From the end: who asks for one must not wait for all.
        for at_ms, opened, high, low, closed, volume in reversed(self._minutes):
            begin = at_ms - at_ms % timeframe_ms
            if found and found[-1][0] == begin:
                late = found[-1]
                found[-1] = (begin, opened, max(late[2], high), min(late[3], low), late[4], late[5] + volume)
            elif len(found) == wanted:
                break
            else:
                found.append((begin, opened, high, low, closed, volume))
        return found[::-1]

    def mark_price(self) -> int | None:
        """Counted; None where nobody ever traded, quoted or said."""
        if self.mark is not None:
            return self.mark
        if self._last is not None:
            return self._last
        bid, ask = self.book.bids.best(), self.book.asks.best()
        if bid is None or ask is None:
            return bid if ask is None else ask
        return (bid + ask) // 2

    def shown(self, depth: int, at_ms: int) -> BookEvent:
        """The book as it is."""
        return BookEvent(
            self.listing.symbol,
            tuple((number(price), number(size)) for price, size in self.book.bids.levels(depth)),
            tuple((number(price), number(size)) for price, size in self.book.asks.levels(depth)),
            at_ms,
            self.book.sequence,
        )

    def take_change(self, at_ms: int) -> BookEvent | None:
        """What changed since the last call, if anything did; None also when nobody listens."""
        changes = self.book.changes()
        if not changes or not self.hearers:
            return None
        told = tuple((side, number(price), number(size)) for side, price, size in changes)
        return replace(self.shown(SHOWN, at_ms), changes=told)

    def _draw(self, event: PrintEvent) -> None:
        begin = event.at_ms - event.at_ms % MINUTE_MS
        if self._minutes and self._minutes[-1][0] == begin:
            _, opened, high, low, _, volume = self._minutes[-1]
            bar = (begin, opened, max(high, event.price), min(low, event.price), event.price, volume + event.size)
            self._minutes[-1] = bar
        else:
            self._minutes.append((begin, *[event.price] * 4, event.size))  # type: ignore[arg-type]
