"""Orders meet: price first, then who came first; what remains rests or ends."""

from typing import TYPE_CHECKING

from tests.support.exchange.amounts import amount, count, number
from tests.support.exchange.book import Stranger
from tests.support.exchange.market import Market
from tests.support.exchange.orders import Order, value_of
from tests.support.exchange.spot import Charge, Party
from tests.support.exchange.values import Fill, Life, PositionSide, SelfTrade, Side, Status, Type

if TYPE_CHECKING:
    from tests.support.exchange.core import Exchange


class Matching:
    """Belongs to an exchange. Knows which orders of accounts are in a book."""

    def __init__(self, exchange: "Exchange") -> None:
        self._exchange = exchange
        self._resting: set[int] = set()

    def rests(self, order: Order) -> bool:
        return order.order_id in self._resting

    def left_book(self, order: Order) -> None:
        self._resting.discard(order.order_id)

    def run(self, market: Market, order: Order) -> None:
        """Trade what can be traded at once, then rest or end."""
        self._resting.discard(order.order_id)
        if order.life is Life.POST_ONLY and order.price is not None and market.book.crosses(order.side, order.price):
            self._exchange.close(order, Status.EXPIRED)
            return
        if order.life is Life.FOK and not self._is_fillable(market, order):
            self._exchange.close(order, Status.EXPIRED)
            return
        self._take(market, order, order.price)
        if order.status.is_final:
            return
        if order.type is Type.MARKET or order.life in (Life.IOC, Life.FOK):
            is_spent = order.cost is not None and order.filled > 0
            self._exchange.close(order, Status.FILLED if is_spent else Status.EXPIRED)
            return
        self._resting.add(order.order_id)
        market.book.add(order)

    def stranger(self, market: Market, side: Side, size: int, limit: int | None, *, rests: bool) -> Stranger:
        """Another trader's order; no limit is a market order."""
        order = Stranger(side, limit or 0, size)
        self._take(market, order, limit)
        if order.left and rests and limit is not None:
            market.book.add(order)
        return order

    def pick(self, market: Market, order: Order, size: int) -> None:
        """A stranger trades with this very order, whatever else rests."""
        taker = Stranger(order.side.opposite, order.resting_price, size)
        self._trade(market, taker, order, order.resting_price, size)

    def forced(
        self, market: Market, account: str, side: Side, position_side: PositionSide, size: int, price: int
    ) -> Order:
        """The venue trades for an account with itself, at a price of its own."""
        order = self._exchange.own_order(account, market, side, position_side, size)
        self._trade(market, order, Stranger(side.opposite, price, size), price, size, is_in_book=False)
        return order

    def meets_own(self, market: Market, order: Order) -> bool:
        """Whether it would trade with its own account at once."""
        half = market.book.half(order.side.opposite)
        for resting in half.orders():
            if order.price is not None and not _reaches(order.side, order.price, resting.resting_price):
                return False
            if isinstance(resting, Order) and resting.account == order.account:
                return True
        return False

    def _take(self, market: Market, taker: Party, limit: int | None) -> None:
        half = market.book.half(taker.side.opposite)
        purse = self._exchange.purse(market.listing)
        is_by_cost = isinstance(taker, Order) and taker.cost is not None
        while is_by_cost or taker.left > 0:
            maker = half.first()
            if maker is None or (limit is not None and not half.is_reached(limit)):
                return
            assert isinstance(maker, Order | Stranger)
            if self._is_own(taker, maker):
                assert isinstance(taker, Order)
                assert isinstance(maker, Order)
                if (taker.self_trade or self._exchange.house.self_trade) is SelfTrade.CANCEL_NEW:
                    self._exchange.close(taker, Status.PREVENTED)
                    return
                self._exchange.end(maker, Status.PREVENTED)
                continue
            price = maker.resting_price
            size = maker.left
            for party in (taker, maker):
                if isinstance(party, Order):
                    wanted = _for_money(party, market, price) if party.cost is not None else party.left
                    size = min(
                        size, wanted, purse.affordable(party, market.listing, price) if party.cost is None else size
                    )
                else:
                    size = min(size, party.left)
            if size == 0:
                # A reduce-only order whose position is gone, on either side; or money for less than a step.
                if isinstance(maker, Order) and purse.affordable(maker, market.listing, price) == 0:
                    self._exchange.end(maker, Status.EXPIRED)
                    continue
                return
            self._trade(market, taker, maker, price, size)
            if isinstance(taker, Order) and taker.status.is_final:
                return

    def _is_own(self, taker: Party, maker: Party) -> bool:
        if not isinstance(taker, Order) or not isinstance(maker, Order) or taker.account != maker.account:
            return False
        return (taker.self_trade or self._exchange.house.self_trade) is not SelfTrade.ALLOW

    def _trade(
        self, market: Market, taker: Party, maker: Party, price: int, size: int, *, is_in_book: bool = True
    ) -> None:
        exchange = self._exchange
        now_ms = exchange.now_ms()
        trade_id = market.next_trade_id()
        reference = f"{market.listing.symbol}:{trade_id}"
        charges = exchange.purse(market.listing).trade(market, taker, maker, price, size, reference, now_ms)
        if is_in_book:
            market.book.take(maker, size)
        if isinstance(taker, Stranger) or taker.cost is None:
            taker.left -= size
        printed = market.printed(trade_id, price, size, taker.side, now_ms)
        if market.hearers:
            exchange.teller.tell_market(printed)
        for party, charge, is_maker in ((maker, charges[1], True), (taker, charges[0], False)):
            if isinstance(party, Order) and charge is not None:
                self._book_fill(market, party, charge, trade_id, price, size, is_maker=is_maker, at_ms=now_ms)
        exchange.perps.traded(market.listing, taker, maker)

    def _book_fill(
        self, market: Market, order: Order, charge: Charge, trade_id: int, price: int, size: int,
        *, is_maker: bool, at_ms: int,
    ) -> None:  # fmt: skip
        value = value_of(market.listing, price, size)
        order.filled += size
        order.value += value
        order.updated_ms = at_ms
        fill = Fill(
            trade_id, order.order_id, number(price), number(size), amount(value), amount(charge.fee), charge.asset,
            is_maker, at_ms, amount(charge.realized),
        )  # fmt: skip
        order.fills.append(fill)
        self._exchange.history.fills.append((order.account, fill))
        if order.cost is None and order.left == 0:
            order.status = Status.FILLED
            self._resting.discard(order.order_id)
            self._exchange.forget_open(order)
            self._exchange.purse(market.listing).release(order, market)
        self._exchange.tell_order(order, fill)

    def _is_fillable(self, market: Market, order: Order) -> bool:
        left = order.left
        for price, total in market.book.half(order.side.opposite).levels():
            if order.price is not None and not _reaches(order.side, order.price, price):
                return False
            left -= total
            if left <= 0:
                return True
        return False


def _reaches(side: Side, limit: int, price: int) -> bool:
    return limit >= price if side is Side.BUY else limit <= price


def _for_money(order: Order, market: Market, price: int) -> int:
    """How much the rest of an order's money buys at a price, in whole steps."""
    assert order.cost is not None
    step = count(market.listing.size_increment)
    return (order.cost - order.value) // price // step * step
