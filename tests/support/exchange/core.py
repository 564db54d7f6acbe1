"""One venue's books: orders in, trades and events out. Synchronous; exact; told the time by its timers."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Any

from tests.support.exchange.amounts import amount, atoms, number
from tests.support.exchange.checks import check_notional, checked_price, checked_size, counted
from tests.support.exchange.history import History, Received
from tests.support.exchange.ledger import OUTSIDE, Ledger
from tests.support.exchange.market import Market
from tests.support.exchange.matching import Matching
from tests.support.exchange.orders import Order
from tests.support.exchange.perps import PerpPurse
from tests.support.exchange.spot import SpotPurse
from tests.support.exchange.telling import Hear, Teller, Turn
from tests.support.exchange.timers import Timers
from tests.support.exchange.values import (
    AccountEvent,
    ApiKey,
    Balance,
    BookEvent,
    Fill,
    House,
    IdRule,
    Kind,
    Life,
    Listing,
    MarketEvent,
    OrderEvent,
    OrderRecord,
    Position,
    PositionSide,
    PrintEvent,
    Reason,
    Refused,
    Request,
    SelfTrade,
    Side,
    Status,
    Type,
    renamed,
)

__all__ = ["Exchange", "renamed"]


class Exchange:
    """A `ports.Core`. All listings of a house are of one kind in practice; nothing here depends on it."""

    def __init__(self, house: House, timers: Timers) -> None:
        self.house = house
        self.timers = timers
        self.ledger = Ledger()
        self.history = History()
        self.markets: dict[str, Market] = {listing.symbol: Market(listing) for listing in house.listings}
        self.perps = PerpPurse(self)
        self.spot = SpotPurse(self.ledger, house)
        self.matching = Matching(self)
        self.teller = Teller(self)
        self._keys: dict[str, tuple[str, ApiKey]] = {}
        self._orders: dict[int, Order] = {}
        self._by_account: dict[str, list[Order]] = defaultdict(list)
        self._open: dict[str, dict[int, Order]] = defaultdict(dict)
        self._by_client_id: dict[tuple[str, str], Order] = {}
        self._used_ids: set[tuple[str, str]] = set()
        self._order_id = 0
        self._sequence = 0
        self._armed: dict[tuple[str, str | None], Callable[[], None]] = {}
        self.perps.start()

    # What a test or the machinery around sets up

    def open_account(self, account: str, *keys: ApiKey) -> None:
        """An account with its keys; more keys may follow."""
        for key in keys:
            self._keys[key.key] = (account, key)

    def drop_key(self, key: str) -> None:
        self._keys.pop(key, None)

    def transfer(self, account: str, asset: str, value: Decimal, cause: str = "transfer") -> None:
        """Money comes in from outside, or goes out when negative. Raises Refused for more than is free."""
        moved = atoms(value)
        if moved < 0 and -moved > self.ledger.free(account, asset):
            raise Refused(Reason.INSUFFICIENT_FUNDS)
        giver, taker = (OUTSIDE, account) if moved >= 0 else (account, OUTSIDE)
        with self.turn():
            self.ledger.move(giver, taker, asset, abs(moved), cause, "", self.now_ms())
            self.changed(account, cause)

    def change_listing(self, symbol: str, **changes: object) -> None:
        """New rules from now on, `is_trading=False` for a halt. What rests, rests."""
        self.markets[symbol].change(**changes)
        with self.turn():
            self.perps.marks_moved(symbol)

    def delist(self, symbol: str) -> None:
        """Trading ends, and the venue cancels what rests."""
        self.change_listing(symbol, is_trading=False)
        with self.turn():
            for order in [order for order in self._orders.values() if order.symbol == symbol]:
                if order.status is Status.OPEN:
                    self.end(order, Status.EXPIRED)

    def end_order(self, order_id: int, status: Status = Status.EXPIRED) -> OrderRecord:
        """The venue itself ends an order. Raises Refused when it has ended already."""
        order = self._orders[order_id]
        if order.status.is_final:
            raise Refused(Reason.ALREADY_DONE)
        with self.turn():
            self.end(order, status)
        return order.record()

    def accounts(self) -> list[str]:
        return sorted({account for account, _ in self._keys.values()} | set(self._by_account))

    # Reading, as ports.Core has it

    def now_ms(self) -> int:
        return self.timers.now_ms()

    def listing(self, symbol: str) -> Listing | None:
        market = self.markets.get(symbol)
        return market.listing if market else None

    def listings(self) -> Sequence[Listing]:
        return [market.listing for market in self.markets.values()]

    def key(self, key: str) -> tuple[str, ApiKey] | None:
        return self._keys.get(key)

    def find(self, account: str, *, order_id: int | None = None, client_order_id: str = "") -> OrderRecord | None:
        order = self._own(account, order_id, client_order_id)
        return order.record() if order is not None and self._is_seen(order) else None

    def open_orders(self, account: str, symbol: str | None = None) -> Sequence[OrderRecord]:
        return [
            order.record()
            for order in self._open[account].values()
            if self._is_seen(order) and symbol in (None, order.symbol)
        ]

    def orders(self, account: str, symbol: str | None = None) -> Sequence[OrderRecord]:
        return [
            order.record()
            for order in self._by_account[account]
            if self._is_seen(order) and symbol in (None, order.symbol)
        ]

    def truth(self, account: str) -> Sequence[OrderRecord]:
        """All orders of an account, whatever their age: for the auditor."""
        return [order.record() for order in self._by_account[account]]

    def balances(self, account: str) -> Sequence[Balance]:
        return [self.balance(account, asset) for asset in self.ledger.assets(account)]

    def positions(self, account: str) -> Sequence[Position]:
        return self.perps.positions(account)

    def set_leverage(self, account: str, symbol: str, leverage: int) -> None:
        self.perps.set_leverage(account, symbol, leverage)

    def set_hedge_mode(self, account: str, *, is_hedged: bool) -> None:
        if bool(self._open[account]) and is_hedged != self.is_hedged(account):
            raise Refused(Reason.POSITION_SIDE, "there are open orders")
        self.perps.set_hedge_mode(account, is_hedged=is_hedged)

    def is_hedged(self, account: str) -> bool:
        return self.perps.is_hedged(account)

    def leverage(self, account: str, symbol: str) -> int:
        return self.perps.margins.leverage(account, symbol)

    def set_isolated(self, account: str, symbol: str, *, is_isolated: bool) -> None:
        self.perps.set_isolated(account, symbol, is_isolated=is_isolated)

    def is_isolated(self, account: str, symbol: str) -> bool:
        return self.perps.margins.is_isolated(account, symbol)

    def funding(self, symbol: str) -> tuple[Any, int]:
        return self.markets[symbol].funding_rate, self.perps.next_funding_ms()

    def funding_paid(self, account: str, symbol: str | None = None) -> Sequence[Any]:
        return [event for event in self.perps.paid[account] if symbol in (None, event.symbol)]

    def mark_price(self, symbol: str) -> Any:
        mark = self.markets[symbol].mark_price()
        return None if mark is None else number(mark)

    def book(self, symbol: str, depth: int) -> BookEvent:
        return self.markets[symbol].shown(depth, self.now_ms())

    def prints(self, symbol: str, count: int) -> Sequence[PrintEvent]:
        return self.markets[symbol].prints(count)

    def candles(
        self, symbol: str, timeframe_ms: int, count: int
    ) -> Sequence[tuple[int, Decimal, Decimal, Decimal, Decimal, Decimal]]:
        return self.markets[symbol].candles(timeframe_ms, count)

    # Trading, as ports.Core has it

    def place(self, account: str, request: Request) -> OrderRecord:
        with self.turn():
            try:
                order = self._admit(account, request)
            except Refused as refused:
                self.history.received.append(self._received(account, request, None, refused.reason))
                raise
            self.history.received.append(self._received(account, request, order.order_id))
            self.tell_order(order)
            self.matching.run(self.markets[order.symbol], order)
        return order.record()

    def cancel(self, account: str, order_id: int) -> OrderRecord:
        order = self._own(account, order_id, "")
        if order is None:
            raise Refused(Reason.NOT_FOUND)
        if order.status.is_final:
            raise Refused(Reason.ALREADY_DONE)
        with self.turn():
            self.end(order, Status.CANCELED)
        return order.record()

    def amend(self, account: str, order_id: int, size: Any, price: Any) -> OrderRecord:
        """`size` is the whole of the order, what has traded included; None leaves either as it is."""
        order = self._own(account, order_id, "")
        if order is None:
            raise Refused(Reason.NOT_FOUND)
        if order.status.is_final:
            raise Refused(Reason.ALREADY_DONE)
        market = self.markets[order.symbol]
        if not market.listing.is_trading:
            raise Refused(Reason.HALTED)
        new_price = order.resting_price if price is None else checked_price(market.listing, Decimal(price))
        new_size = order.size if size is None else checked_size(market.listing, Decimal(size))
        if new_size <= order.filled:
            raise Refused(Reason.MIN_QUANTITY, "it has traded more than that")
        check_notional(market.listing, new_price, new_size)
        if order.life is Life.POST_ONLY and market.book.crosses(order.side, new_price):
            raise Refused(Reason.POST_ONLY)
        with self.turn():
            old, new = (order.price, order.size, order.left), (new_price, new_size, new_size - order.filled)
            order.price, order.size, order.left = new
            try:
                self.purse(market.listing).relock(order, market)
            finally:
                order.price, order.size, order.left = old
            market.book.remove(order)
            order.price, order.size, order.left = new
            order.updated_ms = self.now_ms()
            self.tell_order(order)
            self.matching.run(market, order)
        return order.record()

    def arm(self, account: str, after_ms: int, symbol: str | None = None) -> None:
        disarm = self._armed.pop((account, symbol), None)
        if disarm is not None:
            disarm()
        if after_ms > 0:
            call = self.timers.call_at(self.now_ms() + after_ms, lambda: self.cancel_all(account, symbol))
            self._armed[account, symbol] = call

    def cancel_all(self, account: str, symbol: str | None = None) -> list[OrderRecord]:
        """Whatever its age."""
        found = [order for order in self._open[account].values() if symbol in (None, order.symbol)]
        with self.turn():
            for order in found:
                self.end(order, Status.CANCELED)
        return [order.record() for order in found]

    def listen_account(self, account: str, hear: Hear) -> Callable[[], None]:
        return self.teller.listen(account, hear)

    def listen_market(self, symbol: str, hear: Callable[[MarketEvent], None]) -> Callable[[], None]:
        mark = object()
        market = self.markets[symbol]
        market.hearers[mark] = hear
        return lambda: market.hearers.pop(mark, None) and None

    # What the parts of the core call

    def purse(self, listing: Listing) -> SpotPurse | PerpPurse:
        return self.perps if listing.kind is Kind.PERP else self.spot

    def end(self, order: Order, status: Status) -> None:
        """Out of the book, its money free, and told."""
        market = self.markets[order.symbol]
        if order.type is Type.LIMIT and self.matching.rests(order):
            market.book.remove(order)
            self.matching.left_book(order)
        self.close(order, status)

    def close(self, order: Order, status: Status) -> None:
        """The same for an order that is not in the book."""
        self._open[order.account].pop(order.order_id, None)
        self.purse(self.markets[order.symbol].listing).release(order, self.markets[order.symbol])
        order.status = status
        if order.cost is not None or (order.type is Type.MARKET and order.size == 0):
            order.size, order.left = order.filled, 0
        order.updated_ms = self.now_ms()
        self.tell_order(order)

    def forget_open(self, order: Order) -> None:
        """It is filled."""
        self._open[order.account].pop(order.order_id, None)

    def own_order(self, account: str, market: Market, side: Side, position_side: PositionSide, size: int) -> Order:
        """An order that the venue itself enters for an account: a liquidation."""
        request = Request(
            market.listing.symbol, side, Type.MARKET, number(size), position_side=position_side,
            client_order_id=f"autoclose-{self._order_id + 1}", is_reduce_only=position_side is PositionSide.BOTH,
        )  # fmt: skip
        order = self._register(Order(self._order_id + 1, account, request, size, None, None, self.now_ms()))
        self.history.foreign.add(order.order_id)
        self.tell_order(order)
        return order

    def open_of(self, account: str) -> Iterable[Order]:
        return self._open[account].values()

    def changed(self, account: str, cause: str = "order") -> None:
        """Balances or positions of an account changed; told at the end of the turn or with its next order event."""
        self.teller.changed(account, cause)

    def tell_order(self, order: Order, fill: Fill | None = None) -> None:
        """Number the order's state, and tell it with the balances that it changed."""
        self._sequence += 1
        order.sequence = self._sequence
        self.changed(order.account)
        if self.teller.listeners(order.account):
            self.tell(order.account, OrderEvent(order.record(), fill))
            self.teller.tell_balances(order.account)

    def tell(self, account: str, event: AccountEvent) -> None:
        self.teller.tell(account, event)

    def turn(self) -> Turn:
        """Events are told when the outermost turn ends, in the order they happened."""
        return Turn(self.teller)

    def listeners(self, account: str) -> int:
        """How many hear of an account now."""
        return self.teller.listeners(account)

    def balance(self, account: str, asset: str) -> Balance:
        """One of them, whether there is any or not."""
        locked = self.ledger.locked(account, asset) + self.perps.margins.used_margin(account, asset)
        return Balance(asset, amount(self.ledger.total(account, asset)), amount(locked))

    def _is_seen(self, order: Order) -> bool:
        return order.created_ms + self.house.lag_ms <= self.now_ms()

    def _own(self, account: str, order_id: int | None, client_order_id: str) -> Order | None:
        if order_id is not None:
            order = self._orders.get(order_id)
            return order if order is not None and order.account == account else None
        return self._by_client_id.get((account, client_order_id)) if client_order_id else None

    def _admit(self, account: str, request: Request) -> Order:
        """A new order whose money is set aside. Raises Refused; then nothing was changed but the ids that are used."""
        self._check_id(account, request.client_order_id)
        market = self.markets.get(request.symbol)
        if market is None:
            raise Refused(Reason.NO_MARKET)
        listing = market.listing
        if not listing.is_trading:
            raise Refused(Reason.HALTED)
        worth = market.book.half(request.side.opposite).best() or market.mark_price()
        numbers = counted(listing, request, worth)
        open_here = sum(order.symbol == request.symbol for order in self._open[account].values())
        if open_here >= listing.max_open_orders:
            raise Refused(Reason.MAX_OPEN_ORDERS)
        size, price, cost = numbers.size, numbers.price, numbers.cost
        is_maker_only = request.life is Life.POST_ONLY and self.house.refuses_post_only
        if is_maker_only and price is not None and market.book.crosses(request.side, price):
            raise Refused(Reason.POST_ONLY)
        order = Order(self._order_id + 1, account, request, size, price, cost, self.now_ms())
        if (order.self_trade or self.house.self_trade) is SelfTrade.REFUSE and self.matching.meets_own(market, order):
            raise Refused(Reason.SELF_TRADE)
        self.purse(listing).admit(order, market)
        return self._register(order)

    def _register(self, order: Order) -> Order:
        self._order_id = order.order_id
        self._orders[order.order_id] = order
        self._by_account[order.account].append(order)
        self._open[order.account][order.order_id] = order
        if order.client_order_id:
            self._by_client_id[order.account, order.client_order_id] = order
        return order

    def _received(self, account: str, request: Request, order_id: int | None, reason: Reason | None = None) -> Received:
        return Received(self.now_ms(), account, request, order_id, self.timers.true_ms(), reason)

    def _check_id(self, account: str, client_order_id: str) -> None:
        if not client_order_id:
            return
        key = (account, client_order_id)
        if self.house.id_rule is IdRule.EVER:
            if key in self._used_ids:
                raise Refused(Reason.DUPLICATE_ID)
            # Used up even by an order that is refused for something else.
            self._used_ids.add(key)
        elif (known := self._by_client_id.get(key)) is not None and not known.status.is_final:
            raise Refused(Reason.DUPLICATE_ID)
