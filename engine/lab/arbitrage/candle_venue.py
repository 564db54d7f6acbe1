"""A venue of which only candles are known: it fills on prints that surely came later, and never on a wick.

A candle with volume proves two prices: its first trade, at its open, and its last, at its close. When between them they
happened is not known, nor what stood in the book, nor what the other venue showed at that moment. So:

- An order can trade from the first candle on that OPENED when it had arrived, never in the one that was running.
- An order that takes trades at such an open, made worse by the stated slippage and rounded against us, where that is
  not beyond its limit; otherwise it waits for the next open.
- An order that rests (post-only) trades at its own limit and never better, when an open or a close is beyond the limit:
  not when a high or a low was, and not when a price only touched it.
- All our fills of a candle together trade at most its volume x participation; the rest waits.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from engine.domain.instrument import Instrument
from engine.domain.market import OrderBook
from engine.domain.messages import VenueEvent
from engine.domain.money import HUNDRED, ONE, ZERO
from engine.domain.order import Liquidity, Order, Side
from engine.lab.arbitrage.leg_account import LegAccount
from engine.lab.arbitrage.leg_orders import LegOrders, Resting
from engine.venues.recording import CandleRecording
from engine.venues.tape import instant


@dataclass(frozen=True, slots=True)
class Terms:
    """What is stated of a leg because its candles do not tell it.

    `slippage_pct` makes every price worse, in what is decided on and in what is filled. `latency_ms` is how long a
    request is under way. `participation` is the share of a candle's volume that can be ours.
    """

    slippage_pct: Decimal = Decimal("0.02")
    latency_ms: int = 200
    participation: Decimal = Decimal("0.1")


class CandleVenue:
    """One leg's venue over recorded candles. Told what arrives, it says what happens; time never goes back.

    Prints are numbered: 2n is the open, 2n + 1 the close of the n-th candle that has volume.
    """

    def __init__(
        self,
        instrument: Instrument,
        recording: CandleRecording,
        deposits: Mapping[str, Decimal],
        terms: Terms,
        name: str,
    ) -> None:
        self.account = LegAccount(instrument, deposits)
        self.orders = LegOrders(instrument, self.account, name)
        self.instrument = instrument
        self.terms = terms
        self._recording = recording
        self._traded = np.flatnonzero(recording.volume > 0)
        self._opened_ms = recording.ts[self._traded]
        self._span_ms = recording.timeframe_s * 1000
        self._next_print: dict[str, int] = {}
        self._room_of, self._room = -1, ZERO
        self._ask_factor = ONE + terms.slippage_pct / HUNDRED
        self._bid_factor = ONE - terms.slippage_pct / HUNDRED

    def arrive(self, order: Order, at_ms: int) -> list[VenueEvent]:
        """An order is at the venue: accepted or refused. It fills later, also where it would trade at once."""
        present = self.last_price(at_ms)
        limit = order.price if order.price is not None else present
        would_trade = limit >= present if order.side is Side.BUY else limit <= present
        self._next_print[order.client_order_id] = 2 * int(self._opened_ms.searchsorted(at_ms, side="left"))
        return self.orders.accept(order, at_ms, present, would_trade=would_trade)

    def cancel(self, client_order_id: str, at_ms: int) -> list[VenueEvent]:
        return self.orders.cancel(client_order_id, at_ms)

    @property
    def latency_ms(self) -> int:
        return self.terms.latency_ms

    @property
    def next_ms(self) -> int | None:
        """When the next print comes that an open order may have to do with; None without orders, or at the end."""
        number = self._next_number()
        if number is None:
            return None
        candle, is_close = divmod(number, 2)
        return self._opened_ms.item(candle) + (self._span_ms if is_close else 0)

    def step(self) -> list[VenueEvent]:
        """The print of `next_ms` happens to the orders that wait for it, the oldest first."""
        number, at_ms = self._next_number(), self.next_ms
        assert number is not None, "asked before"
        assert at_ms is not None, "asked before"
        candle, is_close = divmod(number, 2)
        at = self._traded.item(candle)
        price = _exact((self._recording.close if is_close else self._recording.open).item(at))
        events: list[VenueEvent] = []
        for client_order_id, resting in tuple(self.orders.resting.items()):
            if self._next_print[client_order_id] == number:
                self._next_print[client_order_id] += 1
                events += self._meet(resting, price, candle, at_ms, is_close=bool(is_close))
        return events

    def _next_number(self) -> int | None:
        number = min((self._next_print[client_order_id] for client_order_id in self.orders.resting), default=None)
        return number if number is not None and number < 2 * len(self._traded) else None

    def book(self, candle: int, at_ms: int) -> OrderBook:
        """What is decided on after a candle (by its place in the recording) closed: its close on both sides, made worse
        by the slippage, with the share of its volume that could be ours. It is no book, and nothing rests on it.
        """
        close = _exact(self._recording.close.item(candle))
        rules = self.instrument.rules
        quantity = rules.floor_size(_exact(self._recording.volume.item(candle)) * self.terms.participation)
        bid, ask = rules.price_below(close * self._bid_factor), rules.price_above(close * self._ask_factor)
        return OrderBook(
            self.instrument.venue, self.instrument.symbol, ((bid, quantity),), ((ask, quantity),), instant(at_ms)
        )

    def last_price(self, at_ms: int) -> Decimal:
        """The last close that was known at an instant, and before the first one the first open."""
        closed = int(self._opened_ms.searchsorted(at_ms - self._span_ms, side="right")) - 1
        if closed < 0:
            return _exact(self._recording.open.item(self._traded.item(0)))
        return _exact(self._recording.close.item(self._traded.item(closed)))

    def _meet(
        self, resting: Resting, price: Decimal, candle: int, at_ms: int, *, is_close: bool
    ) -> list[VenueEvent]:  # fmt: skip
        """What a print does to one order."""
        order, rules = resting.order, self.instrument.rules
        limit = order.price
        assert limit is not None, "market orders are refused"
        is_buy = order.side is Side.BUY
        if order.post_only:
            is_beyond = price < limit if is_buy else price > limit
            fill_price, liquidity = limit, Liquidity.MAKER
        elif is_close:
            return []
        else:
            worse = price * (self._ask_factor if is_buy else self._bid_factor)
            fill_price = rules.price_above(worse) if is_buy else rules.price_below(worse)
            is_beyond = fill_price <= limit if is_buy else fill_price >= limit
            liquidity = Liquidity.TAKER
        quantity = min(order.remaining, self._room_in(candle))
        if not is_beyond or quantity <= 0:
            return []
        self._room -= quantity
        return self.orders.fill(resting, fill_price, quantity, liquidity, at_ms)

    def _room_in(self, candle: int) -> Decimal:
        """What of the candle's volume is left for us."""
        if candle != self._room_of:
            volume = _exact(self._recording.volume.item(self._traded.item(candle))) * self.terms.participation
            self._room_of, self._room = candle, self.instrument.rules.floor_size(volume)
        return self._room


def _exact(number: float) -> Decimal:
    """A recorded double as the number that was recorded."""
    return Decimal(repr(number))
