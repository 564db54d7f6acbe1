"""What a venue does to its market and what a trader's own hand does on the account: faults that are no wire's."""

from collections import Counter
from dataclasses import replace
from decimal import Decimal

from tests.support.exchange.amounts import count
from tests.support.exchange.core import Exchange
from tests.support.exchange.orders import Order
from tests.support.exchange.timers import LoopTimers
from tests.support.exchange.values import (
    Life,
    OrderRecord,
    PositionSide,
    Refused,
    Request,
    Side,
    Status,
    Type,
)


class Office:
    """The venue's own acts. Each is counted in `acts` (a plan's) under its name."""

    def __init__(self, exchange: Exchange, acts: Counter[str]) -> None:
        self._exchange = exchange
        self._acts = acts

    def halt(self, symbol: str) -> None:
        """Nothing can be ordered; what rests, rests, and can be cancelled."""
        self._acts["halt"] += 1
        self._exchange.change_listing(symbol, is_trading=False)

    def resume(self, symbol: str) -> None:
        self._exchange.change_listing(symbol, is_trading=True)

    def delist(self, symbol: str) -> None:
        self._acts["delist"] += 1
        self._exchange.delist(symbol)

    def change_tick(self, symbol: str, increment: Decimal) -> None:
        """One increment at all prices from now on."""
        self._acts["tick change"] += 1
        self._exchange.change_listing(symbol, price_bands=((Decimal(0), increment),))

    def change_step(self, symbol: str, increment: Decimal) -> None:
        self._acts["step change"] += 1
        self._exchange.change_listing(symbol, size_increment=increment, min_size=increment)

    def change_least(self, symbol: str, notional: Decimal) -> None:
        self._acts["min notional change"] += 1
        self._exchange.change_listing(symbol, min_notional=notional)

    def change_brackets(self, symbol: str, highest_leverage: int, margin_rate: Decimal) -> None:
        """One bracket for all sizes."""
        self._acts["bracket change"] += 1
        bracket = (Decimal(0), Decimal(10**12), highest_leverage, margin_rate)
        self._exchange.change_listing(symbol, brackets=(bracket,))

    def end_order(self, order_id: int) -> OrderRecord:
        """The venue cancels it. Raises Refused when it has ended."""
        self._acts["venue cancel"] += 1
        return self._exchange.end_order(order_id, Status.EXPIRED)

    def lag(self, lag_ms: int) -> None:
        """How long queries do not know of a new order."""
        self._acts["lag"] += lag_ms > 0
        self._exchange.house = replace(self._exchange.house, lag_ms=lag_ms)

    def skew(self, skew_ms: int) -> None:
        """The venue's clock is so far ahead of ours."""
        timers = self._exchange.timers
        assert isinstance(timers, LoopTimers), "a hand-driven clock is set by hand"
        self._acts["clock skew"] += skew_ms != 0
        timers.skew_ms = skew_ms

    def fill(self, order_id: int, size: Decimal | None = None, parts: int = 1) -> OrderRecord:
        """Strangers trade with a resting order, all of it or so much, in so many parts, whoever is before it."""
        order = self._resting(order_id)
        self._acts["burst"] += parts > 1
        whole = order.left if size is None else count(size)
        step = count(self._exchange.markets[order.symbol].listing.size_increment)
        part = whole // parts // step * step
        assert part > 0, "more parts than steps"
        with self._exchange.turn():
            for number_of in range(parts):
                left = whole - part * number_of if number_of == parts - 1 else part
                self._exchange.matching.pick(self._exchange.markets[order.symbol], order, left)
        return order.record()

    def liquidate(self, account: str, symbol: str, side: PositionSide = PositionSide.BOTH) -> None:
        """Auto-deleveraging: the venue closes the position at the mark."""
        self._acts["adl"] += 1
        self._exchange.perps.close_by_force(account, symbol, side)

    def _resting(self, order_id: int) -> Order:
        for account in self._exchange.accounts():
            for order in self._exchange.open_of(account):
                if order.order_id == order_id:
                    return order
        raise ValueError(f"order {order_id} does not rest")


class Hand:
    """The trader himself, on the venue's own web page, beside the program. What he orders is not the program's."""

    def __init__(self, exchange: Exchange, account: str, acts: Counter[str]) -> None:
        self._exchange = exchange
        self._account = account
        self._acts = acts

    def order(
        self, symbol: str, side: Side, size: Decimal, price: Decimal | None = None, client_order_id: str = ""
    ) -> OrderRecord:
        """A limit order, or a market order without a price. Raises Refused."""
        self._acts["hand order"] += 1
        kind = Type.MARKET if price is None else Type.LIMIT
        request = Request(symbol, side, kind, size, price, None, Life.GTC, client_order_id)
        history = self._exchange.history
        with self._exchange.turn():
            try:
                order = self._exchange.place(self._account, request)
            except Refused:
                # It has no number that could be foreign, and the program is asked about all others that arrived.
                history.received.pop()
                raise
            history.foreign.add(order.order_id)
        return order

    def cancel(self, order_id: int) -> OrderRecord:
        """Any order of the account, the program's too. Raises Refused."""
        self._acts["hand cancel"] += 1
        return self._exchange.cancel(self._account, order_id)

    def move_money(self, asset: str, value: Decimal) -> None:
        """A deposit, or a withdrawal when negative. Raises Refused."""
        self._acts["transfer" if value > 0 else "withdrawal"] += 1
        self._exchange.transfer(self._account, asset, value)
