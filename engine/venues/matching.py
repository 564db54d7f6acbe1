"""The matching engine: what happens to our orders on a market that does not know us.

Pure and synchronous: no clock, no I/O. Every operation returns a `Change`, which a store makes durable before
anybody is told. Rules and rounding are those of docs/matching.md.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from engine.domain import phrases
from engine.domain.instrument import Instrument
from engine.domain.messages import RejectCode, RejectReason
from engine.domain.money import ZERO
from engine.domain.order import Liquidity, OrderKind, OrderState, Side
from engine.venues.balances import Balances
from engine.venues.book import Book, Request, VenueOrder
from engine.venues.clearing import Change, Clearing
from engine.venues.refusals import refusal_by_funds, refusal_by_rules, refuse
from engine.venues.tape import Print, TopOfBook


@dataclass(frozen=True, slots=True)
class MarketState:
    """Where the market stands: prices in quote (None before the first), rooms in base.

    `buy_room` is what a buy can still trade now, `sell_room` a sell. On candles both are the one volume that is left of
    the candle (`is_room_shared`).
    """

    at_ms: int = 0
    bid: Decimal | None = None
    ask: Decimal | None = None
    buy_room: Decimal = ZERO
    sell_room: Decimal = ZERO
    is_room_shared: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """The answer to a request. `order` is its state after takers traded; `reason` is set when it was refused."""

    change: Change
    order: VenueOrder
    reason: RejectReason | None


class Matching:
    """Our orders on one instrument, our balances, and the market as last seen."""

    def __init__(
        self,
        instrument: Instrument,
        clearing: Clearing,
        open_orders: Sequence[VenueOrder],
        market: MarketState,
        last_order_number: int,
        was_used: Callable[[str], bool],
    ) -> None:
        """`was_used` answers whether a client order id was ever used; open orders hold back what they say they do."""
        self.instrument = instrument
        self.clearing = clearing
        self.book = Book()
        for order in open_orders:
            self.book.put(order)
            clearing.balances.hold(instrument.quote if order.side is Side.BUY else instrument.base, order.reserved)
        self.last_order_number = last_order_number
        self._was_used = was_used
        self._at_ms, self._bid, self._ask = market.at_ms, market.bid, market.ask
        self._buy_room, self._sell_room = market.buy_room, market.sell_room
        self._is_room_shared = market.is_room_shared

    @property
    def market(self) -> MarketState:
        return MarketState(self._at_ms, self._bid, self._ask, self._buy_room, self._sell_room, self._is_room_shared)

    @property
    def balances(self) -> Balances:
        return self.clearing.balances

    @property
    def at_ms(self) -> int:
        return self._at_ms

    # Requests

    def next_number(self) -> int:
        """The number of the next request: its time priority and its venue order id."""
        self.last_order_number += 1
        return self.last_order_number

    def place(self, request: Request, on_its_way: VenueOrder | None = None) -> Placement:
        """Accept or refuse an order now, and trade what trades at once.

        `on_its_way` is the order as recorded when it was sent (latency); its id then counts as used by itself only.
        """
        change = Change()
        reason = None if on_its_way else self.refusal_of_id(request)
        number = 0 if reason else on_its_way.number if on_its_way else self.next_number()
        order = VenueOrder(
            number, request.client_order_id, request.side, request.kind, request.price, request.quantity,
            request.post_only, OrderState.OPEN, at_ms=self._at_ms,
        )  # fmt: skip
        if reason:
            # The id belongs to an earlier order, whose record must stay as it is.
            return Placement(change, replace(order, state=OrderState.REJECTED), reason)
        if reason := self._refusal(request):
            order = replace(order, state=OrderState.REJECTED, reason=f"{reason.code}: {reason.text}")
            change.orders[order.client_order_id] = order
            return Placement(change, order, reason)
        present = self._present(order.side)
        price = present if order.kind is OrderKind.MARKET else order.limit
        assert price is not None, "a market order without a market was refused"
        order = self.clearing.hold(order, price, change)
        if present is not None and (order.kind is OrderKind.MARKET or _crosses(order.side, order.limit, present)):
            quantity = min(order.remaining, self._room(order.side))
            if quantity > 0:
                order = self.clearing.fill(order, present, quantity, Liquidity.TAKER, self._at_ms, change)
                self._use_room(order.side, quantity)
        if order.state is OrderState.OPEN:
            if order.kind is OrderKind.MARKET:
                order = self.clearing.end(order, change)
            else:
                self.book.put(order)
        return Placement(change, order, None)

    def cancel(self, client_order_id: str) -> tuple[Change, VenueOrder] | None:
        """Take an open order off the book; None when it is not open (filled, cancelled, refused or never here)."""
        order = self.book.get(client_order_id)
        if order is None:
            return None
        change = Change()
        self.book.remove(order)
        return change, self.clearing.end(order, change)

    def refusal_of_id(self, request: Request) -> RejectReason | None:
        """Check 1: an id that was used before."""
        if self._was_used(request.client_order_id):
            return refuse(RejectCode.DUPLICATE_ID, phrases.VENUE_DUPLICATE_ID, order=request.client_order_id)
        return None

    def _refusal(self, request: Request) -> RejectReason | None:
        """The first of checks 2 to 8 that the order fails now."""
        instrument = self.instrument
        present = self._present(request.side)
        if reason := refusal_by_rules(request, instrument, present):
            return reason
        price = request.price if request.kind is OrderKind.LIMIT else present
        assert price is not None, "checked by the rules"
        if request.kind is OrderKind.LIMIT:
            if len(self.book) >= instrument.rules.max_open_orders:
                return refuse(RejectCode.MAX_OPEN_ORDERS, phrases.VENUE_MAX_OPEN_ORDERS, count=len(self.book))
            if request.post_only and present is not None and _crosses(request.side, price, present):
                return refuse(RejectCode.POST_ONLY, phrases.VENUE_POST_ONLY, price=price, opposite=present)
        if reason := refusal_by_funds(request, instrument, price, self.balances):
            return reason
        if request.kind is OrderKind.MARKET and self._room(request.side) <= 0:
            return refuse(RejectCode.NO_MARKET, phrases.VENUE_NO_MARKET, symbol=instrument.symbol)
        return None

    # The market moves

    def move_time(self, at_ms: int) -> None:
        """Market time is now `at_ms`; it never goes back."""
        self._at_ms = max(self._at_ms, at_ms)

    def set_volume(self, quantity: Decimal) -> None:
        """From now on all our fills together trade at most `quantity` base, makers and takers alike."""
        self._buy_room = self._sell_room = self.instrument.rules.floor_size(quantity)
        self._is_room_shared = True

    def jump(self, price: Decimal) -> Change:
        """The price is at `price` without having been in between: every order it jumped over fills at its own price."""
        self._bid = self._ask = price
        return self._fill_crossed()

    def move(self, target: Decimal) -> tuple[Change, bool]:
        """The price moves towards `target` up to the first order it reaches, and fills that. True when it arrived."""
        start = self._bid
        assert start is not None, "a path begins with a jump"
        order = None
        if self._buy_room > 0:
            # Where the path stands still there may be more orders at the price to which it just moved.
            if target <= start:
                order = self.book.buy_between(target, start)
            if target >= start and order is None:
                order = self.book.sell_between(start, target)
        change = Change()
        if order is None:
            self._bid = self._ask = target
            return change, True
        self._bid = self._ask = order.limit
        self._use_room(order.side, self._fill_resting(order, self._room(order.side), change))
        return change, False

    def show(self, top: TopOfBook) -> Change:
        """A quote: orders it crosses fill at their own price up to the size displayed."""
        self._bid, self._ask = top.bid, top.ask
        rules = self.instrument.rules
        self._buy_room, self._sell_room = rules.floor_size(top.ask_quantity), rules.floor_size(top.bid_quantity)
        self._is_room_shared = False
        return self._fill_crossed()

    def trade(self, print_: Print) -> tuple[Change, Decimal]:
        """Somebody's trade fills our orders that stood in its way; gives what it did not use, in base."""
        change = Change()
        left = self.instrument.rules.floor_size(print_.quantity)
        maker_side = print_.side.opposite
        while left > 0 and (order := self._best(maker_side)) is not None:
            if not _crosses(maker_side, order.limit, print_.price):
                break
            left -= self._fill_resting(order, left, change)
        return change, left

    def stand_at(self, price: Decimal, room: Decimal) -> None:
        """The price is `price` on both sides, with `room` base to trade against in all; nothing fills by that alone."""
        self._bid = self._ask = price
        self.set_volume(room)

    def _fill_crossed(self) -> Change:
        """Orders that the present prices have crossed, buys first from the highest, then sells from the lowest."""
        change = Change()
        for side in (Side.BUY, Side.SELL):
            present = self._present(side)
            assert present is not None, "set by the caller"
            while self._room(side) > 0 and (order := self._best(side)) is not None:
                if not _crosses(side, order.limit, present):
                    break
                self._use_room(side, self._fill_resting(order, self._room(side), change))
        return change

    def _fill_resting(self, order: VenueOrder, most: Decimal, change: Change) -> Decimal:
        quantity = min(order.remaining, most)
        after = self.clearing.fill(order, order.limit, quantity, Liquidity.MAKER, self._at_ms, change)
        if after.state is OrderState.OPEN:
            self.book.put(after)
        else:
            self.book.remove(order)
        return quantity

    def _best(self, side: Side) -> VenueOrder | None:
        return self.book.best_buy() if side is Side.BUY else self.book.best_sell()

    def _present(self, side: Side) -> Decimal | None:
        return self._ask if side is Side.BUY else self._bid

    def _room(self, side: Side) -> Decimal:
        return self._buy_room if side is Side.BUY else self._sell_room

    def _use_room(self, side: Side, quantity: Decimal) -> None:
        if side is Side.BUY or self._is_room_shared:
            self._buy_room -= quantity
        if side is Side.SELL or self._is_room_shared:
            self._sell_room -= quantity


def _crosses(side: Side, limit: Decimal, opposite: Decimal) -> bool:
    """Whether an order at `limit` trades against the price `opposite`."""
    return limit >= opposite if side is Side.BUY else limit <= opposite
